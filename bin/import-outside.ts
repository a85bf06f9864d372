/**
 * import() of what is not built into the command. Node 20 refuses it to code that comes from V8's cache, so whoever loads
 * the bundle lends it an import() of its own (bin/load-program.ts).
 */
type Import = (specifier: string) => Promise<unknown>;

declare const __import: Import | undefined;

export const importOutside: Import = typeof __import === 'undefined' ? (specifier) => import(specifier) : __import;
