/** What the commands print is what real perf prints, on fixtures, on what we write, and on recordings made here and now. */
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerfDataWriter, type PerfData } from '../../../perf/data/index.ts';
import { evlist } from '../../../perf/report/evlist.ts';
import { headerText } from '../../../perf/report/header-text.ts';
import { histogram, type CallGraphOptions } from '../../../perf/report/histogram.ts';
import { histogramText } from '../../../perf/report/histogram-text.ts';
import { writeJson } from '../../../perf/report/json.ts';
import { collect } from '../../../perf/report/output.ts';
import { Script } from '../../../perf/report/script.ts';
import { parseFields } from '../../../perf/report/script-fields.ts';
import { layoutOf } from '../../../perf/report/columns.ts';
import { makeFixture } from '../../../perf/fixture/make.ts';
import { recordOrders, sampleType } from '../../../perf/fixture/order.ts';
import { parse_events } from '../../../perf/parse-events.ts';
import { cycles, fixture, FIXTURES, haveFixtures, havePerf, MACHINE, MemorySink, noploop, open, realPerf } from '../data/recordings.ts';

/** Each command by perf's words, and how we come to the same text. */
const COMMANDS: [args: string[], own: (data: PerfData) => string][] = [
  [['evlist', '-v'], (data) => evlist(data, { verbose: true })],
  [['script'], (data) => collect((out) => new Script(data, out).run())],
  [['script', '-F', 'comm,pid,tid,ip,sym'], (data) => collect((out) => new Script(data, out, { fields: [parseFields('comm,pid,tid,ip,sym')] }).run())],
  [['report', '--header-only', '-I'], (data) => headerText(data, { full: true, capturedOn: '' })],
  [['report', '--stdio', '--no-children', '-g', 'none'], (data) => report(data)],
  [['report', '--stdio', '--no-children', '-g', 'none', '-s', 'pid,dso'], (data) => report(data, 'pid,dso')],
  [['report', '--stdio', '--no-children', '-g', 'none', '-s', 'cpu,sym,comm'], (data) => report(data, 'cpu,sym,comm')],
  [['report', '--stdio', '--no-children', '-g', 'none', '-s', 'symbol,dso'], (data) => report(data, 'symbol,dso')],
];

function report(data: PerfData, sort?: string, graph: CallGraphOptions | null = null): string {
  const layout = layoutOf({ sort });
  return histogramText(histogram(data, { layout, graph }), { layout });
}

