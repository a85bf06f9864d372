/**
 * What the tool of v3.2 asks of perf_event_open for each event.
 *
 * Reference: config_attr and open_counters of tools/perf/builtin-record.c, v3.2; section 9.1 of kernel.md. Groups and
 * the modifiers after `p` came later; they are taken as later tools take them.
 * Not modelled: cgroups.
 */
import {
  PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_SAMPLE_ADDR,
  PERF_SAMPLE_CALLCHAIN, PERF_SAMPLE_CPU, PERF_SAMPLE_ID, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_READ,
  PERF_SAMPLE_TID, PERF_SAMPLE_TIME, perf_event_attr, type PerfEventAttr,
} from '../../kernel/abi/index.ts';
import type { EventSpec, RecordOptions } from '../run-spec.ts';

const READ_FORMAT = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID;

/** One attr per event of the command line; the first one also asks for MMAP and COMM records. */
export function config_attrs(asked: RecordOptions): PerfEventAttr[] {
  const options = { ...asked, inherit: asked.inherit && !isByThread(asked) };
  const { events } = options;
  return events.map((event, i) => {
    const reads = readsGroup(event, events);
    return perf_event_attr({
      ...counted(event),
      ...rate(event, i, options),
      sample_type: BigInt(sample_type(event, options) | (events.length > 1 ? PERF_SAMPLE_ID : 0)),
      read_format: BigInt(READ_FORMAT | (reads ? PERF_FORMAT_GROUP : 0)),
      disabled: !isMember(event, i),
      inherit: options.inherit && !reads,
      inherit_stat: options.inherit_stat ?? false,
      mmap: i === 0,
      comm: i === 0,
      mmap_data: i === 0 && (options.sample_address ?? false),
      sample_id_all: true,
      enable_on_exec: !isMember(event, i) && !options.system_wide && options.target === undefined,
      ...wakeup(options),
    });
  });
}

/** What runs already has a buffer for each thread, wherever that runs; events that follow their thread cannot be inherited then. */
function isByThread({ target, cpu_list }: RecordOptions): boolean {
  return target !== undefined && cpu_list === null;
}

/** Whether the event is in a group that another one leads, and begins with that. */
export function isMember({ leader }: EventSpec, i: number): boolean {
  return leader !== undefined && leader !== i;
}

/** What the event itself says: which event, in which rings. */
export function counted(event: EventSpec): Partial<PerfEventAttr> {
  const { exclude_user, exclude_kernel, exclude_hv, exclude_idle, exclude_guest, exclude_host, pinned, exclusive } = event;
  return {
    type: event.type,
    config: BigInt(event.config),
    precise_ip: event.precise_ip,
    exclude_user,
    exclude_kernel,
    exclude_hv,
    exclude_idle: exclude_idle ?? false,
    exclude_guest: exclude_guest ?? false,
    exclude_host: exclude_host ?? false,
    pinned: pinned ?? false,
    exclusive: exclusive ?? false,
  };
}

/** Whether the event's samples hold the values of its group: its leader's, and the members do not sample at all. */
export function readsGroup({ sample_read, leader }: EventSpec, events: readonly EventSpec[]): boolean {
  return sample_read === true && leader !== undefined && events.filter((other) => other.leader === leader).length > 1;
}

/** How often the event samples. */
export function rate(event: EventSpec, i: number, options: RecordOptions): Pick<PerfEventAttr, 'freq' | 'sample_period'> {
  if (event.sample_read && event.leader !== undefined && event.leader !== i) return { freq: false, sample_period: 0n };
  const freq = event.freq ?? (event.period === undefined ? options.freq : null);
  return { freq: freq !== null, sample_period: BigInt(freq ?? event.period ?? options.period!) };
}

/** The fields of a sample, but for the id, which depends on the other events. */
export function sample_type(event: EventSpec, options: RecordOptions): number {
  const { inherit, system_wide, cpu_list } = options;
  const hasCpus = system_wide || cpu_list !== null;
  const isFreq = event.freq !== undefined || (event.period === undefined && options.freq !== null);
  return (
    PERF_SAMPLE_IP |
    PERF_SAMPLE_TID |
    (inherit || hasCpus || options.sample_time ? PERF_SAMPLE_TIME : 0) |
    (options.sample_address ? PERF_SAMPLE_ADDR : 0) |
    (event.sample_read ? PERF_SAMPLE_READ : 0) |
    (options.call_graph ? PERF_SAMPLE_CALLCHAIN : 0) |
    (system_wide || options.sample_cpu ? PERF_SAMPLE_CPU : 0) |
    (isFreq || options.sample_period ? PERF_SAMPLE_PERIOD : 0)
  );
}

/** wakeup_events and wakeup_watermark are one field; `watermark` says which. */
export function wakeup({ no_delay, wakeup }: RecordOptions): Pick<PerfEventAttr, 'watermark' | 'wakeup_events'> {
  if (wakeup === null) return { watermark: false, wakeup_events: no_delay ? 1 : 0 };
  return 'bytes' in wakeup ? { watermark: true, wakeup_events: wakeup.bytes } : { watermark: false, wakeup_events: wakeup.events };
}
