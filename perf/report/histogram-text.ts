/**
 * `report --stdio`: the histogram as a table for each event.
 * Reference: hists__fprintf() of tools/perf/ui/stdio/hist.c and evlist__tty_browse_hists() of builtin-report.c, v6.1.
 * Not modelled: the tip of the day below.
 */
import type { Entry, EventHistogram, Histogram } from './histogram.ts';
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

function columnWidths(entries: readonly Entry[], keys: readonly SortKey[]): number[] {
  const hasUnresolved = entries.some(({ values }) => values.location?.found === null);
  return keys.map((key) => entries.reduce((width, { values }) => Math.max(width, key.width(values, hasUnresolved)), key.header.length));
}

function percentage(part: bigint, whole: bigint): string {
  return `${((100 * Number(part)) / Number(whole)).toFixed(2)}%`;
}

function table({ entries, totalPeriod }: EventHistogram, { keys, showSamples }: HistogramOptions): string {
  const widths = columnWidths(entries, keys);
  const titles = [OVERHEAD, ...(showSamples ? ['Samples'.padStart(SAMPLES_WIDTH)] : []), ...keys.map(({ header }, i) => header.padEnd(widths[i]))];
  const rules = [OVERHEAD.length, ...(showSamples ? [SAMPLES_WIDTH] : []), ...widths].map((width) => '.'.repeat(width));
  const rows = entries.map(({ values, period, samples }) => [
    percentage(period, totalPeriod).padStart(OVERHEAD.length + 2),
    ...(showSamples ? [String(samples).padStart(SAMPLES_WIDTH)] : []),
    ...keys.map((key, i) => key.show(values, widths[i])),
  ].join('  '));
  return `# ${titles.join('  ')}\n# ${rules.join('  ')}\n#\n${rows.map((row) => `${row}\n`).join('')}`;
}

export function histogramText(histogram: Histogram, options: HistogramOptions): string {
  let text = `#\n# Total Lost Samples: ${histogram.lostSamples}\n#\n`;
  for (const event of histogram.events) {
    if (event.samples === 0) continue;
    text += `# Samples: ${withUnit(event.samples)} of event '${event.event.name}'\n# Event count (approx.): ${event.totalPeriod}\n#\n`;
    text += `${table(event, options)}\n\n`;
  }
  return text;
}
