/** `perfsim record` and `perfsim list` in front of a simulation that only listens. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listCommand } from '../../bin/commands/list.ts';
import { recordCommand } from '../../bin/commands/record.ts';
import { FakeSimulation } from './fake-simulation.ts';

let folder: string;
let path: string;
let simulation: FakeSimulation;
let stdout: string;
let stderr: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfsim-'));
  path = join(folder, 'perf.data');
  simulation = new FakeSimulation();
  stdout = stderr = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const record = async (line: string) => recordCommand(async () => simulation).run(['-o', path, ...line.split(' ').filter((word) => word !== '')]);
const list = async (...words: string[]) => listCommand(async () => simulation).run(words);

describe('record', () => {
  test('asks for the run that the command line describes', async () => {
    expect(await record('-e cycles,instructions:u -ecycles -c1000 -m8 -D -i -a -C0,1 --kernel v3.1 --pmu amd64 --cpus 2 --hz 250 --seed x --no-watchdog --latency write=1ms-20ms --latency irq=2us --poll-all noploop 10')).toBe(0);
    expect(simulation.asked).toEqual({
      kernel: 'v3.1', pmu: 'amd64', cpus: 2, hz: 250, nmi_watchdog: false, latencies: { write: [1e6, 20e6], irq: [2000, 2000] }, seed: 'x', tool: '3.2',
      record: {
        events: [expect.objectContaining({ name: 'cycles' }), expect.objectContaining({ name: 'instructions:u', exclude_kernel: true }), expect.objectContaining({ name: 'cycles' })],
        freq: null, period: 1000, mmap_pages: 8, no_delay: true, wakeup: null, poll_all: true, inherit: false, system_wide: true, cpu_list: [0, 1],
      },
      workload: { name: 'noploop', args: ['10'] },
      recording: { pipe: false, unique_names: false, ksymbols: false, no_buildid: false, cmdline: expect.arrayContaining(['perfsim', 'record', '-ecycles', '--poll-all', '10']) },
    });
  });

  test('asks by default for what perf 3.2 does', async () => {
    await record('noploop 10');
    expect(simulation.asked?.record).toMatchObject({ freq: 1000, period: null, mmap_pages: 128, no_delay: false, wakeup: null, poll_all: false, inherit: true, system_wide: false, cpu_list: null });
  });

  test("writes the recording and ends with perf 3.2's two lines", async () => {
    await record('noploop 10');
    expect(readFileSync(path, 'latin1')).toBe('recording');
    expect(stderr).toBe(`[ perf record: Woken up 6 times to write data ]\n[ perf record: Captured and wrote 1.373 MB ${path} (~60000 samples) ]\n`);
  });

  test('is silent with -q', async () => {
    await record('-q noploop 10');
    expect(stderr).toBe('');
  });

  test('names the machine and the counts with -v', async () => {
    await record('-v noploop 10');
    expect(stderr).toMatch(/^kernel v3\.2, PMU nehalem, 4 CPUs, 1000 Hz, watchdog, tool 3\.2, seed 1\n/);
    expect(stderr).toMatch(/ 9999 samples of cycles\n +4 records lost, 3 of them reported\n$/);
  });

  test.each([
    ['', "a workload is missing, such as 'noploop 10'; 'perfsim list workloads' shows them."],
    ['noploop ten', "noploop takes a number of seconds, not 'ten'."],
    ['--pmu nhn noploop 10', "unknown PMU 'nhn'; did you mean 'nhm'?"],
    ['-F 200000 noploop 10', "invalid -F value '200000': the kernel allows 100000 samples per second (perf_event_max_sample_rate); give -F max or less."],
    ['--tool 6.1 --strict-freq -F 200000 noploop 10', "invalid -F value '200000'"],
    ['--overwrite noploop 10', 'perf 3.2 has no --overwrite; give --tool 6.1.'],
    ['--tool 6.1 --overwrite -o - noploop 10', 'give -o a file.'],
    ['-m 3 noploop 10', "invalid -m value '3': the data pages must be a power of two up to 131072; nearest are 2 and 4."],
    ['-m 0 noploop 10', 'nearest is 1.'],
    ['-m 6K noploop 10', 'nearest are 4K and 8K.'],
    ['-m 1G noploop 10', 'up to 131072; nearest is 524288K.'],
    ['-k mono noploop 10', 'perf 3.2 has no --clockid; give --tool 6.1.'],
    ['-b noploop 10', "perf 3.2 has no --branch-any; give --tool 6.1."],
    ['--tool 6.1 -F 10 -c 10 noploop 10', '-F and -c exclude each other: give a frequency or a period.'],
    ['-C 4 noploop 10', "invalid -C value '4': the machine has CPUs 0 to 3 (--cpus 4)."],
  ])('refuses "%s" and touches no file', async (line, sentence) => {
    await expect(record(line)).rejects.toThrow(sentence);
    expect(existsSync(path)).toBe(false);
  });

  test('of 6.1 lowers a frequency above the maximum, and says so', async () => {
    await record('--tool 6.1 -F 200000 noploop 10');
    expect(stderr).toMatch(/^warning: Maximum frequency rate \(100000 Hz\) exceeded, throttling from 200000 Hz to 100000 Hz\.\n/);
    expect(simulation.asked?.record.freq).toBe(100_000);
  });

  test.each([
    ['3', 'rounding mmap pages size to 16K (4 pages)\n', 4], ['300K', 'rounding mmap pages size to 512K (128 pages)\n', 128],
    ['5K', '[ perf record', 2], ['64', '[ perf record', 64],
  ])('of 6.1 maps as many pages as perf for -m %s', async (text, said, pages) => {
    await record(`--tool 6.1 -m ${text} noploop 10`);
    expect(stderr.startsWith(said)).toBe(true);
    expect(simulation.asked?.record.mmap_pages).toBe(pages);
  });

  test('with --dry-run runs nothing', async () => {
    expect(await record('--dry-run noploop 10')).toBe(0);
    expect(simulation.asked).toBe(null);
    await expect(record('--dry-run noploop ten')).rejects.toThrow("not 'ten'");
  });

  test('takes a PMU by either of its names', async () => {
    expect([await record('--pmu nhm noploop 10'), await record('--pmu amd64 noploop 10')]).toEqual([0, 0]);
  });

  test('leaves no file when the run fails', async () => {
    simulation.failure = new Error('a bug');
    await expect(record('noploop 10')).rejects.toThrow('a bug');
    expect(existsSync(path)).toBe(false);
  });
});

describe('list', () => {
  test('shows events as perf list does', async () => {
    await list('events');
    expect(stdout).toContain('\n  cpu-cycles OR cycles                               [Hardware event]\n');
    expect(stdout).toContain('\n  branch-instructions OR branches                    [Hardware event]  amd64\n');
    expect(stdout).toContain('\n  dummy                                              [Software event]\n');
  });

  test('shows no hardware event that no PMU counts', async () => {
    await list('events');
    expect(stdout).not.toContain('ref-cycles');
  });

  test.each(['cache', 'hwcache'])('%s shows hardware cache events alone', async (kind) => {
    await list(kind);
    expect(stdout).toContain('\n  L1-dcache-loads                                    [Hardware cache event]\n');
    expect(stdout).toContain('\n  dTLB-load-misses                                   [Hardware cache event]  amd64\n');
    expect(stdout).not.toContain('[Software event]');
    expect(stdout).not.toContain('dTLB-loads');
  });

  test('shows kernels in the line of their descent, with branches', async () => {
    await list('kernels');
    expect(stdout).toContain([
      '  v3.1                    before the fix',
      '  ├─ other                another way',
      '  fix       10c6db110d0e  the fix',
      '  v3.2      44b7f4b98b73  a check for NULL',
    ].join('\n'));
  });

  test('shows everything without an operand', async () => {
    await list();
    expect(stdout.match(/^List of .*:$/gm)).toHaveLength(4);
  });

  test('refuses other operands', async () => {
    await expect(list('kernls')).rejects.toThrow("unknown list 'kernls'; did you mean 'kernels'?");
  });
});
