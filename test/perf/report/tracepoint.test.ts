/** What records of tracepoints say, by the formats that the recording has of them; real perf prints the same. */
import { describe, expect, test } from '@jest/globals';
import { perf_event_attr, PERF_SAMPLE_CPU, PERF_SAMPLE_IP, PERF_SAMPLE_RAW, PERF_SAMPLE_TID, PERF_SAMPLE_TIME, PERF_TYPE_TRACEPOINT } from '../../../kernel/abi/index.ts';
import { ByteWriter, PerfData, PerfDataWriter, PerfPipeWriter, bytesSource } from '../../../perf/data/index.ts';
import { layoutOf } from '../../../perf/report/columns.ts';
import { histogram } from '../../../perf/report/histogram.ts';
import { histogramText } from '../../../perf/report/histogram-text.ts';
import { collect } from '../../../perf/report/output.ts';
import { Script } from '../../../perf/report/script.ts';
import { defaultSort } from '../../../perf/report/sort-keys.ts';
import { havePerf, MACHINE, MemorySink, open, realPerf } from '../data/recordings.ts';

const COMMON = `format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;
`;

/** What the kernel says of its own ring buffer; perf insists on it. */
const HEADER_PAGE = [
  '\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;', '\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;',
  '\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;', '\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;', '',
].join('\n');

/** The fields that our event has beside those of all events, and a record of it. */
const FIELDS = `
\tfield:char comm[8];\toffset:8;\tsize:8;\tsigned:0;
\tfield:unsigned int flags;\toffset:16;\tsize:4;\tsigned:0;
\tfield:int delta;\toffset:20;\tsize:4;\tsigned:1;
\tfield:unsigned long address;\toffset:24;\tsize:8;\tsigned:0;
\tfield:__data_loc char[] path;\toffset:32;\tsize:4;\tsigned:0;
\tfield:u8 ip[4];\toffset:36;\tsize:4;\tsigned:0;
\tfield:const char * reason;\toffset:40;\tsize:8;\tsigned:0;
\tfield:u8 uuid[16];\toffset:64;\tsize:16;\tsigned:0;
\tfield:u8 peer[28];\toffset:80;\tsize:28;\tsigned:0;
`;
const PATH = '/etc/hosts';

function record(delta = -3): Uint8Array {
  const raw = new ByteWriter(128);
  raw.u32(7);
  raw.u32(42);
  raw.put(new TextEncoder().encode('bash\0\0\0\0'));
  raw.u32(0x15);
  raw.u32(delta >>> 0);
  raw.u64(0x1234n);
  raw.u32(48 | ((PATH.length + 1) << 16));
  raw.put(Uint8Array.of(192, 168, 0, 1));
  raw.u64(0xffffffff82000010n);
  raw.put(new TextEncoder().encode(`${PATH}\0`));
  raw.zeros(64 - raw.at);
  raw.put(Uint8Array.from({ length: 16 }, (_, i) => i));
  // struct sockaddr_in6: family, port, flow, address, scope.
  raw.put(Uint8Array.of(10, 0, 443 >> 8, 443 & 0xff, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0));
  return raw.written;
}

function tracingData(print: string): Uint8Array {
  const to = new ByteWriter(2048);
  const string = (text: string): void => to.put(new TextEncoder().encode(`${text}\0`));
  const sized = (text: string): void => {
    to.u64(BigInt(text.length));
    to.put(new TextEncoder().encode(text));
  };
  const sized32 = (text: string): void => {
    to.u32(text.length);
    to.put(new TextEncoder().encode(text));
  };
  to.put(new TextEncoder().encode('\x17\x08Dtracing'));
  string('0.6');
  to.put(Uint8Array.of(0, 8));
  to.u32(4096);
  for (const header of ['header_page', 'header_event']) {
    string(header);
    sized(HEADER_PAGE);
  }
  to.u32(0);
  to.u32(1);
  string('test');
  to.u32(1);
  sized(`name: event\nID: 7\n${COMMON}${FIELDS}\nprint fmt: ${print}\n`);
  sized32('');
  sized32('0xffffffff82000010 : "out of cheese"\n');
  sized('');
  return to.written;
}

