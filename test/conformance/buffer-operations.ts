/** The operations of a case that look into a buffer, or move its tail. */
import {
  PERF_RECORD_LOST, PERF_RECORD_SAMPLE, PERF_RECORD_THROTTLE, PERF_RECORD_UNTHROTTLE, PERF_SAMPLE_READ, type DriverRecord,
} from '../../kernel/index.ts';
import { text, type Fields, type Operation, type Step } from './cases.ts';
import { decode_record, decodeFields } from './decode.ts';
import { known } from './attr.ts';
import type { World } from './world.ts';

const read = (world: World, { ev }: Step): DriverRecord[] => world.map(ev).read(world.attrs.get(text(ev)));
const peek = (world: World, { ev }: Step): DriverRecord[] => world.map(ev).peek(world.attrs.get(text(ev)));
const ofType = (records: readonly DriverRecord[], wanted: number): DriverRecord[] => records.filter(({ type }) => type === wanted);
const samplesOf = (world: World, step: Step): DriverRecord[] => ofType(read(world, step), PERF_RECORD_SAMPLE);

/** Within so many per cent. */
const near = (value: number, wanted: number, percent: number): boolean => Math.abs(value - wanted) <= (wanted * percent) / 100;

function count(world: World, step: Step): Fields {
  const records = read(world, step);
  const samples = ofType(records, PERF_RECORD_SAMPLE).length;
  // So many samples have one period less between them.
  const rate = (1000 * (samples - 1)) / world.busyMs;
  return {
    samples, throttle: ofType(records, PERF_RECORD_THROTTLE).length, unthrottle: ofType(records, PERF_RECORD_UNTHROTTLE).length,
    samples_at_most_100000_per_second: rate <= 100_000, at_most_2: samples <= 2,
  };
}

/** Samples before and after the moment between the two stretches of work. */
function countTwoPhases(world: World, step: Step): Fields {
  const [middle] = world.phases;
  const times = samplesOf(world, step).map(({ time }) => time!);
  const before = times.filter((time) => time <= middle).length;
  return { phase1_close_to_300: near(before, 300, 5), phase2_close_to_60: near(times.length - before, 60, 5) };
}

function analyseThrottle(world: World, step: Step): Fields {
  const records = read(world, step);
  const limits = records.filter(({ type }) => type === PERF_RECORD_THROTTLE || type === PERF_RECORD_UNTHROTTLE);
  const [value] = world.self.read(world.fd(step['ev'])) as readonly number[];
  const size = (type: number): number => ofType(records, type)[0]?.size ?? 0;
  return {
    throttle_seen: limits.length > 0, throttle_size: size(PERF_RECORD_THROTTLE), unthrottle_size: size(PERF_RECORD_UNTHROTTLE),
    alternating: limits.every(({ type }, i) => i === 0 || type !== limits[i - 1].type),
    count_below_80_percent_of_runtime: value < 0.8 * world.busyMs * 1e6,
  };
}

function periodsSeen(world: World, step: Step): Fields {
  const periods = samplesOf(world, step).map(({ period }) => period!);
  return { first_period: periods[0], samples_below_50_instead_of_300: periods.length < 50 };
}

/** Moves the tail until something is stored again. */
function repeatUntilHeadMoves(world: World, step: Step, perform: (step: Step) => unknown): Fields {
  const body = step['body'] as unknown as readonly Step[];
  const map = world.map(body.find(({ ev }) => ev !== undefined)!['ev']);
  const [head, tail] = [map.data_head, map.data_tail];
  // The case leaves its events disabled here, and the program enables them for the faults.
  for (const ev of world.maps.keys()) world.enable(ev, true);
  let iterations = 0;
  while (map.data_head === head && iterations < 1000) {
    for (const inner of body) perform(inner);
    iterations++;
  }
  for (const ev of world.maps.keys()) world.enable(ev, false);
  return { iterations, bytes_freed: map.data_tail - tail, gap_before: map.size - (head - tail) };
}

