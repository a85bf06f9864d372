/** What perf record is asked for beside events and frequencies, seen in what it writes, with both versions of the tool. */
import { describe, expect, test } from '@jest/globals';
import { PERF_CONTEXT_KERNEL, PERF_CONTEXT_USER, PERF_SAMPLE_ID, PERF_SAMPLE_IDENTIFIER } from '../../kernel/index.ts';
import { PerfData, bytesSource, type RecordOf } from '../../perf/data/index.ts';
import { run, type RecordOptions, type RunSpec } from '../../perf/index.ts';
import { parse_events } from '../../perf/parse-events.ts';
import { headerText } from '../../perf/report/header-text.ts';
import { bytesOf, specOf } from './job.ts';

interface Asked extends Partial<Omit<RecordOptions, 'events'>> {
  kernel?: string;
  tool?: RunSpec['tool'];
  events?: string;
  workload?: string;
}

function specWith({ kernel = 'v6.18', tool = '6.1', events = 'cycles', workload = 'noploop 0.1', ...options }: Asked): RunSpec {
  const { record, ...machine } = specOf({ kernel, tool });
  const [name, ...args] = workload.split(' ');
  return { ...machine, workload: { name, args }, record: { ...record, events: parse_events(events), ...options } };
}

function opened(asked: Asked): PerfData {
  return PerfData.open(bytesSource(bytesOf(specWith(asked))));
}

function recordsOf<N extends 'SAMPLE' | 'READ' | 'SWITCH' | 'COMM' | 'MMAP2' | 'THREAD_MAP'>(data: PerfData, wanted: N): RecordOf<N>[] {
  return [...data.records()].filter(({ name }) => name === wanted) as unknown as RecordOf<N>[];
}

const BOTH = [{ tool: '3.2', kernel: 'v3.2' }, { tool: '6.1', kernel: 'v6.18' }] as const;

test.each(['3.2', '6.1'] as const)('perf %s lets an exec enable the events of what it runs itself, and of nothing else', (tool) => {
  const target = { workload: { name: 'noploop', args: ['0.1'] }, alone: true, thread: false };
  const asked = [{}, { target }, { system_wide: true }].map((options) => opened({ kernel: 'v3.2', tool, ...options }).events.all[0].attr);
  expect(asked.map(({ enable_on_exec }) => enable_on_exec)).toEqual([true, false, false]);
});

test('on a kernel without PERF_SAMPLE_IDENTIFIER perf 6.1 tells the events of whole CPUs apart by PERF_SAMPLE_ID', () => {
  const idsOf = (kernel: string): bigint[] =>
    opened({ kernel, tool: '6.1', system_wide: true }).events.all.map(({ attr }) => attr.sample_type & BigInt(PERF_SAMPLE_ID | PERF_SAMPLE_IDENTIFIER));
  expect([idsOf('v3.11'), idsOf('v3.15')]).toEqual([PERF_SAMPLE_ID, PERF_SAMPLE_IDENTIFIER].map((bit) => [BigInt(bit), BigInt(bit)]));
});

describe('-k', () => {
  test('the records tell the time by the clock, and the header says which', () => {
    const data = opened({ clockid: 4 });
    expect(data.events.all.map(({ attr }) => [attr.use_clockid, attr.clockid])).toEqual([[true, 4]]);
    const { clock_data: clock, clockid_res_ns } = data.features;
    expect([clock!.clockid, clockid_res_ns]).toEqual([4, 1n]);
    expect(headerText(data, {})).toContain('# clockid: monotonic_raw (4)\n# reference time: ');
    expect(recordsOf(data, 'SAMPLE')[0].sample.time! > clock!.clockid_time_ns).toBe(true);
  });

  test('a clock that no NMI may read gives way to one that it may', () => {
    expect(opened({ clockid: 7 }).events.all[0].attr.clockid).toBe(1);
    expect(opened({ clockid: 7, events: 'cpu-clock' }).events.all[0].attr.clockid).toBe(7);
  });

  test('a kernel without the bit records without', () => {
    expect(opened({ clockid: 1, kernel: 'v3.18' }).events.all[0].attr.use_clockid).toBe(false);
  });
});

test.each(BOTH)('perf $tool opens a weak group that the kernel does not take event by event', (version) => {
  const GROUP = '{cache-misses,cache-references,branch-misses,cache-misses,cache-misses}';
  expect(() => opened({ ...version, events: GROUP })).toThrow("the kernel refuses event 'cache-misses'");
  const data = opened({ ...version, events: `${GROUP}:W` });
  expect(data.events.all.length).toBe(5);
  expect(data.features.group_desc).toBe(undefined);
  expect(opened({ ...version, events: '{cycles,instructions}:W' }).features.group_desc!.length).toBe(1);
});

test('-B: no build ids', () => {
  const spec = specWith({});
  const idsWith = (no_buildid: boolean): number | undefined => PerfData.open(bytesSource(bytesOf({ ...spec, recording: { no_buildid } }))).features.build_ids?.length;
  expect(idsWith(false)).toBeGreaterThan(0);
  expect(idsWith(true) ?? 0).toBe(0);
});

test('--user-callchains: the chains of samples in the kernel begin in user space', () => {
  const chains = recordsOf(opened({ call_graph: true, callchains: 'user', workload: 'leafloop 0.1' }), 'SAMPLE').map(({ sample }) => BigInt.asUintN(64, sample.callchain![0]));
  expect(new Set(chains)).toEqual(new Set([PERF_CONTEXT_USER]));
});


