/**
 * The callchains below a line of `report --stdio`, as a graph of characters.
 *
 * Reference: callchain__fprintf_graph() and its helpers of tools/perf/ui/stdio/hist.c, v6.1.
 * Not modelled: the modes flat, folded, fractal and caller-only; counts in place of shares.
 */
import { fixed } from '../printf.ts';
import type { Branch, Chain } from './call-tree.ts';
import type { Frame } from './callchain.ts';

const MARGIN = ' '.repeat(12);
const STEM = '|          ';
const NO_STEM = ' '.repeat(STEM.length);

const nameOf = ({ ip, location }: Frame): string => location?.found?.name ?? (ip === 0n ? '0' : `0x${ip.toString(16)}`);

interface Graph {
  /** The period of which shares are taken. */
  total: number;
  /** The entry's own symbol is not said again. */
  skipFirst: boolean;
}

/** The lines, an empty one behind them; nothing if there are no branches. `period` is the entry's. */
export function callGraphText(branches: readonly Branch[], period: number, { total, skipFirst }: Graph): string {
  let text = '';
  let indent = MARGIN;
  let below = branches;
  if (branches.length === 1 && branches[0].period === period) {
    const [{ frames, branches: next }] = branches;
    frames.slice(skipFirst ? 1 : 0).forEach((frame, i) => {
      if (i === 0) text += `${indent}|\n${indent}---`;
      else text += indent;
      if (i === 0) indent += '   ';
      text += `${nameOf(frame)}\n`;
    });
    below = next;
  }
  text += branchLines(below, total, indent, [true]);
  return text === '' ? '' : `${text}\n`;
}

/** `stems` tells for each column to the left whether its line goes on. */
function branchLines(branches: readonly Branch[], total: number, indent: string, stems: readonly boolean[]): string {
  const outer = stems.slice(0, -1);
  const left = (own: boolean): string => outer.map((goesOn) => (goesOn ? STEM : NO_STEM)).join('') + (own ? '|' : ' ');
  return branches.map((branch, i) => {
    const isLast = i === branches.length - 1;
    let text = `${indent}${outer.map((goesOn) => (goesOn ? STEM : NO_STEM)).join('')}${STEM}\n`;
    branch.frames.forEach((frame, n) => {
      const share = `--${fixed((100 * branch.period) / total, 2)}%--`;
      text += `${indent}${left(!isLast)}${n === 0 ? share : ' '.repeat(STEM.length - 1)}${nameOf(frame)}\n`;
    });
    return text + branchLines(branch.branches, total, indent, [...outer, !isLast, true]);
  }).join('');
}

/** A line for each chain, its frames in one. */
export function foldedText(chains: readonly Chain[], total: number): string {
  return chains.map(({ frames, period }) => `${fixed((100 * period) / total, 2)}% ${frames.map(nameOf).join(';')}\n`).join('');
}
