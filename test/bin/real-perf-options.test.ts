/**
 * Real perf 6.1 and the simulated one, given the same words: a recording of a short loop in dash has the same records, of the
 * same sizes, whatever was asked for. What the machine's own business adds (switches, throttling) may be there or not.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { recordWords, specOf } from '../../bin/options/many-runs.ts';
import { loadSimulation } from '../../bin/simulation.ts';
import { bytesOf } from '../perf/job.ts';
import { dash, obstacle, perf, recorded, type Recorded } from '../support/real-perf.ts';

const LOOP = ['dash', '-c', 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'];
const LOOP_MS = 60;

/** These depend on who else wants the CPU, and on how fast it is. */
const MACHINES_OWN = ['SWITCH', 'THROTTLE', 'UNTHROTTLE', 'LOST', 'LOST_SAMPLES', 'KSYMBOL', 'BPF_EVENT'];

async function simulated(options: string, cpus: number): Promise<Recorded> {
  const machine = ['--kernel', 'v6.18', '--tool', '6.1', '--hz', '250', '--cpus', String(cpus)];
  const spec = await specOf(recordWords(['record', ...options.split(' '), ...machine, 'noploop']), [], await loadSimulation());
  return recorded(bytesOf({ ...spec, workload: dash(LOOP_MS) }));
}

/** On a busy machine a child may get to its exec later than events are switched on: what is wrong differs every time. */
jest.retryTimes(3);

const reason = obstacle();

(reason === null ? describe : describe.skip)(reason === null ? 'perf record' : `perf record (skipped: ${reason})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'real-perf-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    '-e cpu-clock', '-e cpu-clock,page-faults', '-e {cpu-clock,page-faults}:S', '-e cpu-clock -s -T', '-e cpu-clock --switch-events',
    '-e cpu-clock -c 1000000 --sample-cpu -i', '-e cpu-clock:u -F 500', '-D 10 -e cpu-clock', '-e cpu-clock --no-buffering -m 16',
    '-e cpu-clock -k mono', '-e cpu-clock -P -c 1000000', '-e cpu-clock --sample-identifier --no-bpf-event', '--group -e cpu-clock,page-faults',
    '-e cpu-clock --overwrite -m 8', '-e {cpu-clock,task-clock} --overwrite -m 1', '-D 10 -e cpu-clock --overwrite -m 1',
  ])('%s', async (options) => {
    const path = join(folder, 'perf.data');
    perf('record', '-o', path, ...options.split(' '), '--', ...LOOP);
    const real = recorded(readFileSync(path));
    const ours = await simulated(options, real.cpus);
    const common = ({ names }: Recorded): string[] => names.filter((name) => !MACHINES_OWN.includes(name)).sort();
    expect(common(ours)).toEqual(common(real));
    expect(ours.attrs).toEqual(real.attrs);
    for (const name of common(real)) expect({ name, sizes: ours.sizes[name] }).toEqual({ name, sizes: real.sizes[name] });
  }, 60_000);
});
