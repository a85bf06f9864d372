/** Bundles bench/seed-race-run.ts in the folder that is named as the command is bundled, with V8's code cache. Prints what starts it. */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { commonjs, loaded } from '../bin/bundle.mjs';

const outdir = process.argv[2];
await build({ ...commonjs, ...loaded, outdir, entryPoints: ['bench/seed-race-run.ts'] });
await build({ ...commonjs, outdir, entryPoints: ['bench/seed-race-start.ts'], define: { PROGRAM: "'seed-race-run.cjs'" } });
const start = join(outdir, 'bench/seed-race-start.cjs');
execFileSync(process.execPath, [start, 'v3.2', '--cache']);
process.stdout.write(start);
