/**
 * `report --stdio`: the histogram as a table for each event.
 * Reference: hists__fprintf() of tools/perf/ui/stdio/hist.c and evlist__tty_browse_hists() of builtin-report.c, v6.1.
 * Not modelled: the tip of the day below.
 */
import { left } from '../printf.ts';
import { callGraphText, foldedText } from './call-graph-text.ts';
import { isNumber, type Column, type Layout } from './columns.ts';
import type { CallGraphOptions, EventHistogram, Histogram, Row } from './histogram.ts';
import type { SortKey } from './sort-keys.ts';

export interface TableOptions {
  layout: Layout;
  /** Keys that are the same in all rows, and left out therefore. */
  elided?: readonly SortKey['name'][];
  /** -q: rows alone. */
  quiet?: boolean | undefined;
  /** -t: between cells, which are not aligned then. */
  separator?: string | undefined;
  /** Rows with less than this, in percent, are not shown, nor are branches. */
  percentLimit?: number | undefined;
  /** --time, as it was typed. */
  time?: string | undefined;
  /** -g folded: a line for each chain. */
  folded?: boolean | undefined;
  /** Branches with less, in percent, are not shown. */
  threshold?: number | undefined;
}

/** "2K", "14 ": a count cut off after its first digits, as perf does it. */
function withUnit(count: number): string {
  let value = count;
  let unit = ' ';
  for (const next of 'KMG') {
    if (value <= 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${Math.floor(value)}${unit}`;
}

/** Shares below this, in percent, are not worth a branch. */
const THRESHOLD = 0.5;

/** The callchains below a row. Of a group perf shows none here. */
function graphOf({ entries: [entry, ...others] }: Row, [period]: readonly bigint[], options: TableOptions, children: boolean): string {
  if (entry?.calls === null || entry === undefined || others.length > 0) return '';
  const least = Math.trunc((Number(period) * (options.percentLimit ?? options.threshold ?? THRESHOLD)) / 100);
  if (options.folded) return foldedText(entry.calls.chains(least), Number(period));
  return callGraphText(entry.calls.branches(least), Number(children ? entry.total : entry.period), { total: Number(period), skipFirst: options.layout.symbolFirst });
}

/** A column of the table: its title, and what stands in each row. */
interface Cells {
  readonly title: string;
  readonly width: number;
  readonly text: (row: Row) => string;
}

/** Of a number each event of the group has its own, under one title. */
function cellsOf(column: Column, { rows, periods, events }: EventHistogram, children: boolean, separator: string | undefined): Cells {
  if (isNumber(column)) {
    const width = column.width * events.length;
    if (column.name === 'overhead_children' && !children) return { title: column.header.padStart(width), width, text: () => 'N/A'.padStart(column.width).padEnd(width) };
    const values = ({ entries }: Row): string[] => entries.map((entry, i) => column.text(entry === undefined ? 0n : column.value(entry), periods[i]));
    const aligned = (row: Row): string => values(row).map((text) => text.padStart(column.width)).join('');
    const separated = (row: Row): string => values(row).map((text) => ` ${text}`).join('').padEnd(width);
    return { title: column.header.padStart(width), width, text: separator === undefined ? aligned : separated };
  }
  const hasUnresolved = rows.some(({ values }) => values.location?.found === null);
  const isAlone = rows.length === 1 && rows[0].entries.every((entry) => entry === undefined || entry.samples <= 1);
  const width = rows.reduce((most, { values }) => Math.max(most, column.width(values, hasUnresolved, isAlone)), column.header.length);
  return { title: column.header.padEnd(width), width, text: ({ values }) => column.show(values, width) };
}

function table(event: EventHistogram, graph: CallGraphOptions | null, options: TableOptions): string {
  const { layout, elided = [], separator, quiet, percentLimit = 0 } = options;
  const children = graph?.children ?? false;
  const isElided = (column: Column): boolean => !isNumber(column) && elided.includes(column.name);
  const all = layout.columns(children);
  const kept = all.filter((column) => !isElided(column));
  const cells = (kept.every(isNumber) ? all : kept).map((column) => cellsOf(column, event, children, separator));
  const joint = separator ?? '  ';
  const titles = cells.map(({ title }) => title).join(joint);
  const rules = separator === undefined ? `# ${cells.map(({ width }) => '.'.repeat(width)).join(joint)}\n#\n` : '';
  const whole = Number(event.periods[0]);
  const shareOf = ({ entries: [entry] }: Row): number => (entry === undefined || whole === 0 ? 0 : (100 * Number(children ? entry.total : entry.period)) / whole);
  const lines = event.rows.filter((row) => shareOf(row) >= percentLimit).map((row) => {
    // The last column ends where its text ends.
    const texts = cells.map(({ text, width }, i) => (i === cells.length - 1 ? text(row) : left(text(row), width)));
    const line = texts.map((text) => (separator === undefined ? text : text.replaceAll(separator, '.'))).join(joint);
    return `${separator === undefined ? '  ' : ''}${line}\n${graph?.shown ? graphOf(row, event.periods, options, children) : ''}`;
  });
  return `${quiet ? '' : `# ${titles}\n${rules}`}${lines.join('')}`;
}

function title({ events, group }: EventHistogram): string {
  const names = events.map(({ name }) => name).join(', ');
  if (group === '') return `events '${names}'`;
  return group === null ? `event '${names}'` : `events '${group} { ${names} }'`;
}

export function histogramText(histogram: Histogram, options: TableOptions): string {
  const span = options.time === undefined ? '' : ` (time slices: ${options.time})`;
  let text = options.quiet ? '' : `#\n# Total Lost Samples: ${histogram.lostSamples}\n#\n`;
  for (const event of histogram.tables) {
    if (event.isEmpty) continue;
    const total = event.periods.reduce((sum, period) => sum + period, 0n);
    if (!options.quiet) text += `# Samples: ${withUnit(event.samples)} of ${title(event)}${span}\n# Event count (approx.): ${total}\n#\n`;
    text += `${table(event, histogram.graph, options)}\n\n`;
  }
  return text;
}
