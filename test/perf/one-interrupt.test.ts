/** What the samples of one interrupt have in common. */
import { expect, test } from '@jest/globals';
import { collect } from '../../perf/report/output.ts';
import { Script } from '../../perf/report/script.ts';
import { parseFields } from '../../perf/report/script-fields.ts';
import { open } from './data/recordings.ts';
import { recorded } from './job.ts';

test.each(['nehalem', 'amd64'])('%s: counters that overflow together are sampled where their one interrupt came in', (pmu) => {
  const data = open(recorded({ pmu, seconds: 0.2, freq: null, period: 1_000_000 }));
  const lines = collect((out) => new Script(data, out, { fields: [parseFields('ip')] }).run()).trimEnd().split('\n');
  // The first fall into the start of the program, where not all count yet.
  const triples = Array.from({ length: 100 }, (_, i) => lines.slice(lines.length - 3 * (i + 1), lines.length - 3 * i));
  expect(lines.length).toBeGreaterThan(3 * triples.length);
  expect(triples.filter((ips) => new Set(ips).size !== 1)).toEqual([]);
  expect(new Set(lines).size).toBeGreaterThan(3);
});
