/** Last branch records against a replay that takes branch after branch. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Priority } from '../../sim/event-queue.ts';
import { Machine } from '../../sim/machine.ts';
import type { Branch, BranchKind } from '../../pmu/branches.ts';
import { LBR_SELECT, type LbrEntry, type LbrStack } from '../../pmu/lbr.ts';
import { location, mixture, type Location } from '../../pmu/location.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import { Pmu } from '../../pmu/pmu.ts';
import { forAll } from '../support/property.ts';

const USER = 0x40_0000;
const KERNEL = -0x1000;

/** A loop of three functions: 6 branches in 8 cycles, 5 of them taken, one every 8/5 cycles. */
const TAKEN: readonly Branch[] = [
  { from: USER + 0x10, to: USER + 0x40, kind: 'call' }, { from: USER + 0x48, to: USER + 0x60, kind: 'indirect call' }, { from: USER + 0x64, to: USER + 0x4c, kind: 'return' },
  { from: USER + 0x5c, to: USER + 0x14, kind: 'return' }, { from: USER + 0x1c, to: USER + 0x8, kind: 'conditional' },
];
const LOOP = location('user', 'loop', USER, 0x80, { branches: 0.75, 'branch-misses': 0.09375 }, { taken: TAKEN, notTaken: 1 });
/** One conditional branch every 4 cycles, half of them mispredicted. */
const SPIN = location('user', 'spin', USER + 0x100, 0x20, { branches: 0.25, 'branch-misses': 0.125 });
const HANDLER = location('kernel', 'handler', KERNEL, 0x40, { branches: 0.5 }, { entry: 'interrupt' });
const CALL = location('kernel', 'call', KERNEL - 0x100, 0x40, { branches: 0.125 });

/** A PMU whose records are on from cycle 0 on, in LOOP, and what they hold at the end of stays in places. */
function recordsAfter(stays: readonly (readonly [Location, number])[], select = 0): readonly LbrEntry[] {
  return stackAfter(stays, select).entries;
}

function stackAfter(stays: readonly (readonly [Location, number])[], select: number): LbrStack {
  const machine = new Machine(1, nehalem.khz, '1');
  const [cpu] = machine.cpus;
  const pmu = new Pmu(machine, cpu, nehalem, () => {});
  let stack!: LbrStack;
  const at = (time: number, body: () => void): void => machine.queue.arm(cpu.timer(Priority.TASK, body), time);
  let now = 0;
  stays.forEach(([where, cycles], i) => {
    at(now, () => {
      if (i > 0) return pmu.enter(where);
      pmu.enter(where);
      pmu.lbr.writeSelect(select);
      pmu.lbr.writeDebugCtl(true, true);
    });
    now += cycles;
  });
  at(now, () => void (stack = pmu.lbr.read()));
  machine.run(() => false, now);
  return stack;
}

const plain = (entries: readonly Branch[]): string[] => entries.map(({ from, to, kind }) => `${from.toString(16)} ${to.toString(16)} ${kind}`);

/** The same, cycle by cycle: each place has a list of the branches that it takes and the time that each takes. */
class Replay {
  readonly #spent = new Map<Location, number>();
  readonly taken: Branch[] = [];

  run(where: Location, turn: readonly Branch[], cyclesPerBranch: number, cycles: number): void {
    let spent = this.#spent.get(where) ?? 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      const before = Math.floor(spent / cyclesPerBranch);
      spent++;
      for (let n = before; n < Math.floor(spent / cyclesPerBranch); n++) this.taken.push(turn[n % turn.length]);
    }
    this.#spent.set(where, spent);
  }
}

describe('the records of a code', () => {
  test('are its branches in their order, the newest in front', () => {
    expect(plain(recordsAfter([[LOOP, 8]]))).toEqual(plain(TAKEN.toReversed()));
  });

  test('are what a replay branch by branch has recorded last, however long and often it runs', () => {
    const stays = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 });
    forAll([stays], (lengths) => {
      const replay = new Replay();
      for (const cycles of lengths) replay.run(SPIN, [{ from: USER + 0x11c, to: USER + 0x100, kind: 'conditional' }], 4, cycles);
      const entries = recordsAfter(lengths.map((cycles) => [SPIN, cycles]));
      expect(plain(entries)).toEqual(plain(replay.taken.toReversed().slice(0, nehalem.lbr!.depth)));
    });
  });

  test('are, filtered, the last that pass: more time is looked through, not fewer found', () => {
    const kinds: readonly (readonly [BranchKind, number])[] = [
      ['conditional', LBR_SELECT.JCC], ['call', LBR_SELECT.NEAR_REL_CALL], ['indirect call', LBR_SELECT.NEAR_IND_CALL], ['return', LBR_SELECT.NEAR_RET],
    ];
    forAll([fc.subarray([...kinds]), fc.integer({ min: 0, max: 2000 })], (out, cycles) => {
      const replay = new Replay();
      replay.run(LOOP, TAKEN, 1.6, cycles);
      const passing = replay.taken.filter(({ kind }) => !out.some(([name]) => name === kind));
      const select = out.reduce((mask, [, bit]) => mask | bit, 0);
      const { entries, tos } = stackAfter([[LOOP, cycles]], select);
      expect(plain(entries)).toEqual(plain(passing.toReversed().slice(0, nehalem.lbr!.depth)));
      expect(tos).toBe(passing.length % nehalem.lbr!.depth);
    });
  });

  test('say how many cycles passed in front of each', () => {
    for (const { cycles } of recordsAfter([[SPIN, 400]])) expect(cycles).toBe(4);
    expect(recordsAfter([[LOOP, 400]], LBR_SELECT.NEAR_RET | LBR_SELECT.NEAR_REL_CALL | LBR_SELECT.NEAR_IND_CALL).every(({ cycles }) => cycles === 8)).toBe(true);
  });

  test('are mispredicted as often as the code misses, where something is predicted', () => {
    expect(recordsAfter([[SPIN, 400]]).filter(({ mispredicted }) => mispredicted)).toHaveLength(8);
    // Three misses in 32 cycles, over 16 predicted branches; the direct call is always right.
    const turns = recordsAfter([[LOOP, 160]], LBR_SELECT.NEAR_REL_CALL);
    expect(turns.filter(({ mispredicted }) => mispredicted)).toHaveLength(3);
    expect(recordsAfter([[LOOP, 1600]]).some(({ kind, mispredicted }) => kind === 'call' && mispredicted)).toBe(false);
  });
});

