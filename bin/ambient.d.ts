/** What Node and packages have without saying so in types. */

/** The part of the package that Node can load: its entry imports WebAssembly as a module, as only bundlers can. */
declare module 'gecko-profiler-demangle/index_bg.js' {
  export function __wbg_set_wasm(exports: Record<string, unknown>): void;
  /** The name as it was written, or the very text if it is not mangled. */
  export function demangle_any(name: string): string;
}

declare namespace WebAssembly {
  const Module: new (bytes: Uint8Array) => object;
  const Instance: new (module: object, imports: Record<string, object>) => { readonly exports: Record<string, unknown> };
}
