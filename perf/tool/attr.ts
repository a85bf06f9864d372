/**
 * What the tool asks of perf_event_open for each event.
 *
 * Reference: perf_evsel__config and config_attr of tools/perf/builtin-record.c, v3.2; section 9.1 of kernel.md.
 * Not modelled: -g, -d, -s and cgroups.
 */
import {
  PERF_FORMAT_ID, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_SAMPLE_CPU, PERF_SAMPLE_ID,
  PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_TID, PERF_SAMPLE_TIME, perf_event_attr, type PerfEventAttr,
} from '../../kernel/abi/index.ts';
import type { RecordOptions } from '../run-spec.ts';

const READ_FORMAT = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID;

/** One attr per event of the command line; the first one also asks for MMAP and COMM records. */
export function config_attrs(options: RecordOptions): PerfEventAttr[] {
  const sample_type =
    PERF_SAMPLE_IP |
    PERF_SAMPLE_TID |
    (options.events.length > 1 ? PERF_SAMPLE_ID : 0) |
    (options.freq === null ? 0 : PERF_SAMPLE_PERIOD) |
    (options.inherit || options.system_wide || options.cpu_list !== null ? PERF_SAMPLE_TIME : 0) |
    (options.system_wide ? PERF_SAMPLE_CPU : 0);
  return options.events.map((event, i) =>
    perf_event_attr({
      type: event.type,
      config: BigInt(event.config),
      sample_period: BigInt(options.freq ?? options.period!),
      freq: options.freq !== null,
      sample_type: BigInt(sample_type),
      read_format: BigInt(READ_FORMAT),
      disabled: true,
      inherit: options.inherit,
      mmap: i === 0,
      comm: i === 0,
      sample_id_all: true,
      enable_on_exec: !options.system_wide,
      ...wakeup(options),
      exclude_user: event.exclude_user,
      exclude_kernel: event.exclude_kernel,
      exclude_hv: event.exclude_hv,
      precise_ip: event.precise_ip,
    }),
  );
}

/** wakeup_events and wakeup_watermark are one field; `watermark` says which. */
function wakeup({ no_delay, wakeup }: RecordOptions): Pick<PerfEventAttr, 'watermark' | 'wakeup_events'> {
  if (wakeup === null) return { watermark: false, wakeup_events: no_delay ? 1 : 0 };
  return 'bytes' in wakeup ? { watermark: true, wakeup_events: wakeup.bytes } : { watermark: false, wakeup_events: wakeup.events };
}
