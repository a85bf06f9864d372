/** The built command, as a shell sees it: what it prints where, and its exit status. */
import { describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PERFSIM = fileURLToPath(new URL('../../dist/bin/perfsim.cjs', import.meta.url));
const MANIFEST = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

function perfsim(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PERFSIM, ...args], { encoding: 'utf8' });
  return { stdout, stderr, status };
}

test('--version', () => {
  expect(perfsim('--version')).toEqual({ stdout: `perfsim version ${MANIFEST.version}\n`, stderr: '', status: 0 });
});

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']]])('%j lists the commands', (words) => {
    const { stdout, stderr, status } = perfsim(...words);
    expect(stdout).toMatch(/^\n usage: perfsim \[--version\] \[--help\] COMMAND \[ARGS\]\n/);
    expect(stdout).toMatch(/^ {3}record +\S/m);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  test('is also what no command at all gets, with a status that says so', () => {
    expect(perfsim()).toEqual({ ...perfsim('--help'), status: 1 });
  });

  test.each([[['record', '-h']], [['record', '--help']], [['help', 'record']]])('%j shows the options in perf\'s form', (words) => {
    const { stdout, status } = perfsim(...words);
    expect(stdout).toMatch(/^\n Usage: perfsim record \[<options>\] <workload>/);
    expect(stdout).toContain('\n    -e, --event <event>       event selector.');
    expect(stdout).toContain('\n        --kernel <name>       kernel version');
    expect(status).toBe(0);
  });
});

describe('bad input is one sentence and status 2', () => {
  test.each([
    [['recrod'], "unknown command 'recrod'; did you mean 'record'?"],
    [['--verison'], "unknown option '--verison'; did you mean '--version'?"],
    [['top'], "perf's 'top' is not modelled; 'perfsim --help' shows what there is, and perf itself reads what 'perfsim record' has written."],
    [['constructor'], "unknown command 'constructor'; 'perfsim --help' shows what there is."],
    [['record', '-m', '3', 'noploop', '1'], "invalid -m value '3': the data pages must be a power of two up to 131072; nearest are 2 and 4."],
    [['record', '-e', 'cycels', 'noploop', '1'], "unknown event 'cycels'; did you mean 'cycles'?"],
    [['record', '--kernel', 'v32', 'noploop', '1'], "unknown kernel 'v32'; did you mean 'v3.2'?"],
    [['record', '--pmu', 'nehalm', 'noploop', '1'], "unknown PMU 'nehalm'; did you mean 'nehalem'?"],
    [['record', 'noplop', '1'], "unknown workload 'noplop'; did you mean 'noploop'?"],
    [['record', '-o', '/nowhere/x', 'noploop', '1'], "cannot write '/nowhere/x': no such file or directory."],
    [['fixture', '-e', '{cycles', 'instructions}'], "unexpected argument 'instructions}'; '-h' shows the options."],
    ...['data', 'evlist', 'report', 'script'].map((name): [string[], string] => [[name, 'x.data'], "unexpected argument 'x.data'; a recording is named with '-i x.data'."]),
    [['test', 'x.yaml', '--format', 'junit'], "cannot read the scenario 'x.yaml': no such file."],
    [['view', 'x.data', '-o', 'x.html'], "cannot read 'x.data': no such file or directory."],
    [['record', '--latency', 'write=100s', '-o', '/dev/null', 'noploop', '1'], 'the run has not ended 60 s after its workload: give the tool shorter delays with --latency, or it sleeps and the kernel does not wake it.'],
    [['compare', '--workers', '1', '--seeds', '1,2', '--latency', 'write=100s,write=1ms', '--', 'record', 'noploop', '1'], 'the run has not ended 60 s after its workload: give the tool shorter delays with --latency, or it sleeps and the kernel does not wake it.'],
    [['list', 'kernls'], "unknown list 'kernls'; did you mean 'kernels'?"],
  ])('%j', (words, sentence) => {
    expect(perfsim(...words)).toEqual({ stdout: '', stderr: `perfsim: ${sentence}\n`, status: 2 });
  });
});

test.each([[['list', 'workloads']], [['test', '--list']], [['script', '-i', '-']]])('%j ends as other programs do when nobody reads it any more', async (words) => {
  const child = spawn(process.execPath, [PERFSIM, ...words]);
  child.stdout.destroy();
  child.stdin.end(spawnSync(process.execPath, [PERFSIM, 'record', '-o', '-', 'noploop', '0.01']).stdout);
  child.stdin.on('error', () => {});
  expect(await once(child, 'exit')).toEqual([141, null]);
});

/** Linux has a disk that is always full. */
(existsSync('/dev/full') ? test : test.skip).each([[['list']], [['evlist', '-h']], [['script', '-i', '-']]])('%j says that standard output is full', (words) => {
  const recording = spawnSync(process.execPath, [PERFSIM, 'record', '-o', '-', 'noploop', '0.01']).stdout;
  const { stderr, status } = spawnSync(process.execPath, [PERFSIM, ...words], { input: recording, encoding: 'utf8', stdio: ['pipe', openSync('/dev/full', 'w'), 'pipe'] });
  expect({ stderr, status }).toEqual({ stderr: 'perfsim: cannot write to standard output: no space left on device.\n', status: 2 });
});
