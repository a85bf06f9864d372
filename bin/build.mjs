/** Bundles the command and the libraries into dist/, and has V8 compile the command beforehand. */
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const common = { outdir: 'dist', outbase: '.', bundle: true, platform: 'node', target: 'node20', minifySyntax: true, logLevel: 'warning' };

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

/**
 * Counterexamples ask the program's map for lines of the kernel and names of its functions, and Node reads all of it to
 * answer: it is left with the points at which one of them changes, and none in other code.
 */
function thin(file) {
  const map = JSON.parse(readFileSync(file, 'utf8'));
  const [sources, names] = [[], []];
  const placeOf = new Map(map.sources.map((source, i) => [i, source.startsWith('../../kernel/') ? sources.push(source) - 1 : null]));
  const numbers = new Map();
  const nameOf = (name) => numbers.get(name) ?? numbers.set(name, names.push(map.names[name]) - 1).get(name);
  let last = '';
  const mappings = decode(map.mappings).map((line) => line.flatMap(([column, source, row, , name]) => {
    const known = placeOf.get(source) ?? null;
    const place = known === null ? '' : `${known}:${row}:${name}`;
    if (place === last) return [];
    last = place;
    return [known === null ? [column] : [column, known, row, 0, ...(name === undefined ? [] : [nameOf(name)])]];
  }));
  writeFileSync(file, JSON.stringify({ ...map, sources, names, mappings: encode(mappings) }));
}

// The declarations of the libraries are made by `prepack`, which npm runs before it builds.
for (const name of existsSync('dist') ? readdirSync('dist') : []) if (name !== 'types') rmSync(`dist/${name}`, { recursive: true });

// The libraries, which need nothing of Node.
await build({ ...common, ...mapped, platform: 'browser', entryPoints: ['kernel/index.ts', 'perf/data/index.ts'], format: 'esm' });

// What pages carry with them: one program and one style sheet, for browsers.
await build({
  outdir: 'dist/view', bundle: true, minify: true, platform: 'browser', target: 'es2022', format: 'iife', logLevel: 'warning',
  entryPoints: ['bin/view/main.ts', 'bin/view/style.css'],
});

const commonjs = { ...common, format: 'cjs', outExtension: { '.js': '.cjs' } };

/** The command, in the form of a function that Node's own loader gives to a module. */
const { metafile } = await build({
  ...commonjs, ...mapped,
  entryPoints: ['bin/program.ts'], entryNames: '[dir]/[name]-[hash]', metafile: true,
  external: ['esbuild', 'tinypool'],
  plugins: [noChance],
  // Node makes a `require` of a file's name as well as of its address.
  define: { 'import.meta.filename': '__filename', 'import.meta.url': '__filename' },
  banner: { js: '(function (exports, require, module, __filename, __dirname, __import) {' },
  footer: { js: '})' },
});
const program = Object.keys(metafile.outputs).find((name) => name.endsWith('.cjs'));
thin(`${program}.map`);
await build({
  ...commonjs, entryPoints: ['bin/perfsim.ts', 'bin/thread.ts', 'bin/code-cache.ts'], define: { PROGRAM: JSON.stringify(basename(program)) },
});
execFileSync(process.execPath, ['dist/bin/code-cache.cjs']);
