/**
 * The feature sections behind the data: what the file says about the machine, the command and the events.
 * Reference: enum in tools/perf/util/header.h and feat_ops[] of header.c, v6.1.
 * Not modelled: the contents of tracing data, AUXTRACE, BPF programs and PMU capabilities; they are kept as bytes.
 */
import type { PerfEventAttr } from '../../kernel/abi/index.ts';
import { readAttr, writeAttr } from './attr.ts';
import { ByteReader, ByteWriter, textOf } from './bytes.ts';
import { NO_CONTEXT, bytes, counted, struct, u32, u64, type Field, type RecordContext } from './fields.ts';
import { buildIds } from './build-ids.ts';

/** The names that perf prints, by bit number. */
export const FEATURE_NAMES: readonly string[] = [
  '', 'TRACING_DATA', 'BUILD_ID', 'HOSTNAME', 'OSRELEASE', 'VERSION', 'ARCH', 'NRCPUS', 'CPUDESC', 'CPUID', 'TOTAL_MEM',
  'CMDLINE', 'EVENT_DESC', 'CPU_TOPOLOGY', 'NUMA_TOPOLOGY', 'BRANCH_STACK', 'PMU_MAPPINGS', 'GROUP_DESC', 'AUXTRACE',
  'STAT', 'CACHE', 'SAMPLE_TIME', 'MEM_TOPOLOGY', 'CLOCKID', 'DIR_FORMAT', 'BPF_PROG_INFO', 'BPF_BTF', 'COMPRESSED',
  'CPU_PMU_CAPS', 'CLOCK_DATA', 'HYBRID_TOPOLOGY', 'PMU_CAPS',
];

/** One event as EVENT_DESC tells of it. */
export interface EventDescription {
  attr: PerfEventAttr;
  name: string;
  ids: bigint[];
}

export interface CpuTopology {
  /** CPU lists of the packages ("0-3") and of the cores ("0,4"). */
  packages: string[];
  cores: string[];
  /** Ids of core and package for each CPU. */
  cpus: { core_id: number; socket_id: number }[];
  /** CPU lists of the dies and each CPU's die: from v5.4 on. */
  dies?: { lists: string[]; die_ids: number[] } | undefined;
}

/** A length, then the text, NUL and padding up to a multiple of 64. */
const string: Field<string> = {
  read(from) {
    return textOf(from.slice(from.count(from.u32(), 1)));
  },
  write(to, value) {
    const at = to.at;
    to.u32(0);
    to.text(value, 64);
    to.patchU32(at, to.at - at - 4);
  },
};

const strings = counted(u32, string, 4);

const eventDescriptions: Field<EventDescription[]> = {
  read(from) {
    const count = from.count(from.u32(), 12);
    const attrSize = from.u32();
    return Array.from({ length: count }, () => {
      const attr = readAttr(from, attrSize);
      const idCount = from.u32();
      const name = string.read(from, NO_CONTEXT);
      return { attr, name, ids: Array.from({ length: from.count(idCount, 8) }, () => from.u64()) };
    });
  },
  write(to, events) {
    to.u32(events.length);
    to.u32(Math.max(0, ...events.map((event) => event.attr.size)));
    for (const { attr, name, ids } of events) {
      writeAttr(to, attr);
      to.u32(ids.length);
      string.write(to, name, NO_CONTEXT);
      for (const id of ids) to.u64(id);
    }
  },
};

const coreAndSocket = struct({ core_id: u32, socket_id: u32 });

function readCpuTopology(from: ByteReader, context: RecordContext): CpuTopology {
  const packages = strings.read(from, context);
  const cores = strings.read(from, context);
  // The number of CPUs is that of NRCPUS; here only the end of the section tells, or the dies behind.
  const words = Array.from({ length: Math.floor(from.remaining / 4) }, () => from.view.getUint32(from.take(4), from.little));
  const cpuCount = cpuCountOf(words);
  const cpus = Array.from({ length: cpuCount }, (_, cpu) => ({ core_id: words[2 * cpu], socket_id: words[2 * cpu + 1] }));
  if (2 * cpuCount >= words.length) return { packages, cores, cpus };
  from.at = from.end - 4 * (words.length - 2 * cpuCount);
  const lists = strings.read(from, context);
  return { packages, cores, cpus, dies: { lists, die_ids: Array.from({ length: cpuCount }, () => from.u32()) } };
}

/** Finds n so that n pairs, a list of strings of 64 bytes or more, and n die ids fill the words exactly. */
function cpuCountOf(words: number[]): number {
  for (let cpus = 0; 2 * cpus < words.length; cpus++) {
    let at = 2 * cpus;
    let left = words[at++];
    for (; left > 0 && at < words.length && words[at] > 0 && words[at] % 64 === 0; left--) at += 1 + words[at] / 4;
    if (left === 0 && at > 2 * cpus + 1 && at + cpus === words.length) return cpus;
  }
  return Math.floor(words.length / 2);
}

