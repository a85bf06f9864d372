/**
 * The kernel's own table of symbols as text: `ffffffff81000000 T _text`, and behind a tab the module.
 * Reference: kallsyms__parse() of tools/lib/symbol/kallsyms.c and dso__load_all_kallsyms(), v6.1.
 * Not modelled: kcore, and the shift of a kernel that was loaded elsewhere than the table says.
 */
import { symbolTable, type Symbol } from './symbols.ts';

/** Code and data; perf takes no others. */
const KINDS = 'TtWwDdBb';
const KERNEL = '';

/** The symbols by module; those of the kernel itself under the empty name. */
export function parseKallsyms(text: string): Map<string, Symbol[]> {
  const byModule = new Map<string, Symbol[]>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]+) (\S) ([^\t]+)(?:\t(\[.*\]))?$/.exec(line);
    if (match === null || !KINDS.includes(match[2])) continue;
    const module = match[4] ?? KERNEL;
    const start = BigInt(`0x${match[1]}`);
    const symbol: Symbol = { name: match[3], start, end: start, binding: bindingOf(match[2]) };
    const list = byModule.get(module);
    if (list === undefined) byModule.set(module, [symbol]);
    else list.push(symbol);
  }
  for (const [module, symbols] of byModule) byModule.set(module, symbolTable(symbols));
  return byModule;
}

function bindingOf(kind: string): Symbol['binding'] {
  if (kind === 'W') return 'weak';
  return kind === kind.toUpperCase() ? 'global' : 'local';
}
