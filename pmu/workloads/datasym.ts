/**
 * datasym SECONDS: loads and stores of one structure until the alarm. Made to test data addresses.
 *
 * Reference: tools/perf/tests/workloads/datasym.c of v6.1, which never ends; v6.x takes the seconds.
 * Not modelled: data addresses: a sample's ADDR is 0, as for any event without PEBS.
 */
import { START, seconds_argument, text, until_alarm, type Workload } from '../workload.ts';

/** Three loads and two stores, each load waiting for the store before it: nine instructions in twelve cycles. */
const code = text({
  datasym: { bytes: 0x50, rates: { instructions: 0.75, branches: 1 / 6, 'L1-dcache-loads': 0.25, 'L1-dcache-stores': 1 / 6, 'cache-references': 0.0005, 'stalled-cycles-backend': 0.5 } },
});

export const datasym: Workload = {
  name: 'datasym',
  summary: 'loads and stores of one structure for SECONDS (default 1)',
  usage: 'datasym [SECONDS]',
  code: [START, code.datasym],
  parse: (args) => ({ start: START, phases: [until_alarm(code.datasym, seconds_argument('datasym', args))] }),
};
