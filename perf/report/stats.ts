/**
 * How many records of which type, and how many samples of which event: the statistics at the end of `report -D`.
 * Reference: events_stats__fprintf() of tools/perf/ui/stdio/hist.c, v6.1; of tools/perf/util/hist.c, v3.2, for the old form.
 * Not modelled: nothing.
 */
import { recordName, type PerfData } from '../data/index.ts';
import { fixed } from '../printf.ts';

/** Types beyond all that perf knows are counted as one. */
const INVALID = 256;

export class RecordCounts {
  /** By type; [0] is the total. */
  readonly byType: number[] = [0];
  /** By index of the event. */
  readonly samples: number[] = [];
  readonly lostSamples: bigint[] = [];
  /** Sum of what LOST records report. */
  lost = 0n;
  /** Records that came after younger ones had been delivered. */
  unordered = 0;

  count(type: number): void {
    const known = Math.min(type, INVALID);
    this.byType[0]++;
    this.byType[known] = (this.byType[known] ?? 0) + 1;
  }

  countSample(event: number, times: number): void {
    this.samples[event] = (this.samples[event] ?? 0) + times;
  }
}

function line(name: string, count: number | bigint, share = ''): string {
  return `${name.padStart(16)} events: ${String(count).padStart(10)}${share}\n`;
}

/** Up to 3.2 perf counted in the plain form of the 2011 report; recordings of that age, real and simulated, are shown in it. */
function writtenByEarlyPerf(data: PerfData): boolean {
  return /^3\.[0-2](\.|$)/.test(data.features.version ?? '');
}

function aggregated(counts: RecordCounts, withShares: boolean): string {
  const total = counts.byType[0];
  return counts.byType.map((count, type) => {
    if (count === 0) return '';
    const share = type > 0 && withShares ? `  (${fixed((100 * count) / total, 1).padStart(4)}%)` : '';
    return line(recordName(type), count, share);
  }).join('');
}

export interface StatsOptions {
  /** `--stat` also tells lost samples of each event; `-D` does not. */
  lostSamples: boolean;
}

/** The block, from the empty line before "Aggregated stats:" on. */
export function statistics(data: PerfData, counts: RecordCounts, options: StatsOptions): string {
  const early = writtenByEarlyPerf(data);
  let text = `\nAggregated stats:${data.featureBits.has(18) ? ' (excludes AUX area (e.g. instruction trace) decoded / synthesized events)' : ''}\n`;
  text += aggregated(counts, !early);
  for (const { index, name } of data.events.all) {
    const samples = counts.samples[index] ?? 0;
    const lost = options.lostSamples ? counts.lostSamples[index] ?? 0n : 0n;
    if (samples === 0 && lost === 0n) continue;
    text += `${name} stats:\n`;
    if (early) text += line('TOTAL', samples);
    if (samples > 0) text += line('SAMPLE', samples);
    if (lost > 0n) text += line('LOST_SAMPLES', lost);
  }
  return text;
}
