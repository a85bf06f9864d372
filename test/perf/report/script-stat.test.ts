/** script of what `perf stat record` wrote; real perf prints the same. */
import { expect, test } from '@jest/globals';
import { perf_event_attr, PERF_SAMPLE_IDENTIFIER, PERF_TYPE_SOFTWARE } from '../../../kernel/abi/index.ts';
import { PerfDataWriter, PerfPipeWriter, type EventDescription, type PerfRecord } from '../../../perf/data/index.ts';
import { collect } from '../../../perf/report/output.ts';
import { Script } from '../../../perf/report/script.ts';
import { havePerf, MACHINE, MemorySink, open, realPerf } from '../data/recordings.ts';

/** In a pipe perf asks for no field at all. */
const eventsWith = (sample_type: number): EventDescription[] => ['cpu-clock', 'page-faults'].map((name, i) => ({
  name, attr: perf_event_attr({ type: PERF_TYPE_SOFTWARE, config: BigInt(2 * i), sample_type: BigInt(sample_type), exclude_guest: true }), ids: [BigInt(10 * i + 1), BigInt(10 * i + 2)],
}));
const FEATURES = { ...MACHINE, stat: new Uint8Array() };

const stat = (id: bigint, cpu: number, thread: number, val: bigint): PerfRecord => ({ name: 'STAT', id, cpu, thread, val, ena: 100n, run: 50n });
const whole = (cpus: number[], pids: bigint[]): PerfRecord[] => [
  { name: 'THREAD_MAP', threads: pids.map((pid) => ({ pid, comm: '' })) }, { name: 'CPU_MAP', cpus: { kind: 'cpus', cpus } },
  { name: 'STAT_CONFIG', data: [{ tag: 0n, val: 1n }, { tag: 1n, val: 0n }, { tag: 2n, val: 1n }] },
];

const CPUS = [...whole([1, 3], [2n ** 64n - 1n]),
  stat(1n, 1, 0, 5n), stat(2n, 3, 0, 6n), stat(11n, 1, 0, 7n), { name: 'STAT_ROUND', round_type: 0n, time: 1000n } as const,
  stat(1n, 1, 0, 8n), { name: 'STAT_ROUND', round_type: 1n, time: 2000n } as const];
const THREADS = [...whole([-1], [42n, 43n]), stat(1n, -1, 0, 5n), stat(2n, -1, 1, 6n), { name: 'STAT_ROUND', round_type: 1n, time: 1000n } as const];

const HEAD = 'CPU   THREAD             VAL             ENA             RUN            TIME EVENT';
const OF_CPUS = [HEAD,
  '  1       -1               5             100              50            1000 cpu-clock',
  '  3       -1               6             100              50            1000 cpu-clock',
  '  1       -1               7             100              50            1000 page-faults',
  '  3       -1               0               0               0            1000 page-faults',
  '  1       -1               8             100              50            2000 cpu-clock',
  '  3       -1               6             100              50            2000 cpu-clock',
  '  1       -1               7             100              50            2000 page-faults',
  '  3       -1               0               0               0            2000 page-faults', ''];
const OF_THREADS = [HEAD,
  ' -1       42               5             100              50            1000 cpu-clock',
  ' -1       43               6             100              50            1000 cpu-clock',
  ' -1       42               0               0               0            1000 page-faults',
  ' -1       43               0               0               0            1000 page-faults', ''];

function file(records: readonly PerfRecord[]): Uint8Array {
  const sink = new MemorySink();
  const writer = new PerfDataWriter(sink, eventsWith(PERF_SAMPLE_IDENTIFIER));
  for (const record of records) writer.appendRecord(record);
  writer.finish(FEATURES);
  return sink.bytes();
}

function pipe(records: readonly PerfRecord[]): Uint8Array {
  const sink = new MemorySink();
  const writer = new PerfPipeWriter(sink, eventsWith(0), FEATURES);
  for (const record of records) writer.appendRecord(record);
  return sink.bytes();
}

test.each([
  ['of CPUs, in two rounds', file(CPUS), OF_CPUS], ['of threads', file(THREADS), OF_THREADS], ['of CPUs, through a pipe', pipe(CPUS), OF_CPUS],
])('a line for each counter at the end of a round: %s', (_, bytes, lines) => {
  expect(collect((out) => new Script(open(bytes), out).run()).split('\n')).toEqual(lines);
  if (havePerf) expect(realPerf(bytes, 'script').stdout.split('\n')).toEqual(lines);
});
