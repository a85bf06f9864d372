/** The forms of a recording that other readers need: through a pipe, with names told apart, with symbols at hand. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PerfData, bytesSource } from '../../perf/data/index.ts';
import { havePerf } from '../perf/data/recordings.ts';
import { obstacle } from '../support/real-perf.ts';

const PERFSIM = fileURLToPath(new URL('../../dist/bin/perfsim.cjs', import.meta.url));
const WORKLOAD = ['-e', 'cycles,cycles', 'noploop', '0.1'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfsim-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const record = (...args: string[]) => spawnSync(process.execPath, [PERFSIM, 'record', '-N', ...args], { cwd: folder });
const perf = (args: string[], input?: Uint8Array) => spawnSync('perf', args, { cwd: folder, input, encoding: 'utf8' });
const file = (): PerfData => PerfData.open(bytesSource(readFileSync(join(folder, 'perf.data'))));

/** What a recording says beside its form: the kernel's own records, with their contents. */
function ringContents(data: PerfData): unknown[] {
  const own = new Set(['SAMPLE', 'EXIT', 'LOST']);
  return [...data.records()].filter(({ name }) => own.has(name)).map((one) => ({ ...one, position: 0 }));
}

test('a pipe carries the same samples as a file', () => {
  record(...WORKLOAD);
  const { stdout, status } = record('-o', '-', ...WORKLOAD);
  const piped = PerfData.open(bytesSource(stdout));
  expect(status).toBe(0);
  expect(ringContents(piped)).toEqual(ringContents(file()));
  expect(piped.events.all.map(({ name }) => name)).toEqual(['cycles', 'cycles']);
});

test('a fixture goes to a file with its contents beside it, or in pipe format to standard output', () => {
  const fixture = (...args: string[]) => spawnSync(process.execPath, [PERFSIM, 'fixture', ...args], { cwd: folder });
  fixture('--pipe');
  expect(readdirSync(folder)).toEqual(['perf.data', 'perf.data.json']);
  expect(fixture('-o', '-').stdout).toEqual(readFileSync(join(folder, 'perf.data')));
  expect(readdirSync(folder)).toEqual(['perf.data', 'perf.data.json']);
});

test.each([
  [['-o', 'a.data'], /wrote 0\.\d*[1-9]\d* MB a\.data \(\d+ samples\) \]/], [['-B', '-o', 'a.data'], /wrote 0\.\d*[1-9]\d* MB a\.data \]/], [['-o', '-'], /wrote 0\.000 MB - \]/],
])('6.1 counts samples when it reads a file again for its build ids, and knows no size of a pipe: %j', (form, line) => {
  expect(String(record('--tool', '6.1', ...form, 'noploop', '0.1').stderr)).toMatch(line);
  if (obstacle() === null) expect(perf(['record', '-N', ...form, '-e', 'cpu-clock', '-F', '1000', 'sh', '-c', 'i=0; while [ $i -lt 99999 ]; do i=$((i+1)); done']).stderr).toMatch(line);
});

