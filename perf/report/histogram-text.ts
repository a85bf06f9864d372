/**
 * `report --stdio`: the histogram as a table for each event.
 * Reference: hists__fprintf() of tools/perf/ui/stdio/hist.c and evlist__tty_browse_hists() of builtin-report.c, v6.1.
 * Not modelled: the tip of the day below.
 */
import { fixed, left } from '../printf.ts';
import { callGraphText } from './call-graph-text.ts';
import type { CallGraphOptions, EventHistogram, Histogram, Row } from './histogram.ts';
import type { SortKey } from './sort-keys.ts';

export interface TableOptions {
  keys: readonly SortKey[];
  /** -n: a column with the number of samples. */
  showSamples?: boolean | undefined;
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

/** Overhead's column is as wide as its title. */
const OVERHEAD = 'Overhead';
const SAMPLES_WIDTH = 12;

function columnWidths(rows: readonly Row[], keys: readonly SortKey[]): number[] {
  const hasUnresolved = rows.some(({ values }) => values.location?.found === null);
  return keys.map((key) => rows.reduce((width, { values }) => Math.max(width, key.width(values, hasUnresolved)), key.header.length));
}

/** Of nothing there is no share. */
function percentage(part: bigint, whole: bigint): string {
  const share = whole === 0n ? 0 : (100 * Number(part)) / Number(whole);
  return `${fixed(share, 2)}%`.padStart(OVERHEAD.length);
}

/** Shares below this are not worth a branch. */
const LEAST_SHARE = 0.005;

/** The callchains below a row. Of a group perf shows none here. */
function graphOf({ entries: [entry, ...others] }: Row, [period]: readonly bigint[], { keys }: TableOptions, children: boolean): string {
  if (entry?.calls === null || entry === undefined || others.length > 0) return '';
  const branches = entry.calls.branches(Math.trunc(Number(period) * LEAST_SHARE));
  return callGraphText(branches, Number(children ? entry.total : entry.period), { total: Number(period), skipFirst: keys[0].name === 'symbol' });
}

/** A column for each event of the group, under one title. */
function table({ rows, periods, events }: EventHistogram, graph: CallGraphOptions | null, options: TableOptions): string {
  const { keys, showSamples } = options;
  const widths = columnWidths(rows, keys);
  const overheadWidth = OVERHEAD.length * events.length;
  const samplesWidth = SAMPLES_WIDTH * events.length;
  const samplesColumn = (text: string): string[] => (showSamples ? [text.padStart(samplesWidth)] : []);
  const shares = graph?.children ? ['Children', 'Self'] : [OVERHEAD];
  const titles = [...shares.map((text) => text.padStart(overheadWidth)), ...samplesColumn('Samples'), ...keys.map(({ header }, i) => header.padEnd(widths[i]))];
  const rules = [...shares.map(() => overheadWidth), ...(showSamples ? [samplesWidth] : []), ...widths].map((width) => '.'.repeat(width));
  const share = (entries: Row['entries'], of: 'total' | 'period'): string => entries.map((entry, i) => percentage(entry?.[of] ?? 0n, periods[i])).join('');
  const lines = rows.map((row) => {
    const { values, entries } = row;
    const line = [
      ...(graph?.children ? [share(entries, 'total')] : []), share(entries, 'period'),
      ...samplesColumn(entries.map((entry) => String(entry?.samples ?? 0).padStart(SAMPLES_WIDTH)).join('')),
      ...keys.map((key, i) => left(key.show(values, widths[i]), i === keys.length - 1 ? 0 : widths[i])),
    ].join('  ');
    return `  ${line}\n${graph?.shown ? graphOf(row, periods, options, graph.children) : ''}`;
  });
  return `# ${titles.join('  ')}\n# ${rules.join('  ')}\n#\n${lines.join('')}`;
}

function title({ events, group }: EventHistogram): string {
  const names = events.map(({ name }) => name).join(', ');
  return group === null ? `event '${names}'` : `events '${group} { ${names} }'`;
}

export function histogramText(histogram: Histogram, options: TableOptions): string {
  let text = `#\n# Total Lost Samples: ${histogram.lostSamples}\n#\n`;
  for (const event of histogram.tables) {
    if (event.samples === 0) continue;
    const total = event.periods.reduce((sum, period) => sum + period, 0n);
    text += `# Samples: ${withUnit(event.samples)} of ${title(event)}\n# Event count (approx.): ${total}\n#\n`;
    text += `${table(event, histogram.graph, options)}\n\n`;
  }
  return text;
}
