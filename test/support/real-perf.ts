/** perf 6.1 itself, where it is installed and allowed to count, and what a recording is made of. */
import { spawnSync } from 'node:child_process';
import type { PerfEventAttr } from '../../kernel/abi/index.ts';
import { PerfData, bytesSource } from '../../perf/data/index.ts';
import { loadWorkload } from '../../perf/workload/load.ts';
import type { WorkloadSpec } from '../../perf/run-spec.ts';

/** Of the size in a record's header. */
const SIZE_AT = 6;

const env = { ...process.env, LC_ALL: 'C' };
export const perf = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync('perf', args, { encoding: 'utf8', env });

/** Why nothing can be compared with it here, or null. */
export function obstacle(): string | null {
  const { stdout: version } = perf('--version') as { stdout: string | null };
  if (version === null) return 'perf is not installed';
  if (!version.startsWith('perf version 6.1')) return `${version.trim()} is installed, not 6.1`;
  if (spawnSync('dash', ['-c', ':']).status !== 0) return 'dash is not installed';
  return perf('stat', '-x,', '-e', 'cpu-clock', 'true').status === 0 ? null : 'perf_event_open is not allowed here';
}

/** What a loop in dash does, for the simulation. */
export function dash(cpu_ms: number): WorkloadSpec {
  const description = loadWorkload('dash.yaml', `functions: { loop: { instructions: 1 } }\nmain: [{ run: loop, for: ${cpu_ms} ms }]`);
  return { name: 'dash', args: [], description };
}

export interface Recorded {
  /** Types of record, in the order in which each occurs first. */
  readonly names: string[];
  /** Sizes by type of record, each once, ascending. */
  readonly sizes: Record<string, number[]>;
  readonly samples: number;
  /** What was asked of each event. */
  readonly attrs: readonly PerfEventAttr[];
  /** CPUs of the machine. */
  readonly cpus: number;
}

export function recorded(bytes: Uint8Array): Recorded {
  const data = PerfData.open(bytesSource(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records = [...data.records()].map(({ name, position }) => ({ name, size: view.getUint16(position + SIZE_AT, true) }));
  const names = [...new Set(records.map(({ name }) => name))];
  const of = (wanted: string): number[] => records.filter(({ name }) => name === wanted).map(({ size }) => size);
  const sizes = Object.fromEntries(names.map((name) => [name, [...new Set(of(name))].sort((a, b) => a - b)]));
  return { names, sizes, attrs: data.events.all.map(({ attr }) => attr), samples: of('SAMPLE').length, cpus: data.features.nrcpus!.online };
}
