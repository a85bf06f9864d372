/** What esbuild is told of every bundle, and of those that bin/load-program.ts loads. */

export const common = { outbase: '.', bundle: true, platform: 'node', target: 'node20', minifySyntax: true, logLevel: 'warning' };

export const commonjs = { ...common, format: 'cjs', outExtension: { '.js': '.cjs' } };

/** One function, such as Node's own loader makes of a module. Node makes a `require` of a file's name as well as of its address. */
export const loaded = {
  define: { 'import.meta.filename': '__filename', 'import.meta.url': '__filename' },
  banner: { js: '(function (exports, require, module, __filename, __dirname, __import) {' },
  footer: { js: '})' },
};
