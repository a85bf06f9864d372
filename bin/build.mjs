/** Bundles the command and the libraries into dist/, and has V8 compile the command beforehand. */
import { decode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { common, commonjs, loaded } from './bundle.mjs';

const outdir = 'dist';

// The package holds the kernel's sources themselves, which counterexamples quote.
const mapped = { sourcemap: true, sourcesContent: false };

/** seedrandom looks for chance in Node's crypto, in case that it is given no seed; loading that takes a tenth of Node's own start. */
const noChance = {
  name: 'no-chance',
  setup(build) {
    build.onResolve({ filter: /^crypto$/ }, () => ({ path: 'crypto', namespace: 'no-chance' }));
    build.onLoad({ filter: /^/, namespace: 'no-chance' }, () => ({ contents: '' }));
  },
};

/** The table that bin/source-lines.ts reads, in place of the map of the bundle: where lines of the kernel and names of its functions change. */
function linesOf(map) {
  const sources = map.sources.filter((source) => source.startsWith('../../kernel/'));
  const places = [];
  let last = '';
  decode(map.mappings).forEach((line, number) => {
    for (const [column, source, row, , name] of line) {
      const place = [sources.indexOf(map.sources[source]), row, name];
      if (place[0] === -1) place.fill(undefined);
      if (String(place) === last) continue;
      last = String(place);
      places.push(number + 1, column + 1, place[0] ?? -1, place[1] === undefined ? -1 : place[1] + 1, place[2] ?? -1);
    }
  });
  return { sources, names: map.names, places };
}

// The declarations of the libraries are made by `prepack`, which npm runs before it builds.
for (const name of existsSync('dist') ? readdirSync('dist') : []) if (name !== 'types') rmSync(`dist/${name}`, { recursive: true });

// The libraries, which need nothing of Node.
await build({ ...common, ...mapped, outdir, platform: 'browser', entryPoints: ['kernel/index.ts', 'perf/data/index.ts'], format: 'esm' });

// What pages carry with them: one program and one style sheet, for browsers.
await build({
  outdir: 'dist/view', bundle: true, minify: true, platform: 'browser', target: 'es2022', format: 'iife', logLevel: 'warning',
  entryPoints: ['bin/view/main.ts', 'bin/view/style.css'],
});

// The demanglers, which the command loads when a name asks for them.
copyFileSync('node_modules/gecko-profiler-demangle/index_bg.wasm', `${outdir}/demangle.wasm`);

// The command.
const { metafile } = await build({
  ...commonjs, ...mapped, ...loaded, outdir, sourcemap: 'external',
  entryPoints: ['bin/program.ts'], entryNames: '[dir]/[name]-[hash]', metafile: true,
  external: ['esbuild', 'tinypool'],
  plugins: [noChance],
});
const program = Object.keys(metafile.outputs).find((name) => name.endsWith('.cjs'));
writeFileSync(`${program}.lines`, JSON.stringify(linesOf(JSON.parse(readFileSync(`${program}.map`, 'utf8')))));
rmSync(`${program}.map`);
await build({
  ...commonjs, outdir, entryPoints: ['bin/perfsim.ts', 'bin/thread.ts', 'bin/code-cache.ts'], define: { PROGRAM: JSON.stringify(basename(program)) },
});
execFileSync(process.execPath, ['dist/bin/code-cache.cjs']);
