import { describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { Dump } from '../../../perf/report/dump.ts';
import { collect } from '../../../perf/report/output.ts';
import { fixture, FIXTURES, haveFixtures, havePerf, MACHINE, noploop, open, realPerf } from '../data/recordings.ts';

function dump(bytes: Uint8Array): string {
  const data = open(bytes);
  return collect((out) => new Dump(data, out, data.header.pipe ? 'pipe' : 'perf.data').run());
}

/** The statistics differ on purpose for recordings of perf 3.x. */
const withoutStatistics = (text: string): string => text.slice(0, text.indexOf('\nAggregated stats:'));
const HINT = '# To display the perf.data header info, please use --header/--header-only options.\n#\n';

test('the statistics of a perf 3.2 recording have the form of the report of 2011', () => {
  expect(dump(noploop(7)).split('\n').slice(-16).join('\n')).toBe(`
Aggregated stats:
           TOTAL events:         10
            MMAP events:          2
            COMM events:          1
          SAMPLE events:          7
cycles stats:
           TOTAL events:          3
          SAMPLE events:          3
cycles stats:
           TOTAL events:          2
          SAMPLE events:          2
cycles stats:
           TOTAL events:          2
          SAMPLE events:          2
`);
});

const againstPerf = havePerf ? describe : describe.skip;

againstPerf('report -D prints what real perf prints, byte for byte (skipped where perf is not installed)', () => {
  test('of a recording that we wrote', () => {
    const bytes = noploop(20, { ...MACHINE, version: '6.1.0' });
    expect(HINT + dump(bytes)).toBe(realPerf(bytes, 'report', '-D').stdout);
  });

  const fixtures = haveFixtures ? readdirSync(FIXTURES).filter((name) => name.endsWith('.data') && !name.includes('corrupted')) : [];
  (fixtures.length > 0 ? test.each(fixtures) : test.skip.each(['no fixtures']))('of %s', (name) => {
    const bytes = fixture(name);
    expect(withoutStatistics(HINT + dump(bytes))).toBe(withoutStatistics(realPerf(bytes, 'report', '-D').stdout));
  });
});
