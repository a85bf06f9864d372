/**
 * The experiment of 2011 over many seeds: `npm run bench -- seeds [KERNEL] [COUNT]` prints how many runs had how many
 * wakeups, and what they recorded; with `json` behind them, every run's result on a line. docs/2011.md quotes it.
 */
import { run, type RunResult } from '../perf/index.ts';
import { mainJob } from './main-job.ts';

const [kernel = 'v3.1', count = '300', format = 'text'] = process.argv.slice(3);
const results = Array.from({ length: Number(count) }, (_, i) => run(mainJob(kernel, i + 1), null));

/** How often each value occurs, in ascending order. */
function histogram(values: readonly number[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

function samples(group: readonly RunResult[]): number[] {
  return group.flatMap(({ events }) => events.map((event) => event.samples));
}

if (format === 'json') {
  for (const result of results) console.log(JSON.stringify(result));
} else {
  for (const [wakeups, runs] of histogram(results.map((result) => result.wakeups))) {
    const group = results.filter((result) => result.wakeups === wakeups);
    const totals = histogram(group.map((result) => result.records['SAMPLE'])).map(([total, times]) => `${total} (${times})`);
    const [least, most] = [Math.min(...samples(group)), Math.max(...samples(group))];
    console.log(`woken up ${wakeups} times: ${runs} runs, ${least} to ${most} samples per event; totals ${totals.join(', ')}`);
  }
}
