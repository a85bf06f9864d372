/**
 * The table of `perf stat` for people, as v6.1 and v3.2 print it.
 *
 * Reference: tools/perf/util/stat-display.c of v6.1 and tools/perf/builtin-stat.c of v3.2; section 3.2 of
 * perf-data-and-ecosystem.md, and what perf 6.1 printed of software events.
 * Not modelled: colours.
 */
import { average, isMultiplexed, rowsOf, shown, standardError, type StatRow, type StatTable } from './format.ts';
import { fixed, grouped } from '../printf.ts';
import { metrics_3_2 } from './metrics-3.2.ts';
import { isClock, metricsOf, type Metric } from './metrics.ts';
import type { Reading, StatRun } from './stat-spec.ts';

const COUNTS_LEN = 18;
const UNIT_LEN = 4;
/** v3.2, and v6.1 where there is no number, have shorter names. */
const NAME_LEN = { '3.2': 25, '6.1': 32 } as const;
const BARE_NAME_LEN = 25;
const METRIC_LEN = 35;
/** v3.2 has the spread of the time below that of the counts. */
const NOISE_INDENT_3_2 = 40;

const WATCHDOG_HINT =
  "Some events weren't counted. Try disabling the NMI watchdog:\n\techo 0 > /proc/sys/kernel/nmi_watchdog\n\tperf stat ...\n\techo 1 > /proc/sys/kernel/nmi_watchdog\n";

export function statText(table: StatTable, runs: readonly StatRun[]): string {
  const rows = rowsOf(table, runs, average(runs.map(({ elapsed_ns }) => elapsed_ns)));
  const several = runs.length > 1 ? ` (${runs.length} runs)` : '';
  const body = rows.map((row) => eventLine(row, table, runs.length > 1)).join('');
  return `\n Performance counter stats for ${table.subject}${several}:\n\n${body}${body && '\n'}${footer(table, runs, rows)}`;
}

/** -I: the head once, then a line for each event, with the time in front. */
export function intervalText(table: StatTable, run: StatRun): string {
  const whose = run.by_cpu === undefined ? '' : ' CPU       ';
  const head = `#           time${whose}             counts unit events\n`;
  return head + run.intervals.map((interval) => intervalLines(table, interval, interval.at_ns, intervalLength(run, interval.at_ns))).join('');
}

/** -v: what the counters had, not scaled: value, and for how long they were to count and did. */
export function verboseText({ events }: StatTable, runs: readonly StatRun[]): string {
  return runs.map(({ counts }) => events.map(({ name }, i) => {
    const { value, enabled, running } = counts[i] ?? { value: 0, enabled: 0, running: 0 };
    return `${name}: ${value} ${Math.round(enabled)} ${Math.round(running)}\n`;
  }).join('')).join('');
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

function intervalLines(table: StatTable, reading: Reading, at_ns: number, length_ns: number): string {
  return rowsOf(table, [reading], length_ns).map((row) => `${timestamp(at_ns)} ${eventLine(row, table, false)}`).join('');
}

/** Whose count it is: v6.1 pads the number, and has a space behind it. */
function cpuColumn(cpu: number | null, tool: StatTable['tool']): string {
  if (cpu === null) return '';
  return `CPU${String(cpu).padEnd(tool === '3.2' ? 4 : 7)} `;
}

function eventLine(row: StatRow, { tool, big_num = false }: StatTable, repeats: boolean): string {
  const { cpu, line, averages } = row;
  const { event, state } = line;
  const { value, unit } = shown(line);
  const unitColumn = tool === '3.2' ? '' : `${unit.padEnd(UNIT_LEN)} `;
  if (state !== 'counted') {
    const name = event.name.padEnd(tool === '3.2' ? BARE_NAME_LEN - 1 : BARE_NAME_LEN);
    return `${cpuColumn(cpu, tool)}${`<${state}>`.padStart(COUNTS_LEN)} ${unitColumn}${name}${tool === '3.2' ? '' : ' '.repeat(METRIC_LEN)}\n`;
  }
  const clockPrecision = tool === '3.2' ? 6 : 2;
  const number = fixed(value, unit === '' ? 0 : clockPrecision);
  const count = (big_num ? grouped(number) : number).padStart(COUNTS_LEN);
  const [metric, ...more] = tool === '3.2' ? metrics_3_2(event, line.value, averages) : metricsOf(event, line.value, averages);
  const noise = repeats ? spread(line.noise, tool) : '';
  const indent = ' '.repeat(cpuColumn(cpu, tool).length + COUNTS_LEN + 1 + unitColumn.length + NAME_LEN[tool]);
  const extra = more.map((one) => `\n${indent}${metricColumn(one)}`).join('');
  return `${cpuColumn(cpu, tool)}${count} ${unitColumn}${event.name.padEnd(NAME_LEN[tool])}${metric === undefined && tool === '3.2' && isClock(event) ? '' : metricColumn(metric)}${extra}${noise}${multiplexed(row, tool)}\n`;
}

/** For how much of the time it was counted; v3.2 has brackets, unless it shows CPUs apart. */
function multiplexed({ cpu, line }: StatRow, tool: StatTable['tool']): string {
  if (!isMultiplexed(line)) return '';
  const share = (100 * line.running) / line.enabled;
  return tool === '3.2' && cpu === null ? ` [${fixed(share, 2, 5)}%]` : `  (${fixed(share, 2)}%)`;
}

/** ` # %8.3f  unit`, of a fixed width. */
function metricColumn(metric: Metric | undefined): string {
  if (metric === undefined) return ' '.repeat(METRIC_LEN);
  return ` # ${fixed(metric.value, metric.precision, metric.width)}${metric.suffix} ${metric.unit}`.padEnd(METRIC_LEN);
}

function footer({ tool, nmi_watchdog, isChild }: StatTable, runs: readonly StatRun[], rows: readonly StatRow[]): string {
  const seconds = runs.map(({ elapsed_ns }) => elapsed_ns / 1e9);
  if (tool === '3.2') return `${fixed(average(seconds), 9, 18)} seconds time elapsed${seconds.length === 1 ? '' : ' '.repeat(NOISE_INDENT_3_2)}${noiseOf(seconds, tool)}\n\n`;
  const hint = nmi_watchdog && rows.some(({ line: { state } }) => state === 'not counted') ? WATCHDOG_HINT : '';
  return `${elapsedText(seconds)}${isChild && runs.length === 1 ? timesText(runs[0]) : ''}\n\n${hint}`;
}

function elapsedText(seconds: readonly number[]): string {
  if (seconds.length === 1) return ` ${fixed(seconds[0], 9, 17)} seconds time elapsed`;
  const error = standardError(seconds);
  const digits = error > 1 ? 2 : error === 0 ? 9 : Math.ceil(-Math.log10(error)) + 2;
  return ` ${fixed(average(seconds), digits, 17)} +- ${fixed(error, digits)} seconds time elapsed${noiseOf(seconds, '6.1')}`;
}

function noiseOf(seconds: readonly number[], tool: StatTable['tool']): string {
  return seconds.length === 1 ? '' : spread((100 * standardError(seconds)) / average(seconds), tool);
}

/** v6.1 shows none where there is none. */
function spread(percent: number, tool: StatTable['tool']): string {
  return percent === 0 && tool === '6.1' ? '' : `  ( +-${fixed(percent, 2, 6)}% )`;
}

/** The child's own CPU time. */
function timesText({ user_ns, system_ns }: StatRun): string {
  return `\n\n ${fixed(user_ns / 1e9, 9, 17)} seconds user\n ${fixed(system_ns / 1e9, 9, 17)} seconds sys\n`;
}
