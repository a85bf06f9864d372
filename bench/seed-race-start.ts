/** Starts bench/seed-race-run.ts as the command is started: from V8's code cache, which `--cache` makes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cacheFile, loadProgram } from '../bin/load-program.ts';

const [kernel, option] = process.argv.slice(2);
const { program, script } = loadProgram('race');
void program.main([kernel]);
if (option === '--cache') {
  mkdirSync(dirname(cacheFile('race')), { recursive: true });
  writeFileSync(cacheFile('race'), script.createCachedData());
}
