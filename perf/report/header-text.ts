/**
 * `report --header`: what the features say about the machine, the command and the events.
 * Reference: perf_header__fprintf_info() and the print_*() of tools/perf/util/header.c, v6.1.
 * Not modelled: BPF programs; the time of recording, which perf takes from the file's date, is the caller's to give.
 */
import { FEATURE_NAMES, type FeatureName, type Features, type PerfData } from '../data/index.ts';
import { fixed } from '../printf.ts';
import { attrFields } from './attr-text.ts';
import { withUnit } from './unit.ts';

export interface HeaderOptions {
  /** In the form of ctime(3); without it the line is left out. */
  capturedOn?: string | undefined;
  /** -I: topologies and caches in full. */
  full?: boolean | undefined;
}

type Printer<N extends FeatureName> = (value: NonNullable<Features[N]>, data: PerfData) => string;

const lines = (all: string[]): string => all.map((text) => `# ${text}\n`).join('');

function eventDescriptions(events: NonNullable<Features['event_desc']>): string {
  return lines(events.map(({ name, ids, attr }) => {
    const idList = ids.length > 0 ? `, id = { ${ids.join(', ')} }` : '';
    return `event : name = ${name}, ${idList}${attrFields(attr).map(([field, value]) => `, ${field} = ${value}`).join('')}`;
  }));
}

function cpuTopology({ packages, cores, cpus, dies }: NonNullable<Features['cpu_topology']>): string {
  return lines([
    ...packages.map((list) => `sibling sockets : ${list}`),
    ...(dies?.lists ?? []).map((list) => `sibling dies    : ${list}`),
    ...cores.map((list) => `sibling threads : ${list}`),
    ...(cpus.length > 0 ? [] : ['Core ID and Socket ID information is not available']),
    ...cpus.map(({ core_id, socket_id }, cpu) =>
      `CPU ${cpu}: Core ID ${core_id | 0}, ${dies === undefined ? '' : `Die ID ${dies.die_ids[cpu] | 0}, `}Socket ID ${socket_id | 0}`),
  ]);
}

function groupDescriptions(groups: NonNullable<Features['group_desc']>, data: PerfData): string {
  return lines(groups.filter(({ nr_members }) => nr_members > 1).map(({ name, leader_idx, nr_members }) => {
    const members = data.events.all.slice(leader_idx, leader_idx + nr_members).map((event) => event.name);
    return `group: ${name === '{anon_group}' ? '' : name}{${members.join(',')}}`;
  }));
}

function seconds(time_ns: bigint): string {
  const microseconds = time_ns / 1000n;
  return `${microseconds / 1_000_000n}.${String(microseconds % 1_000_000n).padStart(6, '0')}`;
}

function sampleTime({ first, last }: NonNullable<Features['sample_time']>): string {
  const duration = fixed(Number(last - first) / 1e6, 3).padStart(10);
  return lines([`time of first sample : ${seconds(first)}`, `time of last sample : ${seconds(last)}`, `sample duration : ${duration} ms`]);
}

const CLOCK_NAMES = ['realtime', 'monotonic', 'process_cputime_id', 'thread_cputime_id', 'monotonic_raw', 'realtime_coarse', 'monotonic_coarse', 'boottime'];
const CLOCK_TAI = 11;
const NSEC_PER_SEC = 1_000_000_000n;

/** The clock of -k, and an instant in it and in the time of day where the reader is. */
function clockData({ clockid, wall_clock_ns, clockid_time_ns }: NonNullable<Features['clock_data']>): string {
  const name = clockid === CLOCK_TAI ? 'tai' : (CLOCK_NAMES[clockid] ?? 'not found');
  const wall = seconds(wall_clock_ns);
  return lines([
    `clockid: ${name} (${clockid})`,
    `reference time: ${localTime(Number(wall_clock_ns / 1_000_000n))}.${wall.split('.')[1]} = ${wall} (TOD) = ${clockid_time_ns / NSEC_PER_SEC}.${String(clockid_time_ns % NSEC_PER_SEC).padStart(9, '0')} (${name})`,
  ]);
}

