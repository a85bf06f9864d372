/**
 * thloop SECONDS: two threads that count in one variable until the alarm.
 *
 * Reference: tools/perf/tests/workloads/thloop.c of v6.1.
 * Not modelled: the threads' contention for the counter's cache line, but for the rates; the alarm sets one flag for
 * both there, and each thread has an alarm of its own here.
 */
import { called_from } from '../location.ts';
import { START, seconds_argument, text, until_alarm, type Workload } from '../workload.ts';

/** Load, add and store of a counter, load and test of a flag, branch: six instructions in the five cycles of a forwarded store. */
const code = text({
  test_loop: { bytes: 0x30, rates: { instructions: 1.2, branches: 0.2, 'L1-dcache-loads': 0.4, 'L1-dcache-stores': 0.2, 'cache-references': 0.01, 'cache-misses': 0.002 } },
  thfunc: { bytes: 0x20, rates: {} },
  thloop: { bytes: 0xa0, rates: {} },
});

export const thloop: Workload = {
  name: 'thloop',
  summary: 'two threads that count for SECONDS (default 1)',
  usage: 'thloop [SECONDS]',
  code: [START, ...Object.values(code)],
  parse(args) {
    const seconds = seconds_argument('thloop', args);
    return {
      start: START,
      phases: [
        { does: 'clone', phases: [until_alarm(called_from(code.thfunc, code.test_loop), seconds)] },
        until_alarm(called_from(code.thloop, code.test_loop), seconds),
      ],
    };
  },
};
