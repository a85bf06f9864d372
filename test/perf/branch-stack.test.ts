/** Recordings with branch stacks: their contents are known from the workload, and real perf reads the same. */
import { describe, expect, test } from '@jest/globals';
import { PERF_BR } from '../../kernel/index.ts';
import { WORKLOADS } from '../../pmu/workloads/index.ts';
import { PerfData, bytesSource } from '../../perf/data/index.ts';
import { parse_branch_str } from '../../perf/branch-filter.ts';
import { parse_events } from '../../perf/parse-events.ts';
import { Dump } from '../../perf/report/dump.ts';
import { collect } from '../../perf/report/output.ts';
import { Script } from '../../perf/report/script.ts';
import { parseFields } from '../../perf/report/script-fields.ts';
import { loadWorkload } from '../../perf/workload/load.ts';
import type { RunSpec, WorkloadSpec } from '../../perf/run-spec.ts';
import { havePerf, realPerf } from './data/recordings.ts';
import { bytesOf, specOf } from './job.ts';

const MISPRED = 1n;
const PREDICTED = 2n;

interface Asked {
  filter?: string;
  events?: string;
  pmu?: string;
  kernel?: string;
  workload?: WorkloadSpec;
  cpus?: number;
  system_wide?: boolean;
}

const BRSTACK: WorkloadSpec = { name: 'brstack', args: ['2e7'] };
const NOPLOOP: WorkloadSpec = { name: 'noploop', args: ['0.1'] };

function recording({ filter = 'any,u', events = 'cycles:u', pmu = 'nehalem', kernel = 'v6.18', workload = BRSTACK, cpus = 4, system_wide = false }: Asked): Uint8Array {
  const { record, ...machine } = specOf({ kernel, pmu, cpus, tool: '6.1' });
  const spec: RunSpec = { ...machine, workload, record: { ...record, events: parse_events(events), branch_stack: parse_branch_str(filter), system_wide } };
  return bytesOf(spec);
}

interface Branch {
  readonly from: number;
  readonly to: number;
  readonly flags: bigint;
}

interface Sampled {
  readonly ip: number;
  readonly tid: number;
  readonly branches: readonly Branch[];
}

function samples(asked: Asked): Sampled[] {
  return [...PerfData.open(bytesSource(recording(asked))).records()].flatMap((record) => (record.name === 'SAMPLE' ? [record.sample] : [])).map(({ ip, task, branch_stack }) => ({
    ip: address(ip!), tid: task!.tid, branches: branch_stack!.entries.map(({ from, to, flags }) => ({ from: address(from), to: address(to), flags })),
  }));
}

const address = (value: bigint): number => Number(BigInt.asIntN(64, value));
const type = ({ flags }: Branch): number => Number((flags >> 20n) & 15n);

/** The samples of the workload's loops: those in front of them are its start. */
const inside = (workload: string, all: readonly Sampled[]): Sampled[] => {
  const [, first, ...rest] = WORKLOADS.find(({ name }) => name === workload)!.code;
  const last = rest.at(-1) ?? first;
  return all.filter(({ branches }) => branches.every(({ from, to }) => [from, to].every((one) => one >= first.start && one < last.start + last.length)));
};

describe('noploop', () => {
  test.each([['core2', 4, 0n], ['nehalem', 16, PREDICTED], ['sandybridge', 16, PREDICTED], ['skylake', 32, PREDICTED | (1n << 4n)]])(
    'on %s shows its one branch %i times', (pmu, depth, flags) => {
      const loops = inside('noploop', samples({ pmu, workload: NOPLOOP }));
      expect(loops.length).toBeGreaterThan(50);
      // The first sample behind an interrupt may come before the records have filled up.
      expect(loops.filter(({ branches }) => branches.length === depth).length).toBeGreaterThan(0.95 * loops.length);
      for (const { ip, branches } of loops) {
        expect(new Set(branches.map(({ from, to }) => `${from - 0x40_0530} ${to - 0x40_0530}`))).toEqual(new Set(['24 16']));
        expect(new Set(branches.map((branch) => branch.flags))).toEqual(new Set([flags]));
        expect(ip).toBeGreaterThanOrEqual(branches[0].to);
        expect(ip).toBeLessThanOrEqual(branches[0].from);
      }
    });
});

