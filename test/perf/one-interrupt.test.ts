/** What the samples of one interrupt have in common. */
import { expect, test } from '@jest/globals';
import { parse_branch_term } from '../../perf/branch-filter.ts';
import type { EventSpec } from '../../perf/index.ts';
import { collect } from '../../perf/report/output.ts';
import { Script } from '../../perf/report/script.ts';
import { parseFields } from '../../perf/report/script-fields.ts';
import { open } from './data/recordings.ts';
import { bytesOf, recorded, specOf } from './job.ts';

/** The address of each sample, in the order of the recording. */
function addresses(recording: Uint8Array): string[] {
  return collect((out) => new Script(open(recording), out, { fields: [parseFields('ip')] }).run()).trimEnd().split('\n');
}

test.each(['nehalem', 'amd64'])('%s: counters that overflow together are sampled where their one interrupt came in', (pmu) => {
  const lines = addresses(recorded({ pmu, seconds: 0.2, freq: null, period: 1_000_000 }));
  // The first fall into the start of the program, where not all count yet.
  const triples = Array.from({ length: 100 }, (_, i) => lines.slice(lines.length - 3 * (i + 1), lines.length - 3 * i));
  expect(lines.length).toBeGreaterThan(3 * triples.length);
  expect(triples.filter((ips) => new Set(ips).size !== 1)).toEqual([]);
  expect(new Set(lines).size).toBeGreaterThan(3);
});

test('a sample with its branches says the same as one without, which the same interrupt has brought', () => {
  const spec = specOf({ kernel: 'v6.18', tool: '6.1', seconds: 0.2, freq: null, period: 1_000_000 });
  const [plain] = spec.record.events;
  const branches: EventSpec = { ...plain, branch_type: parse_branch_term('any') };
  const lines = addresses(bytesOf({ ...spec, record: { ...spec.record, events: [plain, branches] } }));
  const pairs = Array.from({ length: 100 }, (_, i) => lines.slice(lines.length - 2 * (i + 1), lines.length - 2 * i));
  expect(pairs.filter(([first, second]) => first !== second)).toEqual([]);
  expect(new Set(lines).size).toBeGreaterThan(1);
});
