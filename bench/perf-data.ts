/**
 * Reading perf.data, side by side with real perf on one file of a million samples: `report -D`, `script` and
 * `report --stdio`, in turn, the median of the pairs' ratios. `npm run build` first; real perf must be installed.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { perf_event_attr } from '../kernel/abi/index.ts';
import { ByteWriter, encodeRecord, PerfDataWriter, sampleLayout } from '../perf/data/index.ts';

const ROUNDS = 5;
const SAMPLES = 1_190_000;
/** IP, TID, TIME and PERIOD: 40 bytes a sample. */
const SAMPLE_TYPE = 0x107n;

function writeRecording(path: string): void {
  const fd = openSync(path, 'w');
  let end = 0;
  const sink = {
    write: (bytes: Uint8Array) => void (end += writeSync(fd, bytes, 0, bytes.length, end)),
    patch: (position: number, bytes: Uint8Array) => void writeSync(fd, bytes, 0, bytes.length, position),
  };
  const attr = perf_event_attr({ sample_period: 1000n, freq: true, sample_type: SAMPLE_TYPE, sample_id_all: true, mmap: true, comm: true });
  const writer = new PerfDataWriter(sink, [{ attr, name: 'cycles', ids: [1n] }]);
  writer.appendRecord({ name: 'COMM', pid: 100, tid: 100, comm: 'noploop' });
  writer.appendRecord({ name: 'MMAP', misc: 2, pid: 100, tid: 100, start: 0x400000n, len: 0x1000n, pgoff: 0n, filename: '/opt/noploop' });
  const layout = sampleLayout(attr);
  const samples = new ByteWriter(40 * SAMPLES);
  for (let i = 0; i < SAMPLES; i++) {
    const ip = 0x400100n + BigInt((i * 7919) % 2000);
    encodeRecord(samples, { name: 'SAMPLE', misc: 2, sample: { ip, task: { pid: 100, tid: 100 }, time: BigInt(1_000_000 + 1000 * i), period: BigInt(1_000_000 + (i % 1000)) } }, layout);
  }
  writer.append(samples.written);
  writer.finish({ version: '6.1.0', arch: 'x86_64' });
  closeSync(fd);
}

function milliseconds(command: string, args: string[]): number {
  const start = performance.now();
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const folder = mkdtempSync(join(tmpdir(), 'perfsim-bench-'));
try {
  const path = join(folder, 'perf.data');
  writeRecording(path);
  for (const args of [['report', '-D'], ['script'], ['report', '--stdio']]) {
    const pairs = Array.from({ length: ROUNDS }, () => [
      milliseconds('perf', [...args, '-i', path]), milliseconds(process.execPath, ['dist/bin/perfsim.cjs', ...args, '-i', path]),
    ] as const);
    const ratio = median(pairs.map(([perf, own]) => perf / own));
    console.log(`${args.join(' ')}: ${ratio.toFixed(2)} times as fast as perf (${median(pairs.map(([perf]) => perf)).toFixed(0)} ms against ${median(pairs.map(([, own]) => own)).toFixed(0)} ms)`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