describe.each(BOTH)('perf $tool on $kernel', (version) => {
  test('-g: a user sample has its callers, a kernel sample also what user code it interrupted', () => {
    const chains = recordsOf(opened({ ...version, call_graph: true, workload: 'leafloop 0.1' }), 'SAMPLE').map(({ sample }) => sample.callchain!.map((address) => BigInt.asUintN(64, address)));
    const user = chains.filter(([context]) => context === PERF_CONTEXT_USER);
    expect(user.at(-1)!.length).toBe(4);
    const kernel = chains.filter(([context]) => context === PERF_CONTEXT_KERNEL);
    expect(user.length).toBeGreaterThan(80);
    for (const chain of kernel) expect(chain.slice(2).includes(PERF_CONTEXT_USER)).toBe(true);
  });

  test('{cycles,instructions}:S: the leader samples for both, and reads both', () => {
    const data = opened({ ...version, events: '{cycles,instructions}:S' });
    const samples = recordsOf(data, 'SAMPLE');
    const [, instructions] = data.events.all;
    expect(new Set(samples.map(({ sample }) => sample.id)).size).toBeLessThanOrEqual(2);
    const last = samples.at(-1)!.sample.read!.values;
    expect(last.length).toBe(2);
    expect(instructions.ids).toContain(last[1].id);
    expect(Number(last[1].value) / Number(last[0].value)).toBeCloseTo(3, 0);
    expect(data.features.group_desc).toEqual([{ name: '{anon_group}', leader_idx: 0, nr_members: 2 }]);
  });

  test('-s: what each task has counted, when it ends', () => {
    const reads = recordsOf(opened({ ...version, inherit_stat: true, workload: 'thloop 0.1' }), 'READ');
    // On each CPU it has an event of its own, which the second thread has inherited.
    expect(reads.length).toBe(4);
    expect(new Set(reads.map(({ tid }) => tid)).size).toBe(1);
  });

  test('-d, --sample-cpu: more fields in each sample', () => {
    const [plain, more] = [{}, { sample_address: true, sample_cpu: true }].map((options) => recordsOf(opened({ ...version, ...options }), 'SAMPLE').at(-1)!.sample);
    expect([plain.addr, plain.cpu]).toEqual([undefined, undefined]);
    expect(more.addr).toBe(0n);
    expect(more.cpu?.cpu).toBeLessThan(4);
  });

  test('-p: all threads of a program that runs, from now to its end; -t: one of them', () => {
    const target = { workload: { name: 'thloop', args: ['0.25'] }, alone: true };
    const record = (thread: boolean): PerfData => opened({ ...version, target: { ...target, thread }, freq: 1000, workload: 'thloop 0.25' });
    // It has been running for 50 ms of its 250.
    const samples = (data: PerfData): number => recordsOf(data, 'SAMPLE').length;
    expect(Math.abs(samples(record(true)) / 200 - 1)).toBeLessThan(0.1);
    expect(Math.abs(samples(record(false)) / 400 - 1)).toBeLessThan(0.1);
    // v3.2 names all threads of the process.
    expect(recordsOf(record(true), 'COMM').map(({ comm }) => comm)).toEqual(version.tool === '3.2' ? ['thloop', 'thloop'] : ['thloop']);
  });

  test('-p with a program of its own: until that ends', () => {
    const target = { workload: { name: 'thloop', args: ['1'] }, alone: false, thread: false };
    const { events } = run(specWith({ ...version, target, freq: 1000, workload: 'noploop 0.2' }), null);
    expect(Math.abs(events[0].samples / 400 - 1)).toBeLessThan(0.1);
  });
});

describe('perf 6.1', () => {
  test('-D: the events are enabled when the delay is over, the records beside them from the start', () => {
    const data = opened({ delay_ms: 60, freq: 1000 });
    expect(Math.abs(recordsOf(data, 'SAMPLE').length - 40)).toBeLessThan(15);
    expect(recordsOf(data, 'MMAP2').length).toBe(4);
    expect(data.events.all.map(({ name }) => name)).toEqual(['cycles', 'dummy:HG']);
    expect(recordsOf(opened({ delay_ms: -1 }), 'SAMPLE').length).toBe(0);
  });

  test('--switch-events: each sleep is two records', () => {
    const switches = recordsOf(opened({ switch_events: true, workload: 'sqrtloop 0.05' }), 'SWITCH');
    expect(switches.length).toBeGreaterThanOrEqual(2);
  });

  test('-a: a dummy event carries the records beside the samples, and ids stand where they can be found in both', () => {
    const { all } = opened({ system_wide: true }).events;
    expect(all.map(({ name }) => name)).toEqual(['cycles', 'dummy:HG']);
    for (const { attr } of all) expect(attr.sample_type & 0x10000n).toBe(0x10000n);
  });

  test('-C: whoever runs on these CPUs, as with -a', () => {
    const data = opened({ cpu_list: [0, 1, 2, 3] });
    expect(data.events.all.map(({ name }) => name)).toEqual(['cycles', 'dummy:HG']);
    const tasks = new Set(recordsOf(data, 'SAMPLE').map(({ sample }) => sample.task?.pid));
    expect(tasks.size).toBeGreaterThan(1);
  });

  test.each([['v3.2'], ['v3.18'], ['v5.19']])('gives up what %s does not know', (kernel) => {
    const data = opened({ kernel });
    const [{ attr }] = data.events.all;
    expect(attr.mmap2).toBe(kernel !== 'v3.2');
    expect(attr.ksymbol).toBe(kernel === 'v5.19');
    expect(attr.read_format & 16n).toBe(0n);
    expect(recordsOf(data, 'SAMPLE').length).toBeGreaterThan(80);
  });
});
