/**
 * A symbol of a program or of the kernel, and how a table of them is made fit for searching.
 * Reference: symbols__fixup_duplicate() and symbols__fixup_end() of tools/perf/util/symbol.c, v6.1.
 * Not modelled: demangling; names are as the file has them.
 */
export interface Symbol {
  name: string;
  /** Address within the file or, in a kernel's table, in memory. */
  start: bigint;
  /** Just behind; of a symbol without a size the start of the next. */
  end: bigint;
  /** Global symbols are preferred to weak ones, and those to local ones. */
  binding?: 'global' | 'weak' | 'local';
}
