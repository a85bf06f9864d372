/** Runs a bench: `npm run bench -- speed` bundles bench/speed.ts and executes it. */
import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const name = process.argv[2] ?? 'speed';
const outfile = `dist/bench/${name}.mjs`;
mkdirSync('dist/bench', { recursive: true });
await build({
  entryPoints: [`bench/${name}.ts`], outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', logLevel: 'warning', external: ['esbuild', 'tinypool', '@swc/core'],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
await import(pathToFileURL(outfile).href);
