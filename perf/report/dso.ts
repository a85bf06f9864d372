/**
 * A mapped object (dynamic shared object) and its symbols, loaded when an address in it is first looked up.
 * Reference: tools/perf/util/dso.c and symbol.c, v6.1: dso__basename, symbols__find().
 * Not modelled: inlined functions and source lines.
 */
export interface FoundSymbol {
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
}

/** Finds the symbols of an object: sorted by start, not overlapping. Null if there are none to be found. */
export type SymbolLoader = (dso: Dso) => readonly FoundSymbol[] | null;

export class Dso {
  /** The name that it was first known by. */
  readonly name: string;
  readonly long_name: string;
  readonly short_name: string;
  readonly kernel: boolean;
  build_id: Uint8Array | null = null;
  /** Where a module of the kernel begins in memory. */
  base = 0n;
  /** Where the kernel's first symbol lies. */
  landmark: bigint | null = null;
  readonly #load: SymbolLoader;
  #symbols: FoundSymbol[] | null = null;

  constructor(name: string, long_name: string, short_name: string, kernel: boolean, load: SymbolLoader) {
    this.name = name;
    this.long_name = long_name;
    this.short_name = short_name;
    this.kernel = kernel;
    this.#load = load;
  }

  get #loaded(): FoundSymbol[] {
    this.#symbols ??= [...(this.#load(this) ?? [])];
    return this.#symbols;
  }

  /** The symbol that holds the address within the object. */
  findSymbol(address: bigint): FoundSymbol | null {
    const symbols = this.#loaded;
    const symbol = symbols[upperBound(symbols, address) - 1];
    if (symbol === undefined) return null;
    return address < symbol.end || (symbol.start === symbol.end && address === symbol.start) ? symbol : null;
  }

  /** Adds one symbol that the recording brought itself. */
  addSymbol(symbol: FoundSymbol): void {
    const symbols = this.#loaded;
    symbols.splice(upperBound(symbols, symbol.start), 0, symbol);
  }

  removeSymbol(symbol: FoundSymbol): void {
    const index = this.#loaded.indexOf(symbol);
    if (index >= 0) this.#loaded.splice(index, 1);
  }
}

function upperBound(symbols: readonly FoundSymbol[], address: bigint): number {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (symbols[middle].start <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The part of a path behind the last slash. */
export function basename(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name === '' ? path : name;
}
