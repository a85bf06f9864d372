/** Other people's tools take what `perfsim record` writes for a recording like any other, without a complaint. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { havePerf } from '../perf/data/recordings.ts';

const PERFSIM = fileURLToPath(new URL('../../dist/bin/perfsim.cjs', import.meta.url));
const PERFPARSER = '/usr/lib/x86_64-linux-gnu/libexec/hotspot-perfparser';

/** Also the home: perf and perfsim keep programs by build id in `.debug` there. */
let folder: string;
const run = (command: string, ...args: string[]) => {
  const env = { ...process.env, HOME: folder, DEBUGINFOD_URLS: '' };
  return spawnSync(command, args, { cwd: folder, env, encoding: 'utf8', maxBuffer: 1 << 28 });
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfsim-'));
  for (const seed of ['1', '2']) run(process.execPath, PERFSIM, 'record', '-q', '-o', `${seed}.data`, '--seed', seed, '-e', 'cycles,cycles,cycles', 'noploop', '1');
});
afterAll(() => rmSync(folder, { recursive: true }));

const samples = (): number => Number(/SAMPLE events: +(\d+)/.exec(run(process.execPath, PERFSIM, 'report', '--stats', '-i', '1.data').stdout)![1]);

(havePerf ? describe : describe.skip)('real perf (skipped where it is not installed)', () => {
  test.each([
    ['report -D -i 1.data', /Aggregated stats:/],
    ['report --stdio -i 1.data', /\[\.\] noploop/],
    ['script -i 1.data', /noploop\+0x/],
    ['evlist -v -i 1.data', /^cycles: size: 72/],
    ['buildid-list -i 1.data', /\/usr\/bin\/noploop\n/],
    ['annotate --stdio -i 1.data', /Disassembly of noploop|noploop>:/],
    ['diff 1.data 2.data', /\[\.\] noploop/],
    ['inject -b -i 1.data -o injected.data', /^$/],
    ['report --stdio -i injected.data', /\[\.\] noploop/],
  ])('perf %s', (line, shows) => {
    const { stdout, stderr, status } = run('perf', ...line.split(' '));
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(shows);
  });

  test('perf data convert --to-json', () => {
    const { stderr, status } = run('perf', 'data', 'convert', '--to-json', '1.json', '-i', '1.data');
    expect(status).toBe(0);
    expect(stderr).toMatch(new RegExp(`^\\[ perf data convert: Converted '1.data' into JSON data '1.json' \\]\\n\\[ perf data convert: Converted and wrote [\\d.]+ MB \\(${samples()} samples\\) \\]\\n$`));
  });
});

(existsSync(PERFPARSER) ? test : test.skip)("hotspot's parser finds every sample (skipped where it is not installed)", () => {
  const { stdout, stderr } = run(PERFPARSER, '--input', '1.data', '--print-stats');
  expect(/^samples: (\d+)$/m.exec(stdout + stderr)?.[1]).toBe(String(samples()));
});
