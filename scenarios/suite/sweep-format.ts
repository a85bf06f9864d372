/**
 * The lines of a sweep's output file, as CSV or JSON lines. What identifies a run stands at the start of its line, so
 * that a sweep which is resumed knows its own lines again.
 * Reference: RFC 4180; jsonlines.org. Not modelled: CSV of others.
 */
import type { Outcome, Point } from './sweep.ts';
import type { Setting } from './variation.ts';

export interface SweepFormat {
  /** The first line, or null. */
  head(point: Point): string | null;
  /** The start of the line of this run. */
  key(command: string, point: Point): string;
  /** The rest of the line. */
  tail(outcome: Outcome): string;
  /** The outcome that a tail tells. */
  parse(tail: string): Outcome;
}

const NUMBERS = ['lost', 'lost_reported', 'wakeups', 'buffer_high_water'] as const;

export const csv: SweepFormat = {
  head: ({ settings }) => ['command', ...settings.map((setting) => column(setting)[0]), 'seed', 'samples', ...NUMBERS].map(quoted).join(','),
  key: (command, { settings, seed }) => `${[command, ...settings.map((setting) => String(column(setting)[1])), seed].map(quoted).join(',')},`,
  tail: (outcome) => [outcome.samples.join(' '), ...NUMBERS.map((name) => outcome[name])].join(','),
  parse(tail) {
    const [samples = '', ...numbers] = tail.split(',');
    const [lost, lost_reported, wakeups, buffer_high_water] = numbers.map(Number);
    return { samples: samples.split(' ').map(Number), lost, lost_reported, wakeups, buffer_high_water };
  },
};

export const jsonLines: SweepFormat = {
  head: () => null,
  key(command, { settings, seed }) {
    const identity = { command, ...Object.fromEntries(settings.map(column)), seed };
    return `${JSON.stringify(identity).slice(0, -1)},`;
  },
  tail: ({ samples, lost, lost_reported, wakeups, buffer_high_water }) =>
    JSON.stringify({ samples, lost, lost_reported, wakeups, buffer_high_water }).slice(1),
  parse: (tail) => JSON.parse(`{${tail}`) as Outcome,
};

/** A setting's column and value. Several latencies may vary, so that the name of each belongs to its column. */
function column({ option, value }: Setting): [name: string, value: string | boolean] {
  const [, name, range] = (option === 'latency' && typeof value === 'string' && /^(\w+)=(.*)$/.exec(value)) || [];
  return name === undefined || range === undefined ? [option, value] : [`latency ${name}`, range];
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
