/**
 * Whether the suite notices mutations of the kernel text: `npm run bench -- mutations` makes each mutant of
 * test/mutations/mutations.ts in a bundle of its own (no source file is touched), runs the suite on it until something
 * fails, and writes the table of docs/mutations.md. `mutations TEXT [SCENARIO…]` tries those whose line contains the text, on
 * these scenarios or all, and writes nothing; its exit status says whether all were caught.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { MUTATIONS, mutated, type Mutation } from '../test/mutations/mutations.ts';
import type { Hunted, Measured } from './mutant.ts';
import { mutationTable } from './mutation-table.ts';

/** One folder below the root, as the built commands are: from there the bundles find the scenarios. */
const FOLDER = `mutants-${process.pid}`;
const BASELINE = `${FOLDER}/unmutated.json`;
/** A mutant that takes so many times what the whole suite takes will never end. */
const PATIENCE = 3;

export interface Outcome {
  mutation: Mutation;
  /** What noticed it, or null. */
  caught: string | null;
  /** Runs with other counts, for a survivor. */
  changed: readonly string[];
}

async function bundle(name: string, mutation: Mutation | null): Promise<string> {
  const outfile = `${FOLDER}/${name}.mjs`;
  await build({
    entryPoints: ['bench/mutant.ts'], outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', logLevel: 'error', external: ['esbuild', 'tinypool'],
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    plugins: mutation === null ? [] : [{
      name: 'mutation',
      setup: (plugin) => {
        const path = resolve(mutation.file);
        plugin.onLoad({ filter: /\.ts$/ }, (args) => (args.path === path ? { contents: mutantText(mutation)!, loader: 'ts' } : undefined));
      },
    }],
  });
  return outfile;
}

function mutantText(mutation: Mutation): string | null {
  return mutated(readFileSync(mutation.file, 'utf8'), mutation);
}

/** The program's standard output; null if it has not ended by then. */
function output(file: string, args: readonly string[], timeout: number): Promise<string | null> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolved, rejected) => {
    child.on('close', (status, signal) => {
      if (signal !== null) resolved(null);
      else if (status === 0) resolved(stdout);
      else rejected(new Error(`${file} fails: ${stderr}`));
    });
  });
}

async function hunt(mutation: Mutation, index: number, timeout: number): Promise<Outcome> {
  const found = await output(await bundle(`mutant-${index}`, mutation), ['hunt', BASELINE], timeout);
  rmSync(`${FOLDER}/mutant-${index}.mjs`);
  const { caught, changed } = found === null ? { caught: 'it does not end', changed: [] } : (JSON.parse(found) as Hunted);
  console.log(`${caught === null ? 'SURVIVES' : 'caught  '} ${mutation.file}: ${mutation.line.slice(0, 70)} | ${caught ?? `counts changed in ${changed.join('; ') || 'no run'}`}`);
  return { mutation, caught, changed };
}

const [text = '', ...scenarios] = process.argv.slice(3);
const chosen = MUTATIONS.filter(({ line }) => line.includes(text));
const gone = chosen.filter((mutation) => mutantText(mutation) === null);
if (gone.length > 0) {
  for (const { file, line } of gone) console.error(`${file} does not have this line exactly once any more: ${line}`);
  process.exit(1);
}
mkdirSync(FOLDER, { recursive: true });
try {
  const start = performance.now();
  const measured = (await output(await bundle('unmutated', null), ['measure', '', ...scenarios], 600_000))!;
  const suite_ms = performance.now() - start;
  writeFileSync(BASELINE, measured);
  console.log(`${(JSON.parse(measured) as Measured[]).length} runs in ${(suite_ms / 1000).toFixed(1)} s without mutation`);
  const outcomes: Outcome[] = [];
  const queue = chosen.entries();
  const worker = async (): Promise<void> => {
    for (const [index, mutation] of queue) outcomes[index] = await hunt(mutation, index, Math.ceil(PATIENCE * suite_ms));
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  const survivors = outcomes.filter(({ caught }) => caught === null);
  console.log(`${outcomes.length - survivors.length} of ${outcomes.length} mutants are caught, ${survivors.length} survive.`);
  if (text === '') writeFileSync('docs/mutations.md', mutationTable(outcomes));
  else process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  rmSync(FOLDER, { recursive: true });
}