describe('brstack', () => {
  test('shows its calls, jumps and returns in their order, and a sample stands behind the newest', () => {
    const { COND, UNCOND, CALL, IND_CALL, RET } = PERF_BR;
    const loops = inside('brstack', samples({ filter: 'any,u,save_type', pmu: 'skylake' }));
    const kinds = [CALL, COND, CALL, RET, IND_CALL, CALL, RET, RET, RET, UNCOND];
    expect(loops.length).toBeGreaterThan(100);
    for (const { ip, branches } of loops) {
      expect(branches.length).toBe(32);
      const oldestFirst = branches.map(type).toReversed();
      const start = kinds.findIndex((_, at) => oldestFirst.every((kind, i) => kind === kinds[(at + i) % kinds.length]));
      expect(start).toBeGreaterThanOrEqual(0);
      // What the newest has led to goes on, straight, to the oldest but nine.
      expect(ip).toBeGreaterThanOrEqual(branches[0].to);
      expect(ip).toBeLessThanOrEqual(branches[9].from);
    }
  });

  test('is mispredicted as often as it misses: at conditions, pointers and returns, 11 of 10,000 cycles', () => {
    const branches = inside('brstack', samples({})).flatMap((sample) => sample.branches);
    const missed = branches.filter(({ flags }) => flags & MISPRED);
    // Ten branches are taken in 25 cycles.
    const expected = (branches.length / 10) * 25 * (0.5 * 0.002 + 0.4 * 0.0001);
    expect(Math.abs(missed.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
    const predicted = new Set(branches.map(({ from }) => from).filter((from) => branches.every((other) => other.from !== from || !(other.flags & MISPRED))));
    expect(missed.every(({ from }) => !predicted.has(from))).toBe(true);
  });

  test.each([
    ['any_call,u', 'nehalem', [PERF_BR.CALL, PERF_BR.IND_CALL], 13], ['any_call,u', 'sandybridge', [PERF_BR.CALL, PERF_BR.IND_CALL], 16],
    ['any_ret,u', 'nehalem', [PERF_BR.RET], 13], ['any_ret,u', 'sandybridge', [PERF_BR.RET], 16], ['ind_call,u', 'nehalem', [PERF_BR.IND_CALL], 16],
    ['cond,u', 'sandybridge', [PERF_BR.COND], 16], ['call,u', 'skylake', [PERF_BR.CALL], 32], ['any_ret,cond,u', 'skylake', [PERF_BR.RET, PERF_BR.COND], 32],
    ['any_ret,u', 'core2', [PERF_BR.RET], 3], ['ind_jmp,u', 'sandybridge', [], 0], ['any,in_tx,u', 'skylake', [], 0],
  ])('%s on %s shows only those, as many as the hardware finds', (filter, pmu, kinds, most) => {
    const all = inside('brstack', samples({ filter: `${filter},save_type`, pmu }));
    expect(new Set(all.flatMap(({ branches }) => branches.map(type)))).toEqual(new Set(kinds));
    expect(Math.max(...all.map(({ branches }) => branches.length))).toBe(most);
  });
});

describe('rings', () => {
  test('are those of the event, unless they are named', () => {
    const leadsTo = (asked: Asked): Set<string> => new Set(samples(asked).flatMap(({ branches }) => branches.map(({ to }) => (to < 0 ? 'kernel' : 'user'))));
    expect(leadsTo({ filter: 'any' })).toEqual(new Set(['user']));
    expect(leadsTo({ filter: 'any', events: 'cycles:k' })).toEqual(new Set(['kernel']));
    expect(leadsTo({ filter: 'any', events: 'cycles' })).toEqual(new Set(['user', 'kernel']));
    expect(leadsTo({ filter: 'any,k' })).toEqual(new Set(['kernel']));
  });

  test('calls of the kernel are system calls and interrupts, and returns from it theirs', () => {
    const { SYSCALL, SYSRET, IRQ, ERET } = PERF_BR;
    const into = samples({ filter: 'any_call,k,save_type', workload: NOPLOOP }).flatMap(({ branches }) => branches);
    const { start } = WORKLOADS.find(({ name }) => name === 'noploop')!.code[1];
    expect(into.some((branch) => type(branch) === IRQ && branch.from >= start + 0x10 && branch.from <= start + 0x18)).toBe(true);
    expect(new Set(into.map(type))).toEqual(new Set([SYSCALL, IRQ]));
    const outOf = samples({ filter: 'any_ret,u,save_type', workload: NOPLOOP }).flatMap(({ branches }) => branches);
    expect(new Set(outOf.map(type))).toEqual(new Set([SYSRET, ERET]));
  });
});

test('of two tasks that share a CPU each sample shows branches of its own alone', () => {
  const text = 'functions: { main_loop: {}, side_loop: {} }\nmain: [{ thread: side }, { run: main_loop, alarm: 200 ms }]\nscripts: { side: [{ run: side_loop, alarm: 200 ms }] }';
  const rates = text.replaceAll('{}', '{ instructions: 1, branches: 0.0001 }');
  const description = loadWorkload('two.yaml', rates);
  const all = samples({ workload: { name: 'two', args: [], description }, cpus: 1, system_wide: true });
  const loops = all.filter(({ ip }) => ip >= 0x40_0530 && ip < 0x40_05b0);
  const function_of = (ip: number): number => Math.floor((ip - 0x40_0530) / 0x40);
  expect(new Set(loops.map(({ ip }) => function_of(ip)))).toEqual(new Set([0, 1]));
  expect(loops.some(({ branches }) => branches.length < 16)).toBe(true);
  for (const { ip, branches } of loops) {
    const others = branches.filter(({ from, to }) => [from, to].some((one) => one >= 0x40_0530 && one < 0x40_05b0 && function_of(one) !== function_of(ip)));
    expect(others).toEqual([]);
  }
});

test('branch_type adds to what all events ask for, or takes it from one', () => {
  const shown = (events: string): number[][] => {
    const data = PerfData.open(bytesSource(recording({ events, filter: 'any_ret,u,save_type', pmu: 'sandybridge' })));
    const types = data.events.all.map(() => new Set<number>());
    for (const record of data.records()) {
      if (record.name !== 'SAMPLE') continue;
      const { index } = data.events.byId(record.sample.identifier ?? record.sample.id!)!;
      for (const { flags } of (record.sample.branch_stack?.entries ?? []).filter(({ from }) => address(from) >= 0x40_0530)) types[index].add(Number((flags >> 20n) & 15n));
    }
    return types.map((set) => [...set].sort((a, b) => a - b));
  };
  expect(shown('cpu/cycles,branch_type=cond/u,cpu/instructions,branch_type=no/u')).toEqual([[PERF_BR.COND, PERF_BR.RET], []]);
});

describe('what has no branch stacks', () => {
  test.each([
    ['amd-zen', 'v6.18', 'cycles', 'any', "PMU Hardware or event type doesn't support branch stack sampling"], ['nehalem', 'v6.18', 'cpu-clock', 'any', "doesn't support branch stack sampling"],
    ['nehalem', 'v6.18', 'cycles', 'stack', "doesn't support branch stack sampling"], ['nehalem', 'v3.2', 'cycles', 'any', 'branch stacks came with v3.4'],
    ['nehalem', 'v3.4', 'cycles', 'cond', '(EINVAL)'], ['nehalem', 'v3.11', 'cycles', 'cond', '(EINVAL)'], ['nehalem', 'v4.2', 'cycles', 'any,save_type', '(EINVAL)'],
    ['skylake', 'v5.19', 'cycles', 'any,priv', '(EINVAL)'],
  ])('%s, %s, -e %s -j %s', (pmu, kernel, events, filter, why) => {
    expect(() => recording({ pmu, kernel, events, filter })).toThrow(why);
  });

  test.each([['v3.4', 'any,u'], ['v3.11', 'any,no_tx'], ['v3.18', 'cond'], ['v4.2', 'ind_jmp'], ['v4.15', 'call,save_type'], ['v6.12', 'any,priv']])('%s knows -j %s', (kernel, filter) => {
    expect(samples({ kernel, filter, pmu: 'sandybridge', workload: NOPLOOP }).length).toBeGreaterThan(50);
  });
});

(havePerf ? describe : describe.skip)('real perf (skipped where it is not installed)', () => {
  test.each([['nehalem', 'any'], ['skylake', 'any,save_type'], ['core2', 'any_ret,u']])('dumps a recording on %s of -j %s as report -D does', (pmu, filter) => {
    const bytes = recording({ pmu, filter, events: 'cycles' });
    // Where perf finds symbols is a matter of this machine; and it says how to see the header.
    const withoutHost = (text: string): string[] => text.split('\n').filter((line) => !line.includes('dso:') && !line.startsWith('#'));
    const { stdout } = realPerf(bytes, 'report', '-D');
    expect(withoutHost(collect((out) => new Dump(PerfData.open(bytesSource(bytes)), out, 'perf.data').run()))).toEqual(withoutHost(stdout));
  });

  test.each(['brstack', 'brstacksym', 'ip,sym,dso,brstack', 'comm,ip,sym,dso,brstacksym'])('shows them as script -F %s does', (fields) => {
    const bytes = recording({ pmu: 'skylake', filter: 'any,save_type', events: 'cycles', workload: { name: 'sqrtloop', args: ['0.02'] } });
    const { stdout } = realPerf(bytes, 'script', '-F', fields);
    expect(collect((out) => new Script(PerfData.open(bytesSource(bytes)), out, { fields: [parseFields(fields)] }).run())).toBe(stdout);
  });
});
