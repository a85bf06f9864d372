/**
 * The experiment of 2011 over many seeds: `npm run bench -- seeds [KERNEL] [COUNT]` prints how many runs had how many
 * wakeups, and what they recorded. docs/2011.md quotes it.
 */
import { run } from '../perf/index.ts';
import { mainJob } from './main-job.ts';

const [kernel = 'v3.1', count = '300'] = process.argv.slice(3);
const byWakeups = new Map<number, { runs: number; totals: Map<number, number>; least: number; most: number }>();
for (let seed = 1; seed <= Number(count); seed++) {
  const { events, wakeups } = run(mainJob(kernel, seed), null);
  const samples = events.map((event) => event.samples);
  const total = samples.reduce((sum, each) => sum + each, 0);
  const entry = byWakeups.get(wakeups) ?? { runs: 0, totals: new Map<number, number>(), least: Infinity, most: 0 };
  byWakeups.set(wakeups, entry);
  entry.runs++;
  entry.totals.set(total, (entry.totals.get(total) ?? 0) + 1);
  entry.least = Math.min(entry.least, ...samples);
  entry.most = Math.max(entry.most, ...samples);
}
for (const [wakeups, { runs, totals, least, most }] of [...byWakeups].sort(([a], [b]) => a - b)) {
  const list = [...totals].sort(([a], [b]) => a - b).map(([total, times]) => `${total} (${times})`).join(', ');
  console.log(`woken up ${wakeups} times: ${runs} runs, ${least} to ${most} samples per event; totals ${list}`);
}
