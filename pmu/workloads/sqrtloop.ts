/**
 * sqrtloop SECONDS: a child process that takes square roots of random numbers until the alarm; the parent waits for it.
 *
 * Reference: tools/perf/tests/workloads/sqrtloop.c of v6.1.
 * Not modelled: that rand and sqrt lie in shared libraries.
 */
import { branches } from '../branches.ts';
import { called_from, mixture } from '../location.ts';
import { START, seconds_argument, text, until_alarm, type Workload } from '../workload.ts';

/** A root takes some twenty cycles in the divider, a random number some forty instructions. */
const code = text({
  rand: { bytes: 0x90, rates: { instructions: 1.6, branches: 0.3, 'L1-dcache-loads': 0.4, 'L1-dcache-stores': 0.2 } },
  sqrt: { bytes: 0x40, rates: { instructions: 0.4, branches: 0.1, 'stalled-cycles-backend': 0.7 } },
  __sqrtloop: { bytes: 0x60, rates: { instructions: 1.5, branches: 0.4, 'L1-dcache-loads': 0.3, 'L1-dcache-stores': 0.1 } },
  sqrtloop: { bytes: 0x70, rates: {} },
});

const LOOP = called_from(code.sqrtloop, code.__sqrtloop);
const MIX = mixture([
  { location: called_from(LOOP, code.rand), share: 0.5 },
  { location: called_from(LOOP, code.sqrt), share: 0.4 },
  { location: LOOP, share: 0.1 },
], {
  taken: branches(code, [
    ['__sqrtloop+0x2c', 'rand', 'call'], ['rand+0x8c', '__sqrtloop+0x30', 'return'],
    ['__sqrtloop+0x40', 'sqrt', 'call'], ['sqrt+0x3c', '__sqrtloop+0x44', 'return'],
    ['__sqrtloop+0x54', '__sqrtloop+0x20', 'conditional'],
  ]),
  // Some fifty cycles, in which rand and sqrt have branches of their own.
  notTaken: 6,
});

export const sqrtloop: Workload = {
  name: 'sqrtloop',
  summary: 'a child that takes square roots for SECONDS (default 1)',
  usage: 'sqrtloop [SECONDS]',
  code: [START, ...Object.values(code)],
  parse: (args) => ({ start: START, phases: [{ does: 'fork', phases: [until_alarm(MIX, seconds_argument('sqrtloop', args))] }] }),
};
