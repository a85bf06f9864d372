/**
 * What stands behind the `#` of a count in v3.2: always something, if need be zero, as soon as the other event is counted, too.
 *
 * Reference: nsec_printout, abs_printout and print_* of tools/perf/builtin-stat.c, v3.2.
 * Not modelled: averages over several events of one kind, as of cycles:u and cycles:k: the first one counts.
 */
import type { EventSpec } from '../run-spec.ts';
import {
  averageOf, isClock, isCycles, isInstructions, isTaskClock, percent, rate, ratio, shareOf, stallMetrics, type Averages, type Matcher, type Metric, type Share,
} from './metrics.ts';

/** The metrics of an event; the second, if any, gets a line of its own. */
export function metrics_3_2(event: EventSpec, value: number, averages: Averages): Metric[] {
  if (isTaskClock(event)) return [rate(quotient(value, averages.elapsed_ns), 'CPUs utilized')];
  if (isClock(event)) return [];
  if (isInstructions(event)) return [ratio(quotient(value, averageOf(isCycles, averages)), 'insns per cycle'), ...stallMetrics(value, averages)];
  const share = shareOf(event);
  if (share !== undefined && (isOfCycles(share) || isCounted(share.to, averages))) return [shareMetric(share, quotient(100 * value, averageOf(share.to, averages)))];
  const runtime_ns = averageOf(isTaskClock, averages);
  if (isCycles(event)) return [rate(quotient(value, runtime_ns), 'GHz')];
  return isCounted(isTaskClock, averages) ? [rate(quotient(1000 * value, runtime_ns), 'M/sec')] : [];
}

/** Stalls are compared to cycles whether somebody counts those or not. */
const isOfCycles = (share: Share): boolean => share.to === isCycles;

const isCounted = (matches: Matcher, { events }: Averages): boolean => events.some(matches);

const quotient = (value: number, by: number): number => (by === 0 ? 0 : value / by);

/** In the words of the time. */
function shareMetric({ unit }: Share, value: number): Metric {
  if (unit === 'of all cache refs') return rate(value, '% of all cache refs');
  return percent(value, unit.replace('backend ', 'backend  ').replace('accesses', 'hits'));
}