export const BUFFER_OPERATIONS: Record<string, Operation<World>> = {
  drain: (world, step) => ({ records: world.records(step, true) }),
  peek_records: (world, step) => ({ records: world.records(step, false) }),
  records_from: (world, step) => ({ records: world.records(step, false) }),
  if_pollin_drain: (world, { ev }) => {
    const map = world.map(ev);
    if (world.polled) map.data_tail = map.data_head;
  },
  count_records_by_size: (world, step) => {
    const counts: Record<string, number> = { 16: 0, 24: 0, 32: 0, 40: 0, other: 0 };
    for (const { size, n } of world.records(step, true)) counts[`${size as number}` in counts ? (size as number) : 'other'] += n as number;
    return counts;
  },
  count,
  count_two_phases: countTwoPhases,
  count_by_event: (world, step) => {
    const counts = new Map<string, number>();
    for (const { ev, n } of world.records(step, true)) counts.set(text(ev), (counts.get(text(ev)) ?? 0) + (n as number));
    return { each_within_5_percent_of_1000: counts.size === world.fds.size && [...counts.values()].every((n) => near(n, 1000, 5)) };
  },
  count_samples_per_cpu_second: (world, step) => {
    const expected = known(step['expected'], 'expected') as number;
    const rate = (1000 * samplesOf(world, step).length) / world.busyMs;
    return { within_tolerance: Math.abs(rate - expected) <= expected * (step['tolerance'] as number) };
  },
  analyse_throttle: analyseThrottle,
  periods_seen: periodsSeen,
  sample_period_field: (world, step) => {
    const periods = samplesOf(world, step).map(({ period }) => period!);
    return { min: Math.min(...periods), max: Math.max(...periods) };
  },
  sum_of_periods: (world, step) => {
    const periods = samplesOf(world, step).map(({ period }) => period!);
    const sum = periods.reduce((total, period) => total + period, 0);
    return { sum, far_fewer_samples_than_events: periods.length < sum / 10 };
  },
  read_head_tail: (world, { ev }) => ({ data_head: world.map(ev).data_head, data_tail: world.map(ev).data_tail }),
  write_data_tail: (world, { ev, value, add }) => {
    const map = world.map(ev);
    map.data_tail = value === 'data_head' ? map.data_head : ((value as number | undefined) ?? map.data_tail + (add as number));
  },
  write_data_head: (world, { ev, value }) => {
    world.map(ev).data_head = value as number;
  },
  repeat_until_head_moves: repeatUntilHeadMoves,
  decode_record: (world, step) => decode_record(world, step, known(peek(world, step)[(step['pos'] ?? 0) as number], 'a record')),
  decode_last_exit: (world) => {
    const { type, pid, ppid, tid, ptid } = known(world.last.findLast(({ type: of }) => of === 4), 'EXIT');
    const name = (id: number | undefined): string => [...world.tasks].find(([, task]) => task.tid === id)?.[0] ?? `${id}`;
    return { type, pid: name(pid), ppid: name(ppid), tid: name(tid), ptid: name(ptid) };
  },
  decode_last_sample: (world, step) => {
    const record = known(ofType(peek(world, step), PERF_RECORD_SAMPLE).at(-1), 'SAMPLE');
    return decodeFields(world, step, record);
  },
  decode_two_samples: (world, step) => {
    const [first, second] = ofType(peek(world, step), PERF_RECORD_SAMPLE).map((record) => decodeFields(world, step, record)['id']);
    return { read_id_1: known(first, 'id'), read_id_2: known(second, 'id') };
  },
  first_record: (world, step) => {
    const { type, misc, size } = known(peek(world, step)[0], 'a record');
    return { type, misc, size };
  },
  first_word_of_first_sample: (world, step) => {
    const word = Number(known(ofType(peek(world, step), PERF_RECORD_SAMPLE)[0], 'SAMPLE').body.getBigInt64(8, true));
    return { period: word, 'n/a': 0 };
  },
  raw_header_at: (world, { ev, pos }) => {
    const { data, size } = world.map(ev).vma.rb;
    const byte = (at: number): number => data[((pos as number) + at) & (size - 1)];
    const u16 = (at: number): number => byte(at) + 256 * byte(at + 1);
    return { type: u16(0), misc: u16(4), size: u16(6) };
  },
  sample_read_values: (world, step) => ({ values: readValues(world, step, Infinity) }),
  sample_read_values_from_head_forward: (world, step) => ({ values: readValues(world, step, step['n'] as number) }),
  lost_records: (world, step) => ({ n: ofType(peek(world, step), PERF_RECORD_LOST).length }),
};

/** What PERF_SAMPLE_READ says in the first `n` samples. */
function readValues(world: World, step: Step, n: number): number[] {
  const { sample_type } = known(world.attrs.get(text(step['ev'])), step['ev']);
  if ((Number(sample_type) & PERF_SAMPLE_READ) === 0) return [];
  return ofType(peek(world, step), PERF_RECORD_SAMPLE).slice(0, n).map(({ values }) => values![0]);
}