function recording(print: string, tracing_data = tracingData(print), deltas = [-3]): Uint8Array {
  const sink = new MemorySink();
  const sample_type = BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_RAW);
  const attr = perf_event_attr({ type: PERF_TYPE_TRACEPOINT, config: 7n, sample_period: 1n, sample_type, sample_id_all: true });
  const writer = new PerfDataWriter(sink, [{ attr, name: 'test:event', ids: [1n] }]);
  writer.appendRecord({ name: 'COMM', pid: 42, tid: 42, comm: 'bash' });
  for (const delta of deltas) {
    writer.appendRecord({ name: 'SAMPLE', misc: 1, sample: { ip: 1n, task: { pid: 42, tid: 42 }, time: 1_000_000n, cpu: { cpu: 0, res: 0 }, raw: record(delta) } });
  }
  writer.finish({ ...MACHINE, tracing_data });
  return sink.bytes();
}

/** The same in a pipe: the formats stand behind a record of their own, padded to words of eight bytes. */
function piped(print: string, formats = tracingData(print)): Uint8Array {
  const sink = new MemorySink();
  const sample_type = BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_RAW);
  const attr = perf_event_attr({ type: PERF_TYPE_TRACEPOINT, config: 7n, sample_period: 1n, sample_type, sample_id_all: true });
  const writer = new PerfPipeWriter(sink, [{ attr, name: 'test:event', ids: [1n] }], MACHINE);
  const padded = new Uint8Array(Math.ceil(formats.length / 8) * 8);
  padded.set(formats);
  writer.appendRecord({ name: 'TRACING_DATA', size: padded.length, pad: undefined });
  writer.append(padded);
  writer.appendRecord({ name: 'COMM', pid: 42, tid: 42, comm: 'bash' });
  writer.appendRecord({ name: 'SAMPLE', misc: 1, sample: { ip: 1n, task: { pid: 42, tid: 42 }, time: 1_000_000n, cpu: { cpu: 0, res: 0 }, raw: record() } });
  return sink.bytes();
}

const script = (bytes: Uint8Array): string => collect((out) => new Script(open(bytes), out).run());

const FORMATS: [print: string, says: string][] = [
  ['"comm=%s delta=%d flags=%#x address=%lx", REC->comm, REC->delta, REC->flags, REC->address', 'comm=bash delta=-3 flags=0x15 address=1234'],
  ['"%5d|%-6u|%06x|%lld", REC->delta, REC->flags, REC->flags, REC->address', '   -3|21    |000015|4660'],
  ['"path=%s first=%.*s", __get_str(path), 4, __get_str(path)', 'path=/etc/hosts first=/etc'],
  ['"%s", __print_flags(REC->flags, "|", { 0x1, "A" }, { 0x4, "B" }, { 0x8, "C" })', 'A|B|0x10'],
  ['"%s", __print_symbolic(REC->flags & 0x5, { 1, "one" }, { 5, "five" })', 'five'],
  ['"%s", __print_symbolic(REC->flags, { UNKNOWN, "none" })', '0x15'],
  ['"%s %d", (int)REC->address > 0x1000 ? "up" : "down", (int)REC->address * 2 + 010', 'up 9328'],
  ['"%d%% of %u" " and %u", 50, (unsigned char)(REC->flags << 4), !REC->flags', '50% of 80 and 0'],
  ['"from %pI4 at %p, %pS", REC->ip, REC->address, REC->address', 'from 192.168.0.1 at 0x1234, 0x1234'],
  ['"%s", REC->reason', 'out of cheese'],
  ['"%s, %s", __print_hex(REC->ip, 4), __print_array(REC->ip, 4, 1)', 'c0 a8 00 01, 192 168 0 1'],
  ['"%u bytes, the second is %u", __get_dynamic_array_len(path), ((u8 *)__get_dynamic_array(path))[1]', '11 bytes, the second is 101'],
  ['"%d", jiffies_to_msecs(REC->delta)',
    '[FAILED TO PARSE] comm=bash flags=21 delta=-3 address=0x1234 path=/etc/hosts ip=ARRAY[c0, a8, 00, 01] reason=0xffffffff82000010'
      + ' uuid= peer=\n'],
  ['"%pU %pUl", REC->uuid, REC->uuid', '00010203-0405-0607-0809-0a0b0c0d0e0f 03020100-0504-0706-0809-0a0b0c0d0e0f'],
  ['"%pI6c %pI6", REC->uuid, REC->uuid', '1:203:405:607:809:a0b:c0d:e0f 0001:0203:0405:0607:0809:0a0b:0c0d:0e0f'],
  ['"%pISpc", REC->peer', '[2001:db8::1]:443'],
];

