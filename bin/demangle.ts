/**
 * Names of C++ and Rust functions as they were written, by the demanglers of the Firefox profiler, which are WebAssembly.
 * They are loaded when the first such name comes up.
 */
import { readFileSync } from 'node:fs';
import * as glue from 'gecko-profiler-demangle/index_bg.js';
import { withoutParameters } from '../perf/report/demangle.ts';
import { builtFile } from './places.ts';

let isLoaded = false;

function load(): void {
  const module = new WebAssembly.Module(readFileSync(builtFile('demangle.wasm', 'names of C++ functions need')));
  glue.__wbg_set_wasm(new WebAssembly.Instance(module, { './index_bg.js': glue }).exports);
  isLoaded = true;
}

/** The name that perf shows. What is none of theirs stays as it is: the demanglers would take an underscore away, as macOS puts one before each name. */
export function demangle(name: string): string {
  if (!isLoaded) load();
  const written = glue.demangle_any(name);
  return written === name.slice(1) ? name : withoutParameters(written);
}
