/**
 * Bundles the command and the library entries into dist/. Entries share chunks, so that a class loaded
 * from a user's file extends the very class that the command runs.
 */
import { build } from 'esbuild';
import { existsSync, readdirSync, rmSync } from 'node:fs';

const entries = ['bin/main.ts', 'bin/worker.ts', 'bin/explore/worker.ts', 'kernel/index.ts', 'perf/data/index.ts', 'perf/index.ts'];

const common = { outdir: 'dist', outbase: '.', bundle: true, platform: 'node', target: 'node20', minifySyntax: true, logLevel: 'warning' };

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

// The declarations of the library entries are made by `prepack`, which npm runs before it builds.
for (const name of existsSync('dist') ? readdirSync('dist') : []) if (name !== 'types') rmSync(`dist/${name}`, { recursive: true });
await build({
  ...common,
  entryPoints: entries.filter((entry) => existsSync(entry)),
  splitting: true,
  format: 'esm',
  sourcemap: true,
  // The package holds the kernel's sources themselves, which counterexamples quote.
  sourcesContent: false,
  external: ['esbuild', 'tinypool'],
  plugins: [asciiWidth],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
// What pages carry with them: one program and one style sheet, for browsers.
await build({
  outdir: 'dist/view', bundle: true, minify: true, platform: 'browser', target: 'es2022', format: 'iife', logLevel: 'warning',
  entryPoints: ['bin/view/main.ts', 'bin/view/style.css'],
});
await build({ ...common, entryPoints: ['bin/perfsim.ts'], format: 'cjs', outExtension: { '.js': '.cjs' }, external: ['./main.js'] });
