/** Where the command line means something else to perf 3.2 than to perf 6.1. */
import { describe, expect, test } from '@jest/globals';
import { parseOptions } from '../../bin/options/parse-options.ts';
import { RUN_OPTIONS, runSpec } from '../../bin/options/run-spec.ts';
import { ALL_STAT_OPTIONS, statSpec } from '../../bin/options/stat.ts';
import { loadSimulation } from '../../bin/simulation.ts';
import type { RecordOptions } from '../../perf/run-spec.ts';
import type { StatOptions } from '../../perf/stat/stat-spec.ts';

const WORKLOAD = ['noploop', '1'];

async function record(line: string): Promise<RecordOptions> {
  return (await runSpec(parseOptions(line.split(' '), RUN_OPTIONS), WORKLOAD, await loadSimulation())).record;
}

async function stat(line: string): Promise<StatOptions> {
  return (await statSpec(parseOptions(line.split(' '), ALL_STAT_OPTIONS), 0, WORKLOAD, await loadSimulation())).stat;
}

describe('record with a frequency and a period', () => {
  test('takes the period in 3.2', async () => {
    expect(await record('--tool=3.2 --freq=100 --count=5000')).toMatchObject({ freq: null, period: 5000 });
  });

  test('is refused in 6.1', async () => {
    await expect(record('--tool=6.1 --freq=100 --count=5000')).rejects.toThrow('-F and -c exclude each other');
  });
});

describe('stat', () => {
  test('of CPUs needs -a in 3.2, and counts the workload without', async () => {
    expect(await stat('--tool=3.2 --cpu=1')).toMatchObject({ system_wide: false, cpu_list: null });
    expect(await stat('--tool=3.2 --cpu=1 --all-cpus')).toMatchObject({ system_wide: true, cpu_list: [1] });
    expect(await stat('--tool=6.1 --cpu=1')).toMatchObject({ system_wide: false, cpu_list: [1] });
    await expect(stat('--tool=3.2 --cpu=1 --no-aggr')).rejects.toThrow('-A shows the CPUs apart');
  });

  test('spells migrations as the version does, unless they are asked for', async () => {
    const named = async (line: string): Promise<(string | undefined)[]> => (await stat(line)).events.map(({ name }) => name).filter((name) => /migrations/.test(name));
    expect(await named('--tool=3.2')).toEqual(['CPU-migrations']);
    expect(await named('--tool=6.1')).toEqual(['cpu-migrations']);
    expect(await named('--tool=3.2 --event=migrations')).toEqual(['migrations']);
  });
});
