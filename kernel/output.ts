/**
 * SAMPLE records: which fields, how large, in which order; and the sizes computed once per event.
 *
 * Reference: perf_prepare_sample, perf_output_sample, perf_event__header_size and perf_event__id_header_size of
 * kernel/events/core.c, v3.2; section 1.3 of kernel.md.
 * Not modelled: guest samples; the fields behind the call chain are in sample-fields.ts.
 */
import { effect_of, hook, load } from '../sim/memory.ts';
import {
  PERF_CONTEXT_KERNEL, PERF_CONTEXT_USER, PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_FORMAT_LOST,
  PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING,
  PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER, PERF_RECORD_SAMPLE, PERF_SAMPLE_ADDR, PERF_SAMPLE_CALLCHAIN,
  PERF_SAMPLE_CPU, PERF_SAMPLE_ID, PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_READ,
  PERF_SAMPLE_REGS_USER, PERF_SAMPLE_STACK_USER, PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_TID, PERF_SAMPLE_TIME,
} from './abi/index.ts';
import { list_for_each } from './list.ts';
import { PerfOutputHandle, RingBufferCode, type SampleId } from './ring_buffer.ts';
import { ALL_LATE_FIELDS, FIXED_LATE_FIELDS, late_values, type LateValue } from './sample-fields.ts';
import type { PerfEvent, Regs, TaskStruct } from './structs/index.ts';

/** Since v3.4 what a call chain may have, and since v4.8 an event ask for (perf_event_max_stack). */
export const PERF_MAX_STACK_DEPTH = 127;

export const HEADER_SIZE = 8;
const FIELD_SIZE = 8;
const HEADER_FIELDS = PERF_SAMPLE_IP | PERF_SAMPLE_ADDR | PERF_SAMPLE_PERIOD;
const ID_FIELDS =
  PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER;

/** The values of one READ, already in the order of the record. */
export type ReadValues = readonly number[];
const NO_VALUES: ReadValues = [];
const NO_LATE_VALUES: readonly LateValue[] = [];

export abstract class OutputCode extends RingBufferCode {
  /** What a sample says of the counts, and of the times up to now. */
  abstract perf_output_read(event: PerfEvent): ReadValues;

  current(): TaskStruct | null {
    return load(this.this_cpu().current);
  }

  /** Sums up the fixed sizes of what is the event's own in a SAMPLE. Called when its group changes, and at the end of perf_event_open. */
  perf_event__header_size(event: PerfEvent): void {
    const { sample_type } = event;
    event.read_size = this.perf_event_read_size(event);
    event.header_size = fixed_size(sample_type) + (sample_type & PERF_SAMPLE_READ ? event.read_size : 0);
  }

  /** The same of what it has in common with the sample_id trailer. Called at the end of perf_event_open. */
  perf_event__id_header_size(event: PerfEvent): void {
    event.id_header_size = id_size(event.sample_type);
  }

  /** Bytes that read(2) returns. */
  perf_event_read_size(event: PerfEvent): number {
    return read_size(event.read_format, 1 + event.group_leader!.nr_siblings);
  }

  /** Which clock the event's records tell the time by: a clockid, or perf's own (−1). All count from the boot here, in step. */
  perf_event_clock_of({ attr }: PerfEvent): number {
    return attr.use_clockid ? attr.clockid : -1;
  }

  override perf_event_header__init_id(event: PerfEvent): SampleId {
    const task = this.current();
    return {
      pid: task?.tgid ?? 0,
      tid: task?.pid ?? 0,
      time: this.perf_clock(),
      id: event.parent?.id ?? event.id,
      stream_id: event.id,
      cpu: this.hardware.smp_processor_id,
    };
  }

  /** Writes a SAMPLE for an overflow of `event` with `period` events behind it. NMI context, mostly. */
  perf_event_output(event: PerfEvent, period: number, regs: Regs): void {
    const sample = this.perf_prepare_sample(event, period, regs);
    const { size } = sample;
    const handle = new PerfOutputHandle();
    if (this.perf_output_begin(handle, event, size, PERF_RECORD_SAMPLE) !== 0) return;
    const misc = regs.location.ring === 'user' ? PERF_RECORD_MISC_USER : PERF_RECORD_MISC_KERNEL;
    const end = handle.offset + size;
    if (hook === null) this.perf_output_sample(handle, event, misc, sample);
    else effect_of<OutputCode, 'perf_output_sample'>(this, 'perf_output_sample', handle, event, misc, sample);
    handle.offset = end;
    this.perf_output_sample_wakeup(handle, event);
    this.perf_output_end(handle);
  }

  /** Gathers what the sample will say beside the counts, which are read when they are written, and how large it will be. */
  perf_prepare_sample(event: PerfEvent, period: number, regs: Regs): Sample {
    const { sample_type, attr } = event;
    const id = this.perf_event_header__init_id(event);
    const chain = sample_type & PERF_SAMPLE_CALLCHAIN ? this.perf_callchain(event, regs) : null;
    let size =
      HEADER_SIZE + event.header_size + event.id_header_size + (chain === null ? 0 : FIELD_SIZE * (1 + chain.length));
    const late = sample_type & ALL_LATE_FIELDS ? late_values(sample_type, { attr, regs, user_regs: this.perf_user_regs(event, regs), size }) : NO_LATE_VALUES;
    for (const { dyn_size } of late) size += dyn_size;
    return { id, ip: regs.ip, addr: regs.addr ?? 0, period, chain, late, size };
  }