describe('between codes', () => {
  test('an interrupt begins its handler at any instruction, and its return goes on there', () => {
    const entries = recordsAfter([[SPIN, 6], [HANDLER, 4], [SPIN, 2]]);
    const [back, iret, , , interrupt, before] = entries;
    expect([before, back].map(({ to, kind }) => [to, kind])).toEqual([[SPIN.start, 'conditional'], [SPIN.start, 'conditional']]);
    expect([interrupt.kind, interrupt.to, iret.kind, iret.from]).toEqual(['interrupt', HANDLER.start, 'iret', HANDLER.start + 0x3c]);
    expect(iret.to).toBe(interrupt.from);
    expect(interrupt.from).toBeGreaterThan(SPIN.start);
  });

  test('a system call is one, and a place where no cycle is spent is none', () => {
    expect(recordsAfter([[SPIN, 1], [CALL, 1], [SPIN, 1]]).map(({ kind }) => kind)).toEqual(['sysret', 'syscall']);
    expect(recordsAfter([[SPIN, 1], [CALL, 0], [SPIN, 1]])).toEqual([]);
    expect(recordsAfter([[SPIN, 1], [CALL, 0], [LOOP, 1]]).map(({ kind, to }) => [kind, to])).toEqual([['jump', USER + 0x8]]);
  });

  test('an interrupt within the kernel comes back to where it was', () => {
    const kinds = recordsAfter([[SPIN, 1], [CALL, 1], [HANDLER, 1], [CALL, 1], [SPIN, 1]]).map(({ kind }) => kind);
    expect(kinds).toEqual(['sysret', 'iret', 'interrupt', 'syscall']);
  });

  test('what is entered begins anew, and what is returned to goes on', () => {
    // A branch in 8 cycles of CALL, and in 4 of SPIN.
    const kinds = (...stays: readonly (readonly [Location, number])[]): string[] => recordsAfter(stays).map(({ kind }) => kind);
    expect(kinds([SPIN, 3], [CALL, 12], [SPIN, 1])).toEqual(['conditional', 'sysret', 'conditional', 'syscall']);
    expect(kinds([SPIN, 3], [CALL, 12], [SPIN, 1], [CALL, 7])).toEqual(['syscall', 'conditional', 'sysret', 'conditional', 'syscall']);
  });

  test('a PMI that must wait for the end of kernel code has stopped the records there', () => {
    const machine = new Machine(1, nehalem.khz, '1');
    const [cpu] = machine.cpus;
    let found: { symbol: string; newest: string; standsIn: boolean } | null = null;
    const pmu: Pmu = new Pmu(machine, cpu, nehalem, (where) => {
      pmu.enter(HANDLER);
      const block = pmu.lbr.standing(where, where);
      found = { symbol: where.symbol, newest: pmu.lbr.read().entries[0].kind, standsIn: block !== null && block.start === where.start };
    });
    machine.queue.arm(cpu.timer(Priority.TASK, () => {
      pmu.enter(SPIN);
      pmu.lbr.writeDebugCtl(true, true);
      pmu.writeCounter(0, -1000);
      pmu.writeControl(0, 0, { user: true, os: true, interrupt: true }, true);
      pmu.writeGlobalCtrl(pmu.allCounters);
      cpu.clock += 900;
      pmu.enter(CALL);
      // Interrupts are off meanwhile: nobody is told of the 1000th cycle.
      cpu.clock += 500;
      pmu.enter(SPIN);
    }), 0);
    machine.run(() => found !== null, 10_000);
    expect(found).toEqual({ symbol: 'call', newest: 'conditional', standsIn: true });
  });

  test('rings are told by where a branch leads', () => {
    const stays = [[SPIN, 1], [HANDLER, 1], [SPIN, 1]] as const;
    expect(recordsAfter(stays, LBR_SELECT.CPL_EQ_0).map(({ kind }) => kind)).toEqual(['iret']);
    expect(recordsAfter(stays, LBR_SELECT.CPL_NEQ_0).map(({ kind }) => kind)).toEqual(['interrupt']);
  });
});

describe('a mixture', () => {
  test('gives each function its share of a turn, and without a flow goes through all of them', () => {
    const mix = mixture([{ location: LOOP, share: 1 }, { location: SPIN, share: 3 }]);
    const kinds = recordsAfter([[mix, 1000]]).map(({ from, kind }) => `${from < SPIN.start ? 'loop' : 'spin'} ${kind}`);
    expect(new Set(kinds)).toEqual(new Set(['loop call', 'loop indirect call', 'loop return', 'loop conditional', 'loop jump', 'spin conditional', 'spin jump']));
  });
});
