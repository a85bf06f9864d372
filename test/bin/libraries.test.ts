/** The built libraries, as a program that has installed the package imports them. */
import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { ROOT } from '../support/source-file.ts';

/** What an ES module prints that is executed beside the package. */
function printed(code: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: ROOT, encoding: 'utf8' });
  return stdout + stderr;
}

test('perfsim/kernel is the kernel', () => {
  expect(printed(`
    import { Linux, PERF_TYPE_SOFTWARE, V3_2, perf_event_attr } from 'perfsim/kernel';
    console.log(V3_2.variant.name, typeof Linux, perf_event_attr({ type: PERF_TYPE_SOFTWARE }).type);
  `)).toBe('v3.2 function 1\n');
});

test('perfsim/kernel has every kernel by its class', () => {
  expect(printed(`
    import * as all from 'perfsim/kernel';
    const { KERNELS, ...names } = all;
    console.log(KERNELS.filter((kernel) => !Object.values(names).includes(kernel)).length, KERNELS.length > 0);
  `)).toBe('0 true\n');
});

test('perfsim/perf-data refuses what is no recording', () => {
  expect(printed(`
    import { PerfData, PerfDataError, bytesSource } from 'perfsim/perf-data';
    try {
      PerfData.open(bytesSource(new Uint8Array(200)));
    } catch (error) {
      console.log(error instanceof PerfDataError);
    }
  `)).toBe('true\n');
});
