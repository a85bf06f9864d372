/**
 * A run is a value: RunSpec (plain JSON) in, RunResult (plain JSON) out. Commands, workers, suites and pages
 * exchange these two and nothing more.
 */
import type { WorkloadDescription } from './workload/description.ts';

/** One event of `-e`, as the tool's parser understood it. */
export interface EventSpec {
  /** As typed, modifiers included: `cycles:u`. It names the event in reports. */
  name: string;
  /** attr.type and attr.config of perf_event_open. */
  type: number;
  config: number;
  exclude_user: boolean;
  exclude_kernel: boolean;
  exclude_hv: boolean;
  /** Requested precision (`:p`, `:pp`), 0 to 3. */
  precise_ip: number;
  /** G and H; absent: as the tool has it. */
  exclude_guest?: boolean;
  exclude_host?: boolean;
  /** I, D and e. */
  exclude_idle?: boolean;
  pinned?: boolean;
  exclusive?: boolean;
  /** S: samples hold the values of the whole group, and only its leader samples. */
  sample_read?: boolean;
  /** W: a group that the kernel does not take is opened event by event. */
  weak_group?: boolean;
  /** Samples per second, or events per sample, of this event alone (`cpu/…,freq=…/`). */
  freq?: number;
  period?: number;
  /** `branch_type`: more of attr.branch_sample_type, for this event alone; 0: no branches. */
  branch_type?: number;
  /** In a group: the place of its leader in the list. */
  leader?: number;
}

/** A program and its arguments: one of perfsim's own by name, or with its description. */
export interface WorkloadSpec {
  name: string;
  args: string[];
  /** What a workload file says (`--workload`). */
  description?: WorkloadDescription;
}

/** What `perf record` was asked to do. */
export interface RecordOptions {
  events: EventSpec[];
  /** Samples per second (-F); null with a period. */
  freq: number | null;
  /** Events per sample (-c); null with a frequency. */
  period: number | null;
  /** Data pages of each ring buffer (-m), a power of two. */
  mmap_pages: number;
  /** -D/--no-delay: wake up for every sample of the first event. */
  no_delay: boolean;
  /** When the kernel shall wake the tool: after so many samples, or so many bytes; null: at half a buffer. */
  wakeup: { events: number } | { bytes: number } | null;
  /** Poll every event, instead of the first of each CPU. */
  poll_all: boolean;
  /** Children are recorded too, unless -i. */
  inherit: boolean;
  /** -a: every task on the CPUs, instead of the workload only. */
  system_wide: boolean;
  /** -C: the CPUs to record on; null for all. */
  cpu_list: number[] | null;
  /** -g: samples with the chain of calls. */
  call_graph?: boolean;
  /** -d, -T, -s, --sample-cpu: more in samples, or beside them. */
  sample_address?: boolean;
  sample_time?: boolean;
  inherit_stat?: boolean;
  sample_cpu?: boolean;
  /** -P: the period in every sample, although it is always the same. */
  sample_period?: boolean;
  /** -b and -j, of newer tools: attr.branch_sample_type. */
  branch_stack?: number;
  /** --switch-events, of newer tools. */
  switch_events?: boolean;
  /** --overwrite, of newer tools: the kernel overwrites the oldest records, and the tool reads what is left at the end. */
  overwrite?: boolean;
  /** --user-callchains and --kernel-callchains, of newer tools: the one part of each chain alone. */
  callchains?: 'user' | 'kernel';
  /** --sample-identifier and --no-bpf-event, of newer tools. */
  sample_identifier?: boolean;
  no_bpf_event?: boolean;
  /** -k of newer tools: the clock that records tell the time by, a clockid_t. */
  clockid?: number;
  /** -D of newer tools: milliseconds before the events are enabled; −1: never. */
  delay_ms?: number;
  /**
   * -p and -t: a program that runs before the tool does; with `thread`, only its main thread. `alone`: the tool starts no
   * other, and records until this one ends.
   */
  target?: { workload: WorkloadSpec; thread: boolean; alone: boolean };
}

/** The versions of the tool: each polls, asks and writes as perf did at its time. */
export type ToolVersion = '3.2' | '6.1';

/** How the recording is written down; the run itself does not depend on it. */
export interface RecordingForm {
  /** Everything in records and nothing patched, so that a reader can follow (`-o -`). */
  pipe: boolean;
  /** Events of one name are told apart: cycles, cycles#1, cycles#2 (`--event-names unique`). */
  unique_names: boolean;
  /** The kernel's symbols are in the recording, as KSYMBOL records, in place of a build id (`--ksymbols`). */
  ksymbols: boolean;
  /** The build ids of what is mapped are left out (-B). */
  no_buildid: boolean;
  /** The command as it was typed; absent: one that asks for the events and the workload. */
  cmdline?: string[];
}

/** Bounds between which a duration is drawn, in nanoseconds. */
export type DurationRange = readonly [from: number, to: number];

/** The machine, the kernel, the tool, the workload and the seed: all that a run depends on. */
export interface RunSpec {
  kernel: string;
  pmu: string;
  cpus: number;
  /** Scheduler ticks per second: 100, 250, 300 or 1000. */
  hz: number;
  /** Whether the NMI watchdog holds one counter per CPU. */
  nmi_watchdog: boolean;
  /** Durations that are other than the model has them, by name (DURATIONS_NS, TOOL_DURATIONS_NS). */
  latencies: Readonly<Record<string, DurationRange>>;
  seed: string;
  tool: ToolVersion;
  record: RecordOptions;
  workload: WorkloadSpec;
  /** What is not said is false: a file, with names as typed. */
  recording?: Partial<RecordingForm>;
}

/** What one run came to. Instants and durations are simulated nanoseconds. */
export interface RunResult {
  /** Per event, in the order of the command line. */
  events: { name: string; samples: number }[];
  /** Records in the recording by type name (`MMAP`, `COMM`, `SAMPLE` …), synthesised ones included. */
  records: Record<string, number>;
  /** Sum of the counts that LOST records report. */
  lost_reported: number;
  /** Records dropped for lack of space, reported or not, over all buffers. */
  lost_total: number;
  /** Returns of poll(2) in the tool: perf's "Woken up N times". */
  wakeups: number;
  /** Bytes of records written: perf's "Captured and wrote N MB". */
  bytes_written: number;
  /** Bytes of the file in front of its features: what newer perf reports instead. */
  file_bytes: number;
  /** Largest head − tail of any buffer, in bytes. */
  buffer_high_water: number;
  /** From the kernel's decision to wake the tool until it reads that buffer; zeros if there was none. */
  reader_latency: { mean_ns: number; max_ns: number };
  /** Simulated time at which the tool ended. */
  duration_ns: number;
}

/** Where a recording goes, in order; `patch` rewrites bytes already written (the header, once sizes are known). */
export interface ByteSink {
  write(bytes: Uint8Array): void;
  patch(position: number, bytes: Uint8Array): void;
}
