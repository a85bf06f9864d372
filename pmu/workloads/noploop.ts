/**
 * noploop SECONDS: spins in one small loop until the alarm, as perf's own test workload does.
 *
 * Reference: the test program of the 2011 report; tools/perf/tests/workloads/noploop.c today.
 * Not modelled: the few instructions outside the loop.
 */
import { location } from '../location.ts';
import { seconds_argument, type Workload } from '../workload.ts';

/** A decrement, a test and a taken branch in a loop buffer: three instructions in a cycle. */
const NOPLOOP = location('user', 'noploop', 0x40_0530, 0x20, { instructions: 3, branches: 1 });
const START = location('user', '_start', 0x40_0440, 0x30, { instructions: 1, branches: 0.2, 'branch-misses': 0.01 });

export const noploop: Workload = {
  name: 'noploop',
  summary: 'an empty loop for SECONDS (default 1)',
  usage: 'noploop [SECONDS]',
  code: [START, NOPLOOP],
  parse: (args) => ({ start: START, body: NOPLOOP, seconds: seconds_argument('noploop', args) }),
};
