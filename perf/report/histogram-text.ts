/**
 * `report --stdio`: the histogram as a table for each event.
 * Reference: hists__fprintf() of tools/perf/ui/stdio/hist.c and evlist__tty_browse_hists() of builtin-report.c, v6.1.
 * Not modelled: the tip of the day below.
 */
import type { EventHistogram, Histogram, Row } from './histogram.ts';
import type { SortKey } from './sort-keys.ts';

export interface HistogramOptions {
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
  return `${share.toFixed(2)}%`.padStart(OVERHEAD.length);
}

/** A column for each event of the group, under one title. */
function table({ rows, periods, events }: EventHistogram, { keys, showSamples }: HistogramOptions): string {
  const widths = columnWidths(rows, keys);
  const overheadWidth = OVERHEAD.length * events.length;
  const samplesWidth = SAMPLES_WIDTH * events.length;
  const samplesColumn = (text: string): string[] => (showSamples ? [text.padStart(samplesWidth)] : []);
  const titles = [OVERHEAD.padStart(overheadWidth), ...samplesColumn('Samples'), ...keys.map(({ header }, i) => header.padEnd(widths[i]))];
  const rules = [overheadWidth, ...(showSamples ? [samplesWidth] : []), ...widths].map((width) => '.'.repeat(width));
  const lines = rows.map(({ values, entries }) => [
    `  ${entries.map((entry, i) => percentage(entry?.period ?? 0n, periods[i])).join('')}`,
    ...samplesColumn(entries.map((entry) => String(entry?.samples ?? 0).padStart(SAMPLES_WIDTH)).join('')),
    ...keys.map((key, i) => key.show(values, widths[i])),
  ].join('  '));
  return `# ${titles.join('  ')}\n# ${rules.join('  ')}\n#\n${lines.map((line) => `${line}\n`).join('')}`;
}

function title({ events, group }: EventHistogram): string {
  const names = events.map(({ name }) => name).join(', ');
  return group === null ? `event '${names}'` : `events '${group} { ${names} }'`;
}

export function histogramText(histogram: Histogram, options: HistogramOptions): string {
  let text = `#\n# Total Lost Samples: ${histogram.lostSamples}\n#\n`;
  for (const event of histogram.tables) {
    if (event.samples === 0) continue;
    const total = event.periods.reduce((sum, period) => sum + period, 0n);
    text += `# Samples: ${withUnit(event.samples)} of ${title(event)}\n# Event count (approx.): ${total}\n#\n`;
    text += `${table(event, options)}\n\n`;
  }
  return text;
}