/** Takes out what perf says of the time, of the day and of its options. */
function comparable(text: string): string {
  return text.replace(/^# captured on .*$/m, '').replace(/^# To display the perf.data header info.*\n#\n/, '').replace(/\n#\n# \(.*\)\n#\n$/, '\n')
    .trimEnd();
}

/** With symbols of this machine's kernel perf knows more than we look for here. */
const HOST_INDEPENDENT = (name: string): boolean => !name.startsWith('piped.') && !name.includes('corrupted');

/** A task that executes memory without a file. */
function compiledCode(): Uint8Array {
  const sink = new MemorySink();
  const events = cycles(1);
  const writer = new PerfDataWriter(sink, events);
  const task = { pid: 4_000_001, tid: 4_000_001 };
  writer.appendRecord({ name: 'COMM', ...task, comm: 'java' });
  writer.appendRecord({ name: 'MMAP', misc: 2, ...task, start: 0x700000n, len: 0x1000n, pgoff: 0n, filename: '//anon' });
  for (let i = 0; i < 9; i++) {
    writer.appendRecord({ name: 'SAMPLE', misc: 2, sample: { ip: 0x700100n + BigInt(i % 2), task, time: BigInt(i + 1), id: events[0].ids[0], period: 10n } });
  }
  writer.finish(MACHINE);
  return sink.bytes();
}

/** Tasks, files and an event whose names take more bytes than columns. */
function wideNames(): Uint8Array {
  const sink = new MemorySink();
  const events = cycles(1).map((event) => ({ ...event, name: 'zyklen-für-alle' }));
  const writer = new PerfDataWriter(sink, events);
  ['héllo', 'a-long-name-é', '日本語プロ', 'x😀y'].forEach((comm, i) => {
    const task = { pid: 4_000_001 + i, tid: 4_000_001 + i };
    writer.appendRecord({ name: 'COMM', ...task, comm });
    writer.appendRecord({ name: 'MMAP', misc: 2, ...task, start: 0x400000n, len: 0x1000n, pgoff: 0n, filename: `/opt/${comm}-ü` });
    for (let n = 0; n <= i; n++) {
      writer.appendRecord({ name: 'SAMPLE', misc: 2, sample: { ip: 0x400100n, task, time: BigInt(10 * i + n + 1), id: events[0].ids[0], period: 10n } });
    }
  });
  writer.finish(MACHINE);
  return sink.bytes();
}

const againstPerf = havePerf ? describe : describe.skip;

againstPerf('the commands print what real perf prints (skipped where perf is not installed)', () => {
  const recordings: [string, () => Uint8Array][] = [['a recording that we wrote', () => noploop(40)], ['one of code that a compiler has put into memory', compiledCode], ['one with letters beyond ASCII', wideNames]];
  if (haveFixtures) {
    for (const name of readdirSync(FIXTURES).filter((name) => name.endsWith('.data') && HOST_INDEPENDENT(name))) recordings.push([name, () => fixture(name)]);
  }

  describe.each(recordings)('%s', (_, bytes) => {
    test.each(COMMANDS)('%j', (args, own) => {
      const { stdout } = realPerf(bytes(), ...args);
      expect(comparable(own(open(bytes())))).toBe(comparable(stdout));
    });

    // Of letters beyond ASCII perf writes each byte as if it were a letter of its own, sign-extended.
    (bytes === wideNames ? test.skip : test)('data convert --to-json', () => {
      const written = realPerf(bytes(), 'data', 'convert', '--to-json', 'output').output;
      const withoutHost = (text: string) => text.replace(/"(captured-on|cpuid)": ".*",?\n/g, '');
      expect(withoutHost(collect((out) => writeJson(open(bytes()), out, { capturedOn: '' })))).toBe(withoutHost(written));
    });
  });
});

/** A recording to order whose samples have callchains of the program and of the kernel, in turn. */
function withCallchains(pipe = false): Uint8Array {
  const sink = new MemorySink();
  makeFixture({
    events: parse_events('cycles,instructions'), records: recordOrders('MMAP,COMM,FORK*2,SAMPLE*300,COMM,SAMPLE*100'),
    sample_type: sampleType('ip,tid,time,id,period,callchain'), sample_id_all: true, read_format: 0n, attr_size: 112, pipe, version: '6.1.0', seed: '1',
  }, sink);
  return sink.bytes();
}

againstPerf('callchains are shown as real perf shows them (skipped where it is not installed)', () => {
  test.each<[string[], string | undefined, CallGraphOptions]>([
    [[], undefined, { children: true, shown: true, fromCaller: true }],
    [['--no-children'], undefined, { children: false, shown: true, fromCaller: false }],
    [['-s', 'sym'], 'sym', { children: true, shown: true, fromCaller: true }],
    [['-s', 'dso,comm', '--no-children'], 'dso,comm', { children: false, shown: true, fromCaller: false }],
    [['-g', 'none'], undefined, { children: true, shown: false, fromCaller: true }],
  ])('report --stdio %j', (args, sort, graph) => {
    const bytes = withCallchains();
    const { stdout } = realPerf(bytes, 'report', '--stdio', ...args);
    expect(stdout.length).toBeGreaterThan(1000);
    expect(comparable(report(open(bytes), sort, graph))).toBe(comparable(stdout));
  });
});

againstPerf('callchains of a pipe are shown as real perf shows them, in which callers get no part in what they call (skipped where it is not installed)', () => {
  test.each<[string[], CallGraphOptions]>([
    [[], { children: true, shown: true, fromCaller: true }],
    [['--no-children'], { children: false, shown: true, fromCaller: false }],
  ])('report --stdio %j', (args, graph) => {
    const bytes = withCallchains(true);
    const { stdout } = realPerf(bytes, 'report', '--stdio', ...args);
    expect(stdout).toContain('# Overhead');
    expect(comparable(report(open(bytes), undefined, graph))).toBe(comparable(stdout));
  });
});

againstPerf('script names the events of a pipe as real perf does, which may look at one before its name has come (skipped where it is not installed)', () => {
  test.each<[string, string[]]>([
    ['ip,tid,time,id,period', []],
    ['ip,tid,time,id,period', ['-F', 'comm,tid,event']],
    ['ip,tid,time,id,period', ['-F', '-cpu']],
    ['ip,tid,time,id,period,cpu', []],
  ])('of %s, %j', (fields, args) => {
    const sink = new MemorySink();
    makeFixture({
      events: parse_events('cycles,instructions,cpu-clock'), records: recordOrders('MMAP,COMM,SAMPLE*6'), sample_type: sampleType(fields),
      sample_id_all: true, read_format: 0n, attr_size: 72, pipe: true, version: '6.1.0', seed: '1',
    }, sink);
    const own = collect((out) => new Script(open(sink.bytes()), out, { fields: args.length > 0 ? [parseFields(args[1])] : [] }).run());
    expect(own).toContain('instructions: ');
    expect(own).toBe(realPerf(sink.bytes(), 'script', ...args).stdout);
  });
});

/** Records `true` on this machine; null where perf cannot. */
function recorded(args: string[]): Uint8Array | null {
  const folder = mkdtempSync(join(tmpdir(), 'perfsim-record-'));
  const path = join(folder, 'perf.data');
  try {
    const { status } = spawnSync('perf', ['record', '-q', '-e', 'cpu-clock:u,task-clock:u', ...args, '-o', path, '--', 'true']);
    return status === 0 && existsSync(path) ? new Uint8Array(readFileSync(path)) : null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Their samples differ each time; what both programs print of them must not. */
describe('recordings made by real perf (skipped where it cannot record)', () => {
  const fields = 'comm,tid,time,event,ip';
  const ways: [string, string[]][] = [['plain', []], ['with callchains', ['-g']], ['compressed', ['-z']], ['of switches', ['--switch-events']]];

  test.each(ways)('%s', (_, args) => {
    const bytes = havePerf ? recorded(args) : null;
    if (bytes === null) return;
    const own = collect((out) => new Script(open(bytes), out, { fields: [parseFields(fields)] }).run());
    expect(own).toBe(realPerf(bytes, 'script', '-F', fields).stdout);
    expect(evlist(open(bytes), { verbose: true })).toBe(realPerf(bytes, 'evlist', '-v').stdout);
  });
});
