import { describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { PERF_SAMPLE_BRANCH_STACK } from '../../../kernel/index.ts';
import { PerfDataWriter } from '../../../perf/data/index.ts';
import { makeFixture } from '../../../perf/fixture/make.ts';
import { readFormat, recordOrders, SAMPLE_FIELD_NAMES, sampleType } from '../../../perf/fixture/order.ts';
import { parse_events } from '../../../perf/parse-events.ts';
import { Dump } from '../../../perf/report/dump.ts';
import { collect } from '../../../perf/report/output.ts';
import { cycles, fixture, FIXTURES, haveFixtures, havePerf, MACHINE, MemorySink, noploop, open, realPerf } from '../data/recordings.ts';

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

  test.each([...SAMPLE_FIELD_NAMES.map((name) => [name]), SAMPLE_FIELD_NAMES])('of samples with %s', (...names) => {
    const sink = new MemorySink();
    makeFixture({
      events: parse_events('cycles,instructions'), records: recordOrders('SAMPLE*4'), sample_type: sampleType([...new Set(['id', 'ip', 'tid', 'time', ...names])].join(',')),
      sample_id_all: true, read_format: readFormat('group,id,lost'), attr_size: 128, pipe: false, version: '6.1.0', seed: '1',
    }, sink);
    expect(HINT + dump(sink.bytes())).toBe(realPerf(sink.bytes(), 'report', '-D').stdout);
  });

  test('of branches of every kind', () => {
    const [event] = cycles(1);
    const attr = { ...event.attr, sample_type: event.attr.sample_type | BigInt(PERF_SAMPLE_BRANCH_STACK) };
    const sink = new MemorySink();
    const writer = new PerfDataWriter(sink, [{ ...event, attr }]);
    const kinds = [...Array.from({ length: 15 }, (_, kind) => BigInt(kind)), ...Array.from({ length: 8 }, (_, kind) => 15n | (BigInt(kind) << 6n))];
    const entries = kinds.map((kind) => ({ from: 0x400100n, to: 0x400200n, flags: kind << 20n }));
    writer.appendRecord({ name: 'SAMPLE', misc: 2, sample: { ip: 0x400100n, task: { pid: 7, tid: 7 }, time: 1n, id: event.ids[0], period: 1n, branch_stack: { entries } } });
    writer.finish({ ...MACHINE, version: '6.1.0' });
    expect(HINT + dump(sink.bytes())).toBe(realPerf(sink.bytes(), 'report', '-D').stdout);
  });

  const fixtures = haveFixtures ? readdirSync(FIXTURES).filter((name) => name.endsWith('.data') && !name.includes('corrupted')) : [];
  (fixtures.length > 0 ? test.each(fixtures) : test.skip.each(['no fixtures']))('of %s', (name) => {
    const bytes = fixture(name);
    expect(withoutStatistics(HINT + dump(bytes))).toBe(withoutStatistics(realPerf(bytes, 'report', '-D').stdout));
  });
});
