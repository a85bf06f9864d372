/** What is compared between runs: each number of a RunResult by the name that tables give it. */
import type { RunResult } from '../../perf/run-spec.ts';

export interface Measure {
  name: string;
  value: number;
}

/** The numbers of one run, in the order of tables. Events that were named twice are told apart by their position. */
export function measures(result: RunResult): Measure[] {
  return [
    ...eventNames(result.events).map((name, event) => ({ name: `samples of ${name}`, value: result.events[event].samples })),
    { name: 'lost', value: result.lost_total },
    { name: 'lost, as reported', value: result.lost_reported },
    { name: 'wakeups', value: result.wakeups },
    { name: 'buffer high-water mark', value: result.buffer_high_water },
    { name: 'reader latency, mean, us', value: microseconds(result.reader_latency.mean_ns) },
    { name: 'reader latency, most, us', value: microseconds(result.reader_latency.max_ns) },
  ];
}

/** `cycles, cycles` as `cycles #1, cycles #2`; a name that occurs once stays. */
export function eventNames(events: readonly { name: string }[]): string[] {
  const times = new Map<string, number>();
  for (const { name } of events) times.set(name, (times.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return events.map(({ name }) => {
    const position = (seen.get(name) ?? 0) + 1;
    seen.set(name, position);
    return times.get(name) === 1 ? name : `${name} #${position}`;
  });
}

function microseconds(ns: number): number {
  return Math.round(ns / 1000);
}
