/**
 * leafloop SECONDS: a leaf function, two calls deep, that counts until the alarm. Made to test call chains.
 *
 * Reference: tools/perf/tests/workloads/leafloop.c of v6.1.
 * Not modelled: the few instructions outside the leaf; the frame that a leaf without a frame pointer loses.
 */
import { called_from } from '../location.ts';
import { START, seconds_argument, text, until_alarm, type Workload } from '../workload.ts';

/** Load, add and store of a sum, load and test of a flag, branch: six instructions in the five cycles of a forwarded store. */
const code = text({
  leaf: { bytes: 0x30, rates: { instructions: 1.2, branches: 0.2, 'L1-dcache-loads': 0.4, 'L1-dcache-stores': 0.2 } },
  parent: { bytes: 0x20, rates: {} },
  leafloop: { bytes: 0x60, rates: {} },
});

const CHAIN = called_from(called_from(code.leafloop, code.parent), code.leaf);

export const leafloop: Workload = {
  name: 'leafloop',
  summary: 'a leaf function, two calls deep, that counts for SECONDS (default 1)',
  usage: 'leafloop [SECONDS]',
  code: [START, ...Object.values(code)],
  parse: (args) => ({ start: START, phases: [until_alarm(CHAIN, seconds_argument('leafloop', args))] }),
};
