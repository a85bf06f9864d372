/**
 * noploop SECONDS: spins in one small loop until the alarm, as perf's own test workload does.
 *
 * Reference: the test program of the 2011 report; tools/perf/tests/workloads/noploop.c today.
 * Not modelled: the few instructions outside the loop.
 */
import { START, seconds_argument, text, until_alarm, type Workload } from '../workload.ts';

/** A decrement, a test and a taken branch in a loop buffer: three instructions in a cycle. */
const code = text({ noploop: { bytes: 0x20, rates: { instructions: 3, branches: 1 }, loop: [0x18, 0x10] } });

export const noploop: Workload = {
  name: 'noploop',
  summary: 'an empty loop for SECONDS (default 1)',
  usage: 'noploop [SECONDS]',
  code: [START, code.noploop],
  parse: (args) => ({ start: START, phases: [until_alarm(code.noploop, seconds_argument('noploop', args))] }),
};