/** 2026-11-23 09:19:48 */
function localTime(ms: number): string {
  const date = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function capabilities(caps: { name: string; value: string }[], pmu: string): string {
  const text = caps.map(({ name, value }) => `${name}=${value}`).join(', ');
  return lines([`${pmu} pmu capabilities: ${text || 'not available'}`]);
}

function bitCount(words: bigint[]): bigint {
  let count = 0n;
  for (const word of words) for (let rest = word; rest; rest &= rest - 1n) count++;
  return count;
}

/** "0-15,18" of the bits that are set. */
function bitRanges(words: bigint[]): string {
  const ranges: [number, number][] = [];
  words.forEach((word, index) => {
    for (let bit = 0; bit < 64; bit++) {
      if (!(word & (1n << BigInt(bit)))) continue;
      const number = 64 * index + bit;
      const last = ranges.at(-1);
      if (last?.[1] === number - 1) last[1] = number;
      else ranges.push([number, number]);
    }
  });
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

function memoryTopology({ block_size_bytes, nodes }: NonNullable<Features['mem_topology']>): string {
  return lines([
    `memory nodes (nr ${nodes.length}, block size 0x${block_size_bytes.toString(16)}):`,
    ...nodes.map(({ node, blocks: { words } }) =>
      ` ${String(node).padStart(3)} [${withUnit(block_size_bytes * bitCount(words))}]: ${bitRanges(words)}`),
  ]);
}

/** What perf prints of each feature. */
const PRINTERS: { [N in FeatureName]?: Printer<N> } = {
  hostname: (name) => lines([`hostname : ${name}`]),
  os_release: (release) => lines([`os release : ${release}`]),
  version: (version) => lines([`perf version : ${version}`]),
  arch: (arch) => lines([`arch : ${arch}`]),
  nrcpus: ({ available, online }) => lines([`nrcpus online : ${online}`, `nrcpus avail : ${available}`]),
  cpudesc: (text) => lines([`cpudesc : ${text}`]),
  cpuid: (text) => lines([`cpuid : ${text}`]),
  total_mem_kb: (size) => lines([`total memory : ${size} kB`]),
  cmdline: (words) => `# cmdline : ${words.map((word) => `${word.replaceAll("'", "\\'")} `).join('')}\n`,
  event_desc: eventDescriptions,
  cpu_topology: cpuTopology,
  numa_topology: (nodes) => lines(nodes.flatMap(({ node, total_kb, free_kb, cpus }) => [
    `node${node} meminfo  : total = ${total_kb} kB, free = ${free_kb} kB`, `node${node} cpu list : ${cpus}`])),
  branch_stack: () => lines(['contains samples with branch stack']),
  pmu_mappings: (pmus) => lines([`pmu mappings: ${pmus.map(({ type, name }) => `${name} = ${type}`).join(', ') || 'not available'}`]),
  group_desc: groupDescriptions,
  auxtrace: () => lines(['contains AUX area data (e.g. instruction trace)']),
  stat: () => lines(['contains stat data']),
  cache: ({ levels }) => lines(['CPU cache info:', ...levels.map(({ level, type, size, map }) => ` L${level} ${type.padEnd(15)} ${size.padStart(8)} [${map}]`)]),
  sample_time: sampleTime,
  mem_topology: memoryTopology,
  clockid_res_ns: (resolution) => lines([`clockid frequency: ${resolution * 1000n} MHz`]),
  clock_data: clockData,
  dir_format: (version) => lines([`directory data version : ${version}`]),
  compressed: ({ type, level, ratio }) => lines([`compressed : ${type === 1 ? 'Zstd' : 'Unknown'}, level = ${level}, ratio = ${ratio}`]),
  cpu_pmu_caps: (caps) => capabilities(caps, 'cpu'),
  hybrid_topology: (parts) => lines(['hybrid cpu system:', ...parts.map(({ pmu_name, cpus }) => `${pmu_name} cpu list : ${cpus}`)]),
  pmu_caps: (pmus) => pmus.map(({ pmu_name, caps }) => capabilities(caps, pmu_name)).join(''),
};

/** Shown in full with -I only. */
const FULL_ONLY = new Set<FeatureName>(['cpu_topology', 'numa_topology', 'cache', 'mem_topology', 'hybrid_topology']);

/** Bit of each feature, from the names that both lists share. */
const NAME_OF_BIT: Partial<Record<number, FeatureName>> = {
  3: 'hostname', 4: 'os_release', 5: 'version', 6: 'arch', 7: 'nrcpus', 8: 'cpudesc', 9: 'cpuid', 10: 'total_mem_kb',
  11: 'cmdline', 12: 'event_desc', 13: 'cpu_topology', 14: 'numa_topology', 15: 'branch_stack', 16: 'pmu_mappings',
  17: 'group_desc', 18: 'auxtrace', 19: 'stat', 20: 'cache', 21: 'sample_time', 22: 'mem_topology', 23: 'clockid_res_ns',
  24: 'dir_format', 27: 'compressed', 28: 'cpu_pmu_caps', 29: 'clock_data', 30: 'hybrid_topology', 31: 'pmu_caps',
};

function feature(data: PerfData, bit: number, full: boolean): string {
  const name = NAME_OF_BIT[bit];
  if (name === undefined) return '';
  if (!full && FULL_ONLY.has(name)) return `# ${FEATURE_NAMES[bit]} info available, use -I to display\n`;
  const value = data.features[name];
  return value === undefined ? '' : (PRINTERS[name] as (value: unknown, data: PerfData) => string)(value, data);
}

/** The header between its two rules. Of a pipe it can tell only what has been read so far. */
export function headerText(data: PerfData, { capturedOn, full = false }: HeaderOptions): string {
  const { pipe, data: section } = data.header;
  const present = [...data.featureBits].sort((a, b) => a - b);
  const missing = FEATURE_NAMES.filter((name, bit) => name !== '' && !data.featureBits.has(bit));
  return '# ========\n'
    + (capturedOn === undefined ? '' : `# captured on    : ${capturedOn}\n`)
    + lines([`header version : 1`, `data offset    : ${section.offset}`, `data size      : ${section.size}`, `feat offset    : ${section.offset + section.size}`])
    + present.map((bit) => feature(data, bit, full)).join('')
    + (pipe ? '' : `# missing features: ${missing.map((name) => `${name} `).join('')}\n`)
    + '# ========\n#\n';
}
