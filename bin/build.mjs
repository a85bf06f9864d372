/**
 * Bundles the command and the library entries into dist/. Entries share chunks, so that a class loaded
 * from a user's file extends the very class that the command runs.
 */
import { build } from 'esbuild';
import { existsSync, rmSync } from 'node:fs';

const entries = ['bin/perfsim.ts', 'bin/worker.ts', 'kernel/index.ts', 'perf/data/index.ts', 'perf/index.ts'];

/**
 * yargs measures its help text with string-width, whose tables of emoji cost half of Node's own start when they load.
 * perfsim prints its usage itself, in ASCII, where a character is a column.
 */
const asciiWidth = {
  name: 'ascii-width',
  setup(build) {
    build.onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'ascii-width' }));
    build.onLoad({ filter: /.*/, namespace: 'ascii-width' }, () => ({ contents: 'export default (text) => text.length;' }));
  },
};

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: entries.filter((entry) => existsSync(entry)),
  outdir: 'dist',
  outbase: '.',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  minifySyntax: true,
  external: ['esbuild'],
  plugins: [asciiWidth],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  logLevel: 'warning',
});