test('a reader that has gone is one sentence', async () => {
  const child = spawn(process.execPath, [PERFSIM, 'record', '-N', '-o', '-', 'noploop', '1'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const said: string[] = [];
  child.stderr.on('data', (text) => said.push(String(text)));
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(said.join('')).toBe('perfsim: cannot write the recording to standard output: broken pipe.\n');
});

test('a recording that cannot be converted leaves no file', () => {
  record(...WORKLOAD);
  writeFileSync(join(folder, 'cut.data'), readFileSync(join(folder, 'perf.data')).subarray(0, 9001));
  const { stderr, status } = spawnSync(process.execPath, [PERFSIM, 'data', '--to-json', 'out.json', '-i', 'cut.data'], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toMatch(/^perfsim: 'cut\.data' ends within the record at offset 0x\w+, .*\n$/);
  expect([status, existsSync(join(folder, 'out.json'))]).toEqual([2, false]);
});

test('unique names number events that are alike', () => {
  record('--event-names', 'unique', '-e', 'cycles,cycles:u,cycles,cycles', 'noploop', '0.1');
  expect(file().events.all.map(({ name }) => name)).toEqual(['cycles', 'cycles:u', 'cycles#1', 'cycles#2']);
  const { stderr, status } = record('--event-names', 'short', 'noploop', '1');
  expect([String(stderr), status]).toEqual(["perfsim: invalid --event-names value 'short': it is perf or unique.\n", 2]);
});

test('programs written with --symfs lie where the recording maps them', () => {
  record('--symfs', 'root', ...WORKLOAD);
  const mapped = [...file().records()].flatMap((one) => (one.name === 'MMAP' ? [one.filename] : []));
  expect(mapped).toContain('/usr/bin/noploop');
  expect(readFileSync(join(folder, 'root/usr/bin/noploop')).subarray(1, 4).toString()).toBe('ELF');
});

test('programs that --symfs cannot write are none of them there', () => {
  mkdirSync(join(folder, 'root/usr/bin/noploop'), { recursive: true });
  const { stderr, status } = record('--symfs', 'root', ...WORKLOAD);
  expect([String(stderr), status]).toEqual(["perfsim: cannot write programs into 'root': illegal operation on a directory.\n", 2]);
  expect(readdirSync(join(folder, 'root'), { recursive: true })).toEqual(['usr', 'usr/bin', 'usr/bin/noploop']);
});

(havePerf ? describe : describe.skip)('real perf (skipped where it is not installed)', () => {
  test('reads the pipe without a complaint', () => {
    const { stdout } = record('-o', '-', ...WORKLOAD);
    const { stdout: report, stderr } = perf(['report', '--stdio', '-i', '-'], stdout);
    expect(stderr).toBe('');
    expect(report).toContain("of event 'cycles'");
    expect(perf(['script', '-i', '-'], stdout).stdout.split('\n').length - 1).toBe(
      [...PerfData.open(bytesSource(stdout)).records()].filter(({ name }) => name === 'SAMPLE').length);
  });

  test('finds kernel symbols in the recording, and programs under --symfs', () => {
    record('--ksymbols', '--symfs', 'root', '-e', 'cycles', '-F', '20000', 'noploop', '0.1');
    const { stdout, stderr } = perf(['script', '--symfs', 'root', '-F', 'ip,sym']);
    expect(stderr).toBe('');
    const symbols = new Set(stdout.trim().split('\n').map((line) => line.trim().split(' ')[1]));
    expect(symbols).not.toContain('[unknown]');
    expect([...symbols]).toEqual(expect.arrayContaining(['noploop', 'load_elf_binary']));
  });
});

test.each([
  ['a-very-long-workload-name', 'a-very-long-wor'],
  ['日本語プログラム', '日本語プロ'],
])('a program %s is a task %s, of 15 bytes at most, in a file of the whole name', (name, comm) => {
  writeFileSync(join(folder, `${name}.yaml`), 'functions: { work: {} }\nmain: [{ run: work, for: 1 ms }]\n');
  record('--workload', `${name}.yaml`);
  const records = [...file().records()];
  expect(records.flatMap((one) => (one.name === 'COMM' ? [one.comm] : [])).at(-1)).toBe(comm);
  expect(records.flatMap((one) => (one.name === 'MMAP' ? [one.filename] : []))).toContain(`/usr/bin/${name}`);
});

describe('every sample in the kernel has a symbol', () => {
  test.each([
    ['of CPUs that are idle', ['-a', '-e', 'cpu-clock', 'noploop', '0.05']],
    ['in a function of a workload of one\'s own', ['-e', 'cycles', '--workload', 'own.yaml']],
  ])('%s', (_, args) => {
    writeFileSync(join(folder, 'own.yaml'), 'functions: { do_read: { ring: kernel } }\nmain: [{ run: do_read, for: 100 ms }]\n');
    record('--ksymbols', ...args);
    const records = [...file().records()];
    const symbols = records.flatMap((one) => (one.name === 'KSYMBOL' ? [one] : []));
    const kernel = records.flatMap((one) => (one.name === 'SAMPLE' && (one.misc! & 7) === 1 ? [one.sample.ip!] : []));
    expect(kernel.length).toBeGreaterThan(10);
    expect(kernel.filter((ip) => !symbols.some(({ addr, len }) => ip >= addr && ip < addr + BigInt(len)))).toEqual([]);
  });
});