  /** The registers of user mode, for an event that wants them: the interrupted ones, or those at the kernel's entry. */
  perf_user_regs({ sample_type }: PerfEvent, regs: Regs): Regs | null {
    if ((sample_type & (PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER)) === 0) return null;
    return regs.location.ring === 'user' ? regs : effect_of(this.hardware, 'user_regs');
  }

  /** Copies the record into the place that `handle` holds. */
  perf_output_sample(handle: PerfOutputHandle, event: PerfEvent, misc: number, sample: Sample): void {
    handle.put_header(PERF_RECORD_SAMPLE, misc, sample.size);
    put_sample(handle, event, sample, event.sample_type & PERF_SAMPLE_READ ? this.perf_output_read(event) : NO_VALUES);
  }

  /** The call chain at `regs`, leaf first: the kernel's part and the user's, a marker in front of each. */
  perf_callchain(event: PerfEvent, regs: Regs): readonly number[] {
    const isUser = regs.location.ring === 'user';
    const { exclude_callchain_kernel, exclude_callchain_user } = event.attr;
    const kernel = isUser || exclude_callchain_kernel ? [] : chain_part(PERF_CONTEXT_KERNEL, regs);
    const user = isUser ? regs : effect_of(this.hardware, 'user_regs');
    return this.perf_callchain_limited(event, kernel, user === null || exclude_callchain_user ? [] : chain_part(PERF_CONTEXT_USER, user));
  }

  /** What of the chain there is room for, to which the markers count like addresses (perf_callchain_store). */
  perf_callchain_limited(_event: PerfEvent, kernel: readonly number[], user: readonly number[]): readonly number[] {
    return [...kernel, ...user].slice(0, this.perf_max_stack_depth);
  }

  get perf_max_stack_depth(): number {
    return 255;
  }

  /** Values of all events of a group, leader first. */
  perf_group_events(leader: PerfEvent): PerfEvent[] {
    const group = [leader];
    list_for_each(leader.sibling_list, (sibling) => group.push(sibling));
    return group;
  }
}

/** What a SAMPLE says beside the counts, and its bytes. */
export interface Sample {
  readonly id: SampleId;
  readonly ip: number;
  readonly addr: number;
  readonly period: number;
  readonly chain: readonly number[] | null;
  readonly late: readonly LateValue[];
  readonly size: number;
}

/** The fields in the order of the record (section 1.2). */
function put_sample(handle: PerfOutputHandle, event: PerfEvent, sample: Sample, values: ReadValues): void {
  const { sample_type } = event;
  const { id } = sample;
  if (sample_type & PERF_SAMPLE_IDENTIFIER) handle.put_u64(id.id);
  if (sample_type & PERF_SAMPLE_IP) handle.put_u64(sample.ip);
  if (sample_type & PERF_SAMPLE_TID) handle.put_u32(id.pid, id.tid);
  if (sample_type & PERF_SAMPLE_TIME) handle.put_u64(id.time);
  if (sample_type & PERF_SAMPLE_ADDR) handle.put_u64(sample.addr);
  if (sample_type & PERF_SAMPLE_ID) handle.put_u64(id.id);
  if (sample_type & PERF_SAMPLE_STREAM_ID) handle.put_u64(id.stream_id);
  if (sample_type & PERF_SAMPLE_CPU) handle.put_u32(id.cpu, 0);
  if (sample_type & PERF_SAMPLE_PERIOD) handle.put_u64(sample.period);
  for (const value of values) handle.put_u64(value);
  if (sample.chain !== null) {
    handle.put_u64(sample.chain.length);
    for (const address of sample.chain) handle.put_u64(address);
  }
  for (const { words } of sample.late) for (const word of words) handle.put_u64(word);
}

/** A stretch of a call chain. Addresses are signed here, as everywhere. */
function chain_part(context: bigint, { ip, location: { callers = [] } }: Regs): readonly number[] {
  return [Number(BigInt.asIntN(64, context)), ip, ...callers];
}

/** Bytes of a SAMPLE's fixed fields that are the event's own, without what it reads. */
export function fixed_size(sample_type: number): number {
  return FIELD_SIZE * bits(sample_type & (HEADER_FIELDS | FIXED_LATE_FIELDS));
}

/** Bytes of those that it has in common with the sample_id trailer. */
export function id_size(sample_type: number): number {
  return FIELD_SIZE * bits(sample_type & ID_FIELDS);
}

/** Bytes of a read of an event in a group of `members`. */
export function read_size(read_format: number, members: number): number {
  const times = bits(read_format & (PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING));
  const per_event = 1 + bits(read_format & (PERF_FORMAT_ID | PERF_FORMAT_LOST));
  return FIELD_SIZE * (read_format & PERF_FORMAT_GROUP ? 1 + times + per_event * members : times + per_event);
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
