/** Recordings of precise events: as many samples as the period has it, none of the kernel for user code, and real perf reads the same. */
import { describe, expect, test } from '@jest/globals';
import { PERF_RECORD_MISC_CPUMODE_MASK, PERF_RECORD_MISC_EXACT_IP, PERF_RECORD_MISC_USER } from '../../kernel/index.ts';
import { PerfData, bytesSource } from '../../perf/data/index.ts';
import { parse_events } from '../../perf/parse-events.ts';
import { collect } from '../../perf/report/output.ts';
import { Script } from '../../perf/report/script.ts';
import { parseFields } from '../../perf/report/script-fields.ts';
import { havePerf, realPerf } from './data/recordings.ts';
import { bytesOf, specOf } from './job.ts';

function recording(events: string, kernel: string): Uint8Array {
  const { record, ...machine } = specOf({ kernel, pmu: 'nehalem', tool: '6.1' });
  return bytesOf({ ...machine, workload: { name: 'sqrtloop', args: ['0.1'] }, record: { ...record, events: parse_events(events) } });
}

const miscs = (bytes: Uint8Array): number[] => [...PerfData.open(bytesSource(bytes)).records()].flatMap(({ name, misc }) => (name === 'SAMPLE' ? [misc ?? 0] : []));

test.each(['v3.2', 'v6.18'])('%s samples precise events as often as others, in the ring that is counted, and claims no exact address', (kernel) => {
  const precise = miscs(recording('cycles:pu', kernel));
  const others = miscs(recording('cycles:u', kernel)).length;
  expect(Math.abs(precise.length - others)).toBeLessThan(0.1 * others);
  for (const misc of precise) {
    expect(misc & PERF_RECORD_MISC_CPUMODE_MASK).toBe(PERF_RECORD_MISC_USER);
    expect(misc & PERF_RECORD_MISC_EXACT_IP).toBe(0);
  }
});

(havePerf ? describe : describe.skip)('real perf', () => {
  test('reads the samples of precise events and others as script does', () => {
    const bytes = recording('cycles:p,branches:up,instructions', 'v6.18');
    const fields = 'comm,time,event,ip,sym,period';
    expect(collect((out) => new Script(PerfData.open(bytesSource(bytes)), out, { fields: [parseFields(fields)] }).run())).toBe(realPerf(bytes, 'script', '-F', fields).stdout);
  });
});
