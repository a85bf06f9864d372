/** The operations of a case that look into a buffer, or move its tail. */
import { PERF_RECORD_SAMPLE, USER_LOOP, type DriverRecord } from '../../kernel/index.ts';
import type { Fields, Step, Value } from './cases.ts';
import { FAULT_ADDRESS, NotCovered, known, type World } from './world.ts';

type Operation = (world: World, step: Step) => Fields | null;

/** What a 64-bit word of a record is, as the cases name it. */
function word(world: World, value: number): Value {
  const { task } = world.self;
  if (!world.nameOf(value).startsWith('unknown')) return 'id';
  if (value >= USER_LOOP.start && value < USER_LOOP.start + USER_LOOP.length) return 'user_ip';
  if (value === task.tgid + 2 ** 32 * task.pid) return 'pid,tid';
  if (value === FAULT_ADDRESS) return 'fault_address';
  if (value === -512) return 'PERF_CONTEXT_USER';
  return value < 10 ? value : 'other';
}

function decode(world: World, { type, misc, size, body }: DriverRecord): Fields {
  const words = Array.from({ length: size / 8 - 1 }, (_, i) => word(world, Number(body.getBigInt64(8 * (i + 1), true))));
  return { type, misc, size, words };
}

const samplesOf = (world: World, { ev }: Step): DriverRecord[] =>
  world.map(ev).read(world.attrs.get(ev as string)).filter(({ type }) => type === PERF_RECORD_SAMPLE);

export const BUFFER_OPERATIONS: Record<string, Operation> = {
  drain: (world, step) => ({ records: world.records(step, true) }),
  peek_records: (world, step) => ({ records: world.records(step, false) }),
  if_pollin_drain: (world, { ev }) => {
    const map = world.map(ev);
    if (world.polled) map.data_tail = map.data_head;
    return null;
  },
  count_records_by_size: (world, step) => {
    const counts: Record<string, number> = { 16: 0, 24: 0, 32: 0, 40: 0, other: 0 };
    for (const { size, n } of world.records(step, true)) counts[`${size as number}` in counts ? (size as number) : 'other'] += n as number;
    return counts;
  },
  count: (world, step) => {
    // So many samples have one period less between them.
    const rate = (1000 * (samplesOf(world, step).length - 1)) / world.busyMs;
    return { samples_at_most_100000_per_second: rate <= 100_000 };
  },
  count_samples_per_cpu_second: (world, step) => {
    const expected = known(step['expected'], 'expected') as number;
    const rate = (1000 * samplesOf(world, step).length) / world.busyMs;
    return { within_tolerance: Math.abs(rate - expected) <= expected * (step['tolerance'] as number) };
  },
  sample_period_field: (world, step) => {
    const periods = samplesOf(world, step).map(({ period }) => period!);
    return { min: Math.min(...periods), max: Math.max(...periods) };
  },
  read_head_tail: (world, { ev }) => ({ data_head: world.map(ev).data_head, data_tail: world.map(ev).data_tail }),
  write_data_tail: (world, { ev, value, add }) => {
    const map = world.map(ev);
    map.data_tail = value === 'data_head' ? map.data_head : ((value as number | undefined) ?? map.data_tail + (add as number));
    return null;
  },
  decode_record: (world, { ev, pos }) => {
    if (pos !== 0) throw new NotCovered('decode_record elsewhere');
    const [first] = world.map(ev).peek(world.attrs.get(ev as string));
    return decode(world, known(first, 'a record'));
  },
};
