/**
 * sleep SECONDS: does nothing for so long. What `perf record -a` and `perf stat -a` are given to say how long they shall look.
 *
 * Reference: sleep(1).
 * Not modelled: the few instructions around the sleep; units other than seconds.
 */
import { START, seconds_argument, text, type Workload } from '../workload.ts';

const code = text({ main: { bytes: 0x40, rates: {} } });

export const sleep: Workload = {
  name: 'sleep',
  summary: 'sleeps for SECONDS (default 1)',
  usage: 'sleep [SECONDS]',
  code: [START, code.main],
  parse: (args) => ({ start: START, phases: [{ does: 'sleep', ns: seconds_argument('sleep', args) * 1e9 }] }),
};