const cpuTopology: Field<CpuTopology> = {
  read: readCpuTopology,
  write(to, { packages, cores, cpus, dies }, context) {
    strings.write(to, packages, context);
    strings.write(to, cores, context);
    for (const cpu of cpus) coreAndSocket.write(to, cpu, context);
    if (dies === undefined) return;
    strings.write(to, dies.lists, context);
    for (const die of dies.die_ids) to.u32(die);
  },
};

/** Every feature whose contents this folder knows: its bit and its fields. */
const CODECS = {
  build_ids: [2, buildIds],
  hostname: [3, string],
  os_release: [4, string],
  version: [5, string],
  arch: [6, string],
  nrcpus: [7, struct({ available: u32, online: u32 })],
  cpudesc: [8, string],
  cpuid: [9, string],
  total_mem_kb: [10, u64],
  cmdline: [11, strings],
  event_desc: [12, eventDescriptions],
  cpu_topology: [13, cpuTopology],
  numa_topology: [14, counted(u32, struct({ node: u32, total_kb: u64, free_kb: u64, cpus: string }), 24)],
  pmu_mappings: [16, counted(u32, struct({ type: u32, name: string }), 8)],
  group_desc: [17, counted(u32, struct({ name: string, leader_idx: u32, nr_members: u32 }), 12)],
  cache: [20, struct({
    version: u32,
    levels: counted(u32, struct({
      level: u32, line_size: u32, sets: u32, ways: u32, type: string, size: string, map: string,
    }), 28),
  })],
  sample_time: [21, struct({ first: u64, last: u64 })],
  mem_topology: [22, struct({
    version: u64, block_size_bytes: u64,
    nodes: counted(u64, struct({ node: u64, size: u64, blocks: bytesOfBitmap() }), 24),
  })],
  clockid_res_ns: [23, u64],
  dir_format: [24, u64],
  compressed: [27, struct({ version: u32, type: u32, level: u32, ratio: u32, mmap_len: u32 })],
  cpu_pmu_caps: [28, counted(u32, struct({ name: string, value: string }), 8)],
  clock_data: [29, struct({ version: u32, clockid: u32, wall_clock_ns: u64, clockid_time_ns: u64 })],
  hybrid_topology: [30, counted(u32, struct({ pmu_name: string, cpus: string }), 8)],
  pmu_caps: [31, counted(u32, struct({
    caps: counted(u32, struct({ name: string, value: string }), 8), pmu_name: string,
  }), 8)],
} as const;

/** Kept as they are: nothing here interprets them. */
const OPAQUE = { tracing_data: 1, branch_stack: 15, auxtrace: 18, stat: 19, bpf_prog_info: 25, bpf_btf: 26 } as const;

function bytesOfBitmap(): Field<{ size: bigint; words: bigint[] }> {
  return {
    read(from) {
      const size = from.u64();
      const count = from.count((size + 63n) / 64n, 8);
      return { size, words: Array.from({ length: count }, () => from.u64()) };
    },
    write(to, { size, words }) {
      to.u64(size);
      for (const word of words) to.u64(word);
    },
  };
}

type FieldValue<F> = F extends Field<infer T> ? T : never;
type CodecName = keyof typeof CODECS;

/** The features of a file, each absent or a plain value. */
export type Features =
  & { -readonly [K in CodecName]?: FieldValue<(typeof CODECS)[K][1]> }
  & { [K in keyof typeof OPAQUE]?: Uint8Array };

export type FeatureName = keyof Features;

const BY_BIT = new Map<number, { name: FeatureName; field: Field<unknown> }>([
  ...Object.entries(CODECS).map(([name, [bit, field]]) => [bit, { name: name as FeatureName, field }] as const),
  ...Object.entries(OPAQUE).map(([name, bit]) => [bit, { name: name as FeatureName, field: bytes() }] as const),
]);

/** Reads one section into `features`; a feature that is not known yet leaves no trace. */
export function readFeature(features: Features, bit: number, payload: Uint8Array, position: number, little: boolean): void {
  const codec = BY_BIT.get(bit);
  if (codec === undefined) return;
  const from = new ByteReader(payload, `the feature section ${FEATURE_NAMES[bit]}`, position, little);
  Object.assign(features, { [codec.name]: codec.field.read(from, NO_CONTEXT) });
}

/** The sections that `features` has, in the order of their bits. */
export function writeFeatures(features: Features): { bit: number; payload: Uint8Array }[] {
  const sections: { bit: number; payload: Uint8Array }[] = [];
  for (const [bit, { name, field }] of [...BY_BIT].sort(([a], [b]) => a - b)) {
    const value = features[name];
    if (value === undefined) continue;
    const to = new ByteWriter(256);
    field.write(to, value, NO_CONTEXT);
    sections.push({ bit, payload: to.written });
  }
  return sections;
}
