/** Recordings for tests: the fixtures beside the project, small ones made to order, and what real perf says of them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { perf_event_attr, PERF_SAMPLE_ID, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_TID, PERF_SAMPLE_TIME, type PerfEventAttr } from '../../../kernel/abi/index.ts';
import { bytesSource, PerfData, PerfDataWriter, type EventDescription, type Features, type PerfRecord } from '../../../perf/data/index.ts';
import type { ByteSink } from '../../../perf/run-spec.ts';

export const FIXTURES = join(import.meta.dirname, '../../../../shared/fixtures/perf-data');
export const haveFixtures = existsSync(join(FIXTURES, 'expected.json'));
export const havePerf = spawnSync('perf', ['--version']).status === 0;

/** A sink in memory. */
export class MemorySink implements ByteSink {
  #parts: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.#parts.push(bytes.slice());
  }

  patch(position: number, bytes: Uint8Array): void {
    const all = this.bytes();
    all.set(bytes, position);
    this.#parts = [all];
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

export const SAMPLE_TYPE = BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_PERIOD);

/** Events as perf 3.2 opens them for `-e cycles,cycles,cycles`. */
export function cycles(count: number, fields: Partial<PerfEventAttr> = {}): EventDescription[] {
  return Array.from({ length: count }, (_, index) => ({
    attr: perf_event_attr({
      sample_period: 1000n, freq: true, sample_type: SAMPLE_TYPE, read_format: 7n, disabled: true, inherit: true,
      enable_on_exec: true, sample_id_all: true, mmap: index === 0, comm: index === 0, ...fields,
    }),
    name: 'cycles',
    ids: [BigInt(10 + index)],
  }));
}

export const MACHINE: Features = {
  hostname: 'localhost', os_release: '3.2.0', version: '3.2.0', arch: 'x86_64', nrcpus: { available: 4, online: 4 },
  cpudesc: 'simulated', cpuid: 'GenuineIntel,6,26,5', total_mem_kb: 4_000_000n, cmdline: ['perf', 'record', 'noploop'],
  cpu_topology: { packages: ['0-3'], cores: ['0', '1', '2', '3'], cpus: [0, 1, 2, 3].map((core_id) => ({ core_id, socket_id: 0 })) },
};

/** A recording of a task `noploop`, with `samples` records of the events in turn. */
export function noploop(samples: number, features: Features = MACHINE, events = cycles(3)): Uint8Array {
  const sink = new MemorySink();
  const writer = new PerfDataWriter(sink, events);
  const start = 0xffffffff81000000n;
  writer.appendRecord({ name: 'MMAP', misc: 1, pid: -1, tid: 0, start, len: 0x100n, pgoff: start, filename: '[kernel.kallsyms]_text' });
  writer.appendRecord({ name: 'COMM', pid: 100, tid: 100, comm: 'noploop' });
  writer.appendRecord({ name: 'MMAP', misc: 2, pid: 100, tid: 100, start: 0x400000n, len: 0x1000n, pgoff: 0n, filename: '/opt/noploop' });
  for (let i = 0; i < samples; i++) writer.appendRecord(sampleRecord(i, events));
  writer.finish(features);
  return sink.bytes();
}

function sampleRecord(i: number, events: EventDescription[]): PerfRecord {
  const task = { pid: 100, tid: 100 };
  const time = BigInt(1_000_000 + 1000 * i);
  return { name: 'SAMPLE', misc: 2, sample: { ip: 0x400100n + BigInt(i % 5), task, time, id: events[i % events.length].ids[0], period: 1000n } };
}

export function open(bytes: Uint8Array): PerfData {
  return PerfData.open(bytesSource(bytes));
}

export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FIXTURES, name)));
}

export interface PerfOutcome {
  status: number | null;
  stdout: string;
  stderr: string;
  /** What it wrote to the file `output`, if anything. */
  output: string;
}

/** Runs real perf on a recording, in a folder of its own. */
export function realPerf(bytes: Uint8Array, ...args: string[]): PerfOutcome {
  const folder = mkdtempSync(join(tmpdir(), 'perfsim-test-'));
  try {
    writeFileSync(join(folder, 'perf.data'), bytes);
    // A home of its own keeps perf from finding build ids and settings of the user's.
    const env = { ...process.env, HOME: folder, DEBUGINFOD_URLS: '' };
    const { status, stdout, stderr } = spawnSync('perf', args, { cwd: folder, encoding: 'utf8', env, maxBuffer: 1 << 28 });
    const output = join(folder, 'output');
    return { status, stdout, stderr, output: existsSync(output) ? readFileSync(output, 'utf8') : '' };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
