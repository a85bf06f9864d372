/**
 * A symbol of a program or of the kernel, and how a table of them is made fit for searching.
 * Reference: choose_best_symbol(), symbols__fixup_duplicate() and symbols__fixup_end() of tools/perf/util/symbol.c, v6.1.
 * Not modelled: that perf chooses among names as they were written; here as the file has them.
 */
export interface Symbol {
  name: string;
  /** Address within the file or, in a kernel's table, in memory. */
  start: bigint;
  /** Just behind; equal to the start until it is known. */
  end: bigint;
  binding: 'global' | 'weak' | 'local';
}

const PAGE = 4096n;
const BINDING_RANK = { global: 2, local: 1, weak: 0 };

/** Which of two names for one address perf prefers: one with a size, strong, global, few underscores, long. */
function isBetter(a: Symbol, b: Symbol): boolean {
  const sized = Number(a.end > a.start) - Number(b.end > b.start);
  if (sized !== 0) return sized > 0;
  const binding = BINDING_RANK[a.binding] - BINDING_RANK[b.binding];
  if (binding !== 0) return binding > 0;
  const underscores = leadingUnderscores(b.name) - leadingUnderscores(a.name);
  if (underscores !== 0) return underscores > 0;
  if (a.name.length !== b.name.length) return a.name.length > b.name.length;
  // System calls have an alias with this prefix.
  return !a.name.startsWith('SyS') && !a.name.startsWith('compat_SyS');
}

function leadingUnderscores(name: string): number {
  return name.length - name.replace(/^_+/, '').length;
}

/** Gives symbols without a size the room up to the next, and the last one its page. */
function fillGaps(symbols: Symbol[]): void {
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i];
    if (symbol.end !== symbol.start) continue;
    symbol.end = symbols[i + 1]?.start ?? ((symbol.start + PAGE - 1n) / PAGE + 1n) * PAGE;
  }
}

/** Sorts the symbols by address, gives each an end, and leaves one name for each address. */
export function symbolTable(symbols: Symbol[]): Symbol[] {
  const sorted = symbols.sort((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)));
  fillGaps(sorted);
  const table: Symbol[] = [];
  for (const symbol of sorted) {
    const last = table.at(-1);
    if (last?.start !== symbol.start) table.push(symbol);
    else if (!isBetter(last, symbol)) table[table.length - 1] = symbol;
  }
  return table;
}
