/**
 * The form of a timed scenario, of which `scenarios/timed/schema.json` is the published copy.
 * Reference: JSON Schema 2020-12. Not modelled: whether the command line is right; `perfsim record` itself decides that.
 */
import * as z from 'zod';
import { RECORD_NAMES } from '../../perf/data/record-types.ts';

const COUNT = 'expected a count such as 0, 9990..10010, 10.. (at least) or ..5 (at most), without a unit';
const SIZE = "expected bytes or a share of the buffer, such as 262176, ..55 % or 40..60 %";
const SHARE = 'expected a share such as 1 %';
const LATENCY = 'expected a duration with its unit or a range of durations, such as 20ms or 3us-50us';
const TIME = 'expected a time such as ..1 ms or 3..60 us, with one of the units us, ms and s';
const SEEDS = 'seeds such as 1..5, 7 or 1,2,9';
const LIST = 'expected a value, a range such as 1..512*2, or a list of values';

const count = z.union([z.int().min(0, { error: COUNT }), z.string().regex(/^(\d+|\d+\.\.\d*|\.\.\d+)$/, { error: COUNT })], { error: COUNT });
const size = z.union([z.int().min(0, { error: SIZE }), z.string().regex(/^(\d+|\d+\.\.\d*|\.\.\d+)( ?%)?$/, { error: SIZE })], { error: SIZE });
const time = z.string({ error: TIME }).regex(/^(\d+|\d+\.\.\d*|\.\.\d+) ?(us|ms|s)$/, { error: TIME });
const text = (what: string): z.ZodString => z.string({ error: `expected ${what}` }).min(1, { error: `expected ${what}` });
const name = (what: string) => z.union([z.string(), z.number()], { error: `expected ${what}` });
const value = z.union([z.string(), z.number(), z.boolean()], { error: LIST });

const machine = z.strictObject({
  pmu: text("a PMU; 'perfsim list pmus' shows them").optional(),
  cpus: z.int({ error: 'expected a number of CPUs' }).optional(),
  hz: z.int({ error: 'expected scheduler ticks per second, without a unit: 100, 250, 300 or 1000' }).optional(),
  latencies: z.record(z.string(), z.string({ error: LATENCY }).regex(/^[\d.]+\w*(-[\d.]+\w*)?$/, { error: LATENCY }), { error: 'expected latencies by name, such as { write: 20ms }' }).optional(),
  watchdog: z.boolean({ error: 'expected true or false: whether the NMI watchdog holds a counter per CPU' }).optional(),
}, { error: 'expected a machine: pmu, cpus, hz, latencies, watchdog' });

const expectations = z.strictObject({
  samples: z.union([count, z.array(count)], { error: `${COUNT}; or a list of these, one for each event` }).describe('Samples of each event').optional(),
  equal: z.string({ error: SHARE }).regex(/^\d+(\.\d+)? ?%$/, { error: SHARE }).describe('All events have the same number of samples, within this share').optional(),
  lost: count.describe('Records dropped for lack of space, reported or not').optional(),
  lost_reported: count.describe('Records that LOST records report').optional(),
  wakeups: count.describe("Returns of poll(2): perf's 'Woken up N times'").optional(),
  records: z.partialRecord(z.enum(RECORD_NAMES), count, { error: 'expected counts by type of record, such as { LOST: 0 }' }).optional(),
  buffer_high_water: size.describe('Most bytes in use in any buffer').optional(),
  reader_latency: time.describe('Longest time from a wakeup to the reading of its buffer').optional(),
}, { error: 'expected expectations: samples, equal, lost, lost_reported, wakeups, records, buffer_high_water, reader_latency' });

export const scenarioSchema = z.strictObject({
  title: text('a title').describe('What the scenario asks or asserts, in a few words'),
  command: text("a command line such as 'record -e cycles,cycles,cycles noploop 10'").describe('The words after perfsim'),
  workload: text("a file that describes a workload, such as 'server.yaml'").describe('Instead of a workload in the command: a file, seen from the folder of the scenario').optional(),
  machine: machine.optional(),
  kernel: text("a kernel; 'perfsim list kernels' shows them").describe('The one kernel that the scenario is about; otherwise it is run on any').optional(),
  tool: name("a version of the perf tool, such as '3.2'").describe("'3.2' unless given, whatever the kernel").optional(),
  vary: z.record(z.string(), z.union([value, z.array(value)], { error: LIST }), { error: 'expected options with their values, such as mmap-pages: 1..512*2' })
    .describe('Options of which each combination is a subtest').optional(),
  seeds: name(SEEDS).describe('Each subtest is run with each seed').optional(),
  fails_on: z.array(text('a kernel'), { error: 'expected a list of kernels' }).describe('Kernels with a bug that breaks this scenario').optional(),
  expect: expectations,
}, { error: 'expected a scenario: title, command, expect' });

export type ScenarioText = z.infer<typeof scenarioSchema>;
export type ExpectationText = z.infer<typeof expectations>;

/** The JSON schema that editors check scenario files against. */
export function jsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(scenarioSchema), null, 2)}\n`;
}
