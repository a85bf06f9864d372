/**
 * The table of `perf stat` for people, as v6.1 and v3.2 print it.
 *
 * Reference: tools/perf/util/stat-display.c of v6.1 and tools/perf/builtin-stat.c of v3.2; section 3.2 of
 * perf-data-and-ecosystem.md, and what perf 6.1 printed of software events.
 * Not modelled: colours.
 */
import { averagesOf, average, isMultiplexed, linesOf, shown, standardError, type StatLine, type StatTable } from './format.ts';
import { fixed } from '../printf.ts';
import { metricsOf, type Averages, type Metric } from './metrics.ts';
import type { Counts, StatRun } from './stat-spec.ts';

const COUNTS_LEN = 18;
const UNIT_LEN = 4;
/** v3.2, and v6.1 where there is no number, have shorter names. */
const NAME_LEN = { '3.2': 25, '6.1': 32 } as const;
const BARE_NAME_LEN = 25;
const METRIC_LEN = 35;

const WATCHDOG_HINT =
  "Some events weren't counted. Try disabling the NMI watchdog:\n\techo 0 > /proc/sys/kernel/nmi_watchdog\n\tperf stat ...\n\techo 1 > /proc/sys/kernel/nmi_watchdog\n";

export function statText(table: StatTable, runs: readonly StatRun[]): string {
  const lines = linesOf(table.events, runs.map(({ counts }) => counts));
  const elapsed = runs.map(({ elapsed_ns }) => elapsed_ns);
  const averages = averagesOf(lines, average(elapsed));
  const several = runs.length > 1 ? ` (${runs.length} runs)` : '';
  const body = lines.map((line) => eventLine(line, averages, table, runs.length > 1)).join('');
  return `\n Performance counter stats for ${table.subject}${several}:\n\n${body}\n${footer(table, runs, lines)}`;
}

/** -I: the head once, then a line for each event, with the time in front. */
export function intervalText(table: StatTable, run: StatRun): string {
  const head = '#           time             counts unit events\n';
  return head + run.intervals.map(({ at_ns, counts }) => intervalLines(table, counts, at_ns, intervalLength(run, at_ns))).join('');
}

/** Nanoseconds of the interval that ends at `at_ns`. */
export function intervalLength({ intervals }: StatRun, at_ns: number): number {
  const at = intervals.findIndex((interval) => interval.at_ns === at_ns);
  return at_ns - (at > 0 ? intervals[at - 1].at_ns : 0);
}

/** %6lu.%09lu */
export function timestamp(at_ns: number): string {
  return `${String(Math.floor(at_ns / 1e9)).padStart(6)}.${String(Math.round(at_ns % 1e9)).padStart(9, '0')}`;
}

function intervalLines(table: StatTable, counts: Counts, at_ns: number, length_ns: number): string {
  const lines = linesOf(table.events, [counts]);
  const averages = averagesOf(lines, length_ns);
  return lines.map((line) => `${timestamp(at_ns)} ${eventLine(line, averages, table, false)}`).join('');
}

function eventLine(line: StatLine, averages: Averages, { tool }: StatTable, repeats: boolean): string {
  const { event, state } = line;
  const { value, unit } = shown(line);
  const unitColumn = tool === '3.2' ? '' : `${unit.padEnd(UNIT_LEN)} `;
  if (state !== 'counted') {
    const name = event.name.padEnd(tool === '3.2' ? BARE_NAME_LEN - 1 : BARE_NAME_LEN);
    return `${`<${state}>`.padStart(COUNTS_LEN)} ${unitColumn}${name}${tool === '3.2' ? '' : ' '.repeat(METRIC_LEN)}\n`;
  }
  const clockPrecision = tool === '3.2' ? 6 : 2;
  const count = fixed(value, unit === '' ? 0 : clockPrecision, COUNTS_LEN);
  const [metric, ...more] = metricsOf(event, line.value, averages, tool);
  const noise = repeats ? `  ( +-${fixed(line.noise, 2, 6)}% )` : '';
  const share = (100 * line.running) / line.enabled;
  const multiplexed = !isMultiplexed(line) ? '' : tool === '3.2' ? ` [${fixed(share, 2, 5)}%]` : `  (${fixed(share, 2)}%)`;
  const indent = ' '.repeat(COUNTS_LEN + 1 + unitColumn.length + NAME_LEN[tool]);
  const extra = more.map((one) => `\n${indent}${metricColumn(one, tool)}`).join('');
  return `${count} ${unitColumn}${event.name.padEnd(NAME_LEN[tool])}${metricColumn(metric, tool)}${extra}${noise}${multiplexed}\n`;
}

/** ` # %8.3f  unit`, of a fixed width. */
function metricColumn(metric: Metric | undefined, tool: '3.2' | '6.1'): string {
  if (metric === undefined) return ' '.repeat(METRIC_LEN);
  const number = ` # ${fixed(metric.value, metric.precision, metric.width)}${metric.suffix}`;
  return `${number} ${metric.unit}`.padEnd(METRIC_LEN - (tool === '3.2' ? 1 : 0));
}

function footer({ tool, nmi_watchdog, isChild }: StatTable, runs: readonly StatRun[], lines: readonly StatLine[]): string {
  const seconds = runs.map(({ elapsed_ns }) => elapsed_ns / 1e9);
  if (tool === '3.2') return `${fixed(average(seconds), 9, 18)} seconds time elapsed${noiseOf(seconds)}\n\n`;
  const hint = nmi_watchdog && lines.some(({ state }) => state === 'not counted') ? WATCHDOG_HINT : '';
  return `${elapsedText(seconds)}${isChild && runs.length === 1 ? timesText(runs[0]) : ''}\n\n${hint}`;
}

function elapsedText(seconds: readonly number[]): string {
  if (seconds.length === 1) return ` ${fixed(seconds[0], 9, 17)} seconds time elapsed`;
  const error = standardError(seconds);
  const digits = error > 1 ? 2 : error === 0 ? 9 : Math.ceil(-Math.log10(error)) + 2;
  return ` ${fixed(average(seconds), digits, 17)} +- ${fixed(error, digits)} seconds time elapsed${noiseOf(seconds)}`;
}

function noiseOf(seconds: readonly number[]): string {
  return seconds.length === 1 ? '' : `  ( +-${fixed((100 * standardError(seconds)) / average(seconds), 2, 6)}% )`;
}

/** The child's own CPU time. */
function timesText({ user_ns, system_ns }: StatRun): string {
  return `\n\n ${fixed(user_ns / 1e9, 9, 17)} seconds user\n ${fixed(system_ns / 1e9, 9, 17)} seconds sys\n`;
}