describe('a tracepoint', () => {
  test.each(FORMATS)('that prints %s says %s', (print, says) => {
    const bytes = recording(print);
    const text = script(bytes);
    expect(text).toBe(`            bash    42 [000]     0.001000: test:event: ${says}\n`);
    if (havePerf) expect(text).toBe(realPerf(bytes, 'script').stdout);
  });

  test.each([['all of a file', (bytes: Uint8Array) => script(bytes)], ['as it comes', (bytes: Uint8Array) => collect((out) => new Script(PerfData.open({ ...bytesSource(bytes), size: null }), out).run())]])('of a pipe is read with the formats in it: %s', (_, read) => {
    const bytes = piped('"delta=%d", REC->delta');
    expect(read(bytes)).toBe('            bash    42 [000]     0.001000: test:event: delta=-3\n');
    if (havePerf) expect(realPerf(bytes, 'script').stdout).toBe(read(bytes));
    expect(() => read(piped('', tracingData('').subarray(0, 900)))).toThrow(/^the tracing data is cut short/);
  });

  test.each([
    ['one', [-3], '   100.00%  the delta is'],
    ['several', [1, 22, 1], '    66.67%  the delta is 1\n    33.33%  the delta is 22'],
  ])('is reported by what it says, of which perf shows as much as it has measured: %s', (_, deltas, rows) => {
    const print = '"the delta is %d", REC->delta';
    const bytes = recording(print, tracingData(print), deltas);
    const data = open(bytes);
    const layout = layoutOf({}, defaultSort(data));
    const text = histogramText(histogram(data, { layout, graph: null }), { layout });
    expect(text).toContain(rows);
    if (havePerf) expect(realPerf(bytes, 'report', '--stdio').stdout).toContain(text.trimEnd());
  });

  test('without a format in the recording says nothing', () => {
    const sink = new MemorySink();
    const attr = perf_event_attr({ type: PERF_TYPE_TRACEPOINT, config: 7n, sample_period: 1n, sample_type: BigInt(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW) });
    const writer = new PerfDataWriter(sink, [{ attr, name: 'test:event', ids: [1n] }]);
    writer.appendRecord({ name: 'SAMPLE', misc: 1, sample: { task: { pid: 42, tid: 42 }, time: 1_000_000n, raw: record() } });
    writer.finish(MACHINE);
    expect(script(sink.bytes())).toMatch(/ 0\.001000: test:event: \n$/);
  });

  test.each([
    ['"%s", __print_array(REC->peer, REC->address << 32, 8)', [0xbb01000an, 0xb80d0120n, 2n ** 56n].join(' ')],
    ['"%*d|%-*d|%.*s", REC->delta, 5, 4, 7, REC->delta, REC->comm', '5  |7   |bash'],
    [`"%d", ${'('.repeat(30_000)}1${')'.repeat(30_000)}`, /^\[FAILED TO PARSE\]/],
  ])('that asks for more than there is (%#) gets what there is', (print, says) => {
    const [, text] = /test:event: (.*)\n$/s.exec(script(recording(print)))!;
    if (typeof says === 'string') expect(text).toBe(says);
    else expect(text).toMatch(says);
  });

  test('whose formats are cut short is an error in one sentence', () => {
    const whole = tracingData('"%d", REC->delta');
    expect(() => script(recording('', whole.subarray(0, 900)))).toThrow(/^the tracing data is cut short: \d+ bytes are needed at offset 0x/);
    expect(() => script(recording('', whole.subarray(1)))).toThrow('the tracing data do not begin with their magic number');
  });
});
