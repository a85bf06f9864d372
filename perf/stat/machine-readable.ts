/**
 * The output of `perf stat -x` and `-j`, for programs: one line for each event.
 *
 * Reference: print_metric_csv, print_metric_json and printout of tools/perf/util/stat-display.c, v6.1; abs_printout of
 * tools/perf/builtin-stat.c, v3.2, whose lines end with the name.
 * Not modelled: escaping of separators in names: perf writes them as they are.
 */
import { fixed } from '../printf.ts';
import { average, rowsOf, shown, type StatRow, type StatTable } from './format.ts';
import { metricsOf } from './metrics.ts';
import type { StatRun } from './stat-spec.ts';
import { intervalLength, timestamp } from './text.ts';

type Form = (row: StatRow, repeats: boolean) => string;

/** The lines in front of which `-I` puts the time. */
function all(table: StatTable, runs: readonly StatRun[], form: Form, stamp: (at_ns: number) => string): string {
  const intervals = runs.flatMap((run) => run.intervals.map((interval) => ({ ...interval, length: intervalLength(run, interval.at_ns) })));
  if (intervals.length === 0) {
    return rowsOf(table, runs, average(runs.map(({ elapsed_ns }) => elapsed_ns))).map((row) => `${form(row, runs.length > 1)}\n`).join('');
  }
  return intervals.map((interval) => rowsOf(table, [interval], interval.length).map((row) => `${stamp(interval.at_ns)}${form(row, false)}\n`).join('')).join('');
}

export function csvText(table: StatTable, runs: readonly StatRun[], separator: string): string {
  const form: Form = (row, repeats) => csvFields(row, table.tool, repeats).join(separator);
  return all(table, runs, form, (at_ns) => `${timestamp(at_ns)}${separator}`);
}

function csvFields({ cpu, line, averages }: StatRow, tool: StatTable['tool'], repeats: boolean): string[] {
  const { event, state, enabled, running } = line;
  const { value, unit } = shown(line);
  const whose = cpu === null ? [] : [`CPU${cpu}`];
  const noise = repeats ? [`${fixed(line.noise, 2)}%`] : [];
  const precision = unit === '' ? 0 : tool === '3.2' ? 6 : 2;
  const count = state === 'counted' ? fixed(value, precision) : `<${state}>`;
  if (tool === '3.2') return [...whose, count, event.name, ...noise];
  const [metric] = state === 'counted' ? metricsOf(event, line.value, averages) : [];
  const share = enabled === 0 ? 100 : (100 * running) / enabled;
  return [
    ...whose, count, state === 'not supported' ? '' : unit, event.name, ...noise, String(Math.round(running)), fixed(share, 2),
    metric === undefined ? '' : fixed(metric.value, metric.precision), metric?.unit ?? '',
  ];
}

export function jsonText(table: StatTable, runs: readonly StatRun[]): string {
  const form: Form = (row, repeats) => `${jsonFields(row, repeats)}}`;
  const lines = all(table, runs, form, (at_ns) => `"interval" : ${timestamp(at_ns).trim()}, `);
  return lines.replaceAll(/^/gm, '{').replace(/\{$/, '');
}

function jsonFields({ cpu, line, averages }: StatRow, repeats: boolean): string {
  const { event, state, enabled, running, noise } = line;
  const { value, unit } = shown(line);
  const [metric] = state === 'counted' ? metricsOf(event, line.value, averages) : [];
  const fields: [string, string][] = [
    ...(cpu === null ? [] : [['cpu', `"${cpu}"`] as [string, string]]),
    ['counter-value', state === 'counted' ? `"${fixed(value, 6)}"` : `"<${state}>"`],
    ['unit', `"${state === 'not supported' ? '' : unit}"`],
    ['event', `"${event.name}"`],
    ...(repeats ? [['variance', fixed(noise, 2)] as [string, string]] : []),
    ['event-runtime', String(Math.round(running))],
    ['pcnt-running', fixed(enabled === 0 ? 100 : (100 * running) / enabled, 2)],
    ['metric-value', fixed(metric?.value ?? 0, 6)],
    ['metric-unit', `"${metric?.unit ?? ''}"`],
  ];
  return fields.map(([key, text]) => `"${key}" : ${text}`).join(', ');
}
