/** The turns of codes: when their branches are taken, and that they can be executed one behind the other. */
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Turn } from '../../pmu/branches.ts';
import { location } from '../../pmu/location.ts';
import { WORKLOADS } from '../../pmu/workloads/index.ts';
import { forAll } from '../support/property.ts';

const START = 0x40_0000;
const TAKEN = [0x4, 0x8, 0xc].map((offset) => ({ from: START + offset, to: START + offset, kind: 'jump' as const }));

test('by any cycle those branches have been taken whose cycle it is or was', () => {
  forAll([fc.double({ min: 0.01, max: 3, noNaN: true }), fc.integer({ min: 0, max: 7 }), fc.double({ min: 0, max: 1e13, noNaN: true })], (branches, notTaken, cycles) => {
    const turn = new Turn(location('user', 'loop', START, 0x10, { branches }, { taken: TAKEN, notTaken }));
    for (const at of [cycles, turn.at(Math.floor(cycles / 10)), 5 * turn.cycles * Math.floor(cycles / 100)]) {
      const n = turn.count(at);
      expect(turn.at(n - 1)).toBeLessThanOrEqual(at);
      expect(turn.at(n)).toBeGreaterThan(at);
    }
  });
});

test('branches of the built-in workloads follow each other: behind each is the next, in a straight line within one function', () => {
  for (const workload of WORKLOADS) {
    const { name, code } = workload;
    const phases = workload.parse([]).phases.flatMap((phase) => ('phases' in phase ? phase.phases : [phase]));
    const runs = phases.flatMap((phase) => (phase.does === 'run' ? [phase.code, ...(phase.code.parts ?? []).map((part) => part.location)] : []));
    for (const { flow } of runs) {
      flow?.taken?.forEach(({ to }, i, all) => {
        const { from } = all[(i + 1) % all.length];
        const within = code.find(({ start, length }) => to >= start && to < start + length)!;
        expect({ name, inOrder: from >= to && from < within.start + within.length }).toEqual({ name, inOrder: true });
      });
    }
  }
});
