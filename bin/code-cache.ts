/**
 * Makes the code caches that bin/load-program.ts reads, when the command is built: does what is usual, each command in a
 * process of its own, and keeps what V8 has compiled by then.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFile, loadProgram } from './load-program.ts';

/** By the name of the command, what is done. The first makes the recording that others read. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  record: ['record -N -e cycles,cycles,cycles noploop 1', 'record -N -o new.data --kernel v6.18 --pmu amd64 noploop 1', 'record --help'],
  report: ['report', 'report --help'],
  script: ['script', 'script --help'],
  evlist: ['evlist', 'evlist --help'],
  stat: ['stat noploop 1', 'stat --kernel v6.18 noploop 1', 'stat --help'],
  explore: ['explore wake-vs-enqueue --kernel v3.2', 'explore poll-vs-set-output --kernel no-mmap-mutex', 'explore --help'],
  view: ['view', 'view -o runs.html -- record noploop 1', 'view --help'],
  data: ['data convert --to-json perf.json', 'data --help'],
  test: ['test exit-records', 'test --help'],
  sweep: ['sweep -k v3.1,v3.2 --seeds 1 -- record noploop 1', 'sweep --help'],
  compare: ['compare -k v3.1,v3.2 --seeds 1..2 -- record noploop 1', 'compare --help'],
  list: ['list', 'list --help'],
  '--help': ['--help'],
};

const [command] = process.argv.slice(2);
if (command === undefined) makeAll();
else void make(command);

function makeAll(): void {
  const folder = mkdtempSync(join(tmpdir(), 'perfsim-code-cache-'));
  mkdirSync(dirname(cacheFile('')), { recursive: true });
  for (const name of Object.keys(USUAL)) {
    const { status, stderr } = spawnSync(process.execPath, [__filename, name], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`no code cache for '${name}': ${stderr}`);
  }
  rmSync(folder, { recursive: true });
}

async function make(name: string): Promise<void> {
  const { program, script } = loadProgram(name);
  for (const words of USUAL[name]) await program.main(words.split(' '));
  const temporary = `${cacheFile(name)}.${process.pid}`;
  writeFileSync(temporary, script.createCachedData());
  renameSync(temporary, cacheFile(name));
  // A counterexample that was found is no failure here.
  process.exitCode = 0;
}
