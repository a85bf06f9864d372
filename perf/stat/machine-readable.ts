/**
 * The output of `perf stat -x` and `-j`, for programs: one line for each event.
 *
 * Reference: print_metric_csv, print_metric_json and printout of tools/perf/util/stat-display.c, v6.1; abs_printout of
 * tools/perf/builtin-stat.c, v3.2, whose lines end with the name.
 * Not modelled: escaping of separators in names: perf writes them as they are.
 */
import { fixed } from '../printf.ts';
import { average, averagesOf, linesOf, shown, type StatLine, type StatTable } from './format.ts';
import { metricsOf, type Averages } from './metrics.ts';
import type { StatRun } from './stat-spec.ts';
import { intervalLength, timestamp } from './text.ts';

type Form = (line: StatLine, averages: Averages, table: StatTable, repeats: boolean) => string;

/** The lines in front of which `-I` puts the time. */
function all(table: StatTable, runs: readonly StatRun[], form: Form, stamp: (at_ns: number) => string): string {
  const intervals = runs.flatMap((run) => run.intervals.map((interval) => ({ ...interval, length: intervalLength(run, interval.at_ns) })));
  if (intervals.length === 0) {
    const lines = linesOf(table.events, runs.map(({ counts }) => counts));
    const averages = averagesOf(lines, average(runs.map(({ elapsed_ns }) => elapsed_ns)));
    return lines.map((line) => `${form(line, averages, table, runs.length > 1)}\n`).join('');
  }
  return intervals.map(({ at_ns, counts, length }) => {
    const lines = linesOf(table.events, [counts]);
    return lines.map((line) => `${stamp(at_ns)}${form(line, averagesOf(lines, length), table, false)}\n`).join('');
  }).join('');
}

export function csvText(table: StatTable, runs: readonly StatRun[], separator: string): string {
  const form: Form = (line, averages, { tool }, repeats) => csvFields(line, averages, tool, repeats).join(separator);
  return all(table, runs, form, (at_ns) => `${timestamp(at_ns)}${separator}`);
}

function csvFields(line: StatLine, averages: Averages, tool: StatTable['tool'], repeats: boolean): string[] {
  const { event, state, enabled, running } = line;
  const { value, unit } = shown(line);
  const noise = repeats ? [`${fixed(line.noise, 2)}%`] : [];
  const precision = unit === '' ? 0 : tool === '3.2' ? 6 : 2;
  const count = state === 'counted' ? fixed(value, precision) : `<${state}>`;
  if (tool === '3.2') return [count, event.name, ...noise];
  const [metric] = state === 'counted' ? metricsOf(event, line.value, averages, tool) : [];
  const share = enabled === 0 ? 100 : (100 * running) / enabled;
  return [
    count, state === 'not supported' ? '' : unit, event.name, ...noise, String(Math.round(running)), fixed(share, 2),
    metric === undefined ? '' : fixed(metric.value, metric.precision), metric?.unit ?? '',
  ];
}

export function jsonText(table: StatTable, runs: readonly StatRun[]): string {
  const form: Form = (line, averages, _table, repeats) => `${jsonFields(line, averages, repeats)}}`;
  const lines = all(table, runs, form, (at_ns) => `"interval" : ${timestamp(at_ns).trim()}, `);
  return lines.replaceAll(/^/gm, '{').replace(/\{$/, '');
}

function jsonFields(line: StatLine, averages: Averages, repeats: boolean): string {
  const { event, state, enabled, running, noise } = line;
  const { value, unit } = shown(line);
  const [metric] = state === 'counted' ? metricsOf(event, line.value, averages, '6.1') : [];
  const fields: [string, string][] = [
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
