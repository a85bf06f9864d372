/**
 * The suite on the kernel text of this bundle, quickest runs first, until an expectation fails. Started by bench/mutations.ts:
 * `measure '' [SCENARIO…]` prints what each run takes and counts; `hunt FILE`, with that as a file, prints what caught the mutant.
 */
import { readFileSync } from 'node:fs';
import { loadSimulation } from '../bin/simulation.ts';
import { recordWords, specOf } from '../bin/options/many-runs.ts';
import { readScenarios } from '../bin/scenario-files.ts';
import { run } from '../perf/index.ts';
import { subtests, summaries, verdict, type Subtest } from '../scenarios/suite/suite.ts';

/** One run of the suite: a subtest with one of its seeds. */
export interface Measured {
  key: string;
  ms: number;
  counts: string;
}

/** What became of a mutant. */
export interface Hunted {
  /** The expectation that failed first; null: all hold. */
  caught: string | null;
  /** The first runs whose counts have changed, whether or not an expectation minds. */
  changed: string[];
}

const KERNEL = 'v3.2';

async function suiteRuns(names: readonly string[]): Promise<Map<string, Subtest>> {
  const simulation = await loadSimulation();
  const runs = new Map<string, Subtest>();
  for (const { scenario } of await readScenarios(names)) {
    const all = await subtests(scenario, KERNEL, (command, settings) => specOf(recordWords(command.trim().split(/\s+/)), settings, simulation));
    for (const subtest of all) {
      for (const seed of scenario.seeds) {
        runs.set(`${scenario.name} ${subtest.title} seed ${seed}`.replaceAll('  ', ' '), { ...subtest, scenario: { ...scenario, seeds: [seed] }, spec: { ...subtest.spec, seed } });
      }
    }
  }
  return runs;
}

function tried(subtest: Subtest): { counts: string; failures: string[] } {
  try {
    const result = run(subtest.spec, null);
    return { counts: JSON.stringify(result), failures: summaries(verdict(subtest, [result], {})) };
  } catch (error) {
    return { counts: '', failures: [`it throws: ${String(error).split('\n')[0]}`] };
  }
}

const [mode, file, ...names] = process.argv.slice(2);
const all = await suiteRuns(names);
if (mode === 'measure') {
  const measured = [...all].map(([key, subtest]): Measured => {
    const start = performance.now();
    const { counts, failures } = tried(subtest);
    if (failures.length > 0) throw new Error(`${key} fails without any mutation: ${failures[0]}`);
    return { key, ms: performance.now() - start, counts };
  });
  console.log(JSON.stringify(measured));
} else {
  const measured = JSON.parse(readFileSync(file, 'utf8')) as Measured[];
  const hunted: Hunted = { caught: null, changed: [] };
  for (const { key, counts } of measured.toSorted((a, b) => a.ms - b.ms)) {
    const found = tried(all.get(key)!);
    if (found.counts !== counts && hunted.changed.length < 3) hunted.changed.push(key);
    if (found.failures.length > 0) {
      hunted.caught = `${key}: ${found.failures[0].replace(/ \(1 of 1 seeds.*/, '')}`;
      break;
    }
  }
  console.log(JSON.stringify(hunted));
}
