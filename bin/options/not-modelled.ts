/**
 * The options that perf 3.2 and 6.1 have and the simulation does not, each with what it would take: who types one is told so.
 * Reference: `perf record -h` and its like of 6.1; tools/perf/builtin-*.c of v3.2.
 */

/** By long name: the letter, if it has one, and what is missing. */
export type NotModelled = Readonly<Record<string, readonly [letter: string, missing: string]>>;

const BRANCHES = 'branches are counted one by one; script -F brstacksym shows them in their order';
const CGROUPS = 'there are no control groups';
const AUX = 'no chip here traces into an AUX area';
const FILTERS = 'filters belong to tracepoints, which the tool does not record';
const MEMORY = 'the records of precise events (PEBS) hold no data addresses here';
const REGISTERS = 'the registers of simulated programs have no values';
const PAGES = 'memory has no pages here';
const CONTROL = 'nobody stands outside who could give commands';
const THREADS = 'the tool is one thread';
const COMPRESSION = 'the tool writes without compression';
const BPF = 'the simulated kernel runs no BPF programs';
const SWITCH_OUTPUT = 'the tool writes one file';
const SYMBOLS = 'symbols come from the build-id cache, the programs and the recording itself';
const SOURCES = 'the simulated programs have neither sources nor instructions';
const METRICS = 'metrics other than those that stat shows of itself take the event files of perf';
const TOPOLOGY = 'the CPUs are one package without cores, dies or nodes';
const BROWSER = 'the report is for stdio';
const SWITCHES = 'the session is read from its first event to its last; --time cuts it';
const SCRIPTS = 'scripts in Perl and Python need perf itself, which reads the same perf.data';
const USERS = 'all programs are of one user';

export const RECORD_NOT_MODELLED: NotModelled = {
  cgroup: ['G', CGROUPS], 'intr-regs': ['I', REGISTERS],
  'user-regs': ['', REGISTERS], 'raw-samples': ['R', 'only tracepoints have raw data'], realtime: ['r', 'the tool runs as any other task'],
  snapshot: ['S', AUX], 'aux-sample': ['', AUX], uid: ['u', USERS], weight: ['W', MEMORY], transaction: ['', 'no chip here has transactions (TSX)'],
  'phys-data': ['', MEMORY], 'data-page-size': ['', PAGES], 'code-page-size': ['', PAGES], 'compression-level': ['z', COMPRESSION],
  affinity: ['', THREADS], aio: ['', THREADS], threads: ['', THREADS], 'num-thread-synthesize': ['', THREADS], 'all-cgroups': ['', CGROUPS],
  'buildid-all': ['', 'all that was mapped has its build id in the recording anyway'], 'buildid-mmap': ['', 'build ids stand in the header'],
  'clang-opt': ['', BPF], 'clang-path': ['', BPF], 'off-cpu': ['', BPF], control: ['', CONTROL], debuginfod: ['', SYMBOLS], vmlinux: ['', SYMBOLS],
  kcore: ['', SYMBOLS], filter: ['', FILTERS], 'exclude-perf': ['', FILTERS], 'mmap-flush': ['', 'the tool writes whatever there is'],
  namespaces: ['', 'there are no namespaces'], 'per-thread': ['', 'buffers belong to CPUs'], 'proc-map-timeout': ['', '/proc answers at once'],
  'running-time': ['', 'the times stand in the values of :S'], 'switch-max-files': ['', SWITCH_OUTPUT], 'switch-output': ['', SWITCH_OUTPUT],
  'switch-output-event': ['', SWITCH_OUTPUT], synth: ['', 'all that perf knows of the workload is written'],
  'no-samples': ['n', 'a recording without samples would show nothing'], 'max-size': ['', 'a recording ends with its workload'],
  'tail-synthesize': ['', '--overwrite does so, and nothing else'], 'timestamp-boundary': ['', 'the header does not hold the times of samples'],
  'timestamp-filename': ['', 'names do not depend on the clock, so that each run is as the last'], append: ['A', 'the tool writes a file anew'],
};

export const STAT_NOT_MODELLED: NotModelled = {
  cgroup: ['G', CGROUPS], 'for-each-cgroup': ['', CGROUPS], metrics: ['M', METRICS], 'metric-no-group': ['', METRICS], 'metric-no-merge': ['', METRICS],
  'metric-only': ['', METRICS], topdown: ['', METRICS], 'td-level': ['', METRICS], iostat: ['', METRICS], 'smi-cost': ['', METRICS],
  transaction: ['T', 'no chip here has transactions (TSX)'], control: ['', CONTROL], cputype: ['', 'all CPUs are alike'],
  'hybrid-merge': ['', 'all CPUs are alike'], filter: ['', FILTERS], 'interval-clear': ['', 'there is no screen'],
  'log-fd': ['', '-o names a file'], 'no-csv-summary': ['', 'the output of -x has no summary'], 'no-merge': ['', 'events come from one PMU each'], 'per-core': ['', TOPOLOGY], 'per-die': ['', TOPOLOGY],
  'per-node': ['', TOPOLOGY], 'per-socket': ['', TOPOLOGY], 'percore-show-thread': ['', TOPOLOGY], 'per-thread': ['', 'counts are of programs or CPUs'],
  timeout: ['', 'a workload runs to its end'], pre: ['', 'there is no shell that could run it'], post: ['', 'there is no shell that could run it'], table: ['', '-r shows mean and deviation'],
};

export const REPORT_NOT_MODELLED: NotModelled = {
  'branch-history': ['', BRANCHES], 'stitch-lbr': ['', 'no chip here records call stacks'], 'total-cycles': ['', BRANCHES], vmlinux: ['k', SYMBOLS],
  'disassembler-style': ['M', SOURCES], modules: ['m', SYMBOLS], parent: ['p', 'callers are told from callees by the call graph'],
  'exclude-other': ['x', 'callers are told from callees by the call graph'], threads: ['T', 'the values of -s are shown by report -D'],
  'asm-raw': ['', SOURCES], 'full-source-path': ['', SOURCES], source: ['', SOURCES], prefix: ['', SOURCES], 'prefix-strip': ['', SOURCES],
  objdump: ['', SOURCES], inline: ['', SOURCES], demangle: ['', 'names are shown as they are'], 'demangle-kernel': ['', 'names are shown as they are'],
  'disable-order': ['', 'records are read in the order of time'], 'group-sort-idx': ['', 'groups are sorted by their leader'],
  hierarchy: ['', 'entries stand one below the other'], 'ignore-callees': ['', 'call chains are shown as they are'], 'ignore-vmlinux': ['', SYMBOLS],
  itrace: ['', AUX], kallsyms: ['', SYMBOLS], 'mem-mode': ['', MEMORY], mmaps: ['', 'report -D shows the maps'], 'percent-type': ['', 'shares are of periods'],
  pretty: ['', 'the values of -s are shown by report -D'], 'raw-trace': ['', FILTERS], samples: ['', BROWSER], 'show-cpu-utilization': ['', 'sort by cpu'],
  'show-on-off-events': ['', SWITCHES], 'switch-on': ['', SWITCHES], 'switch-off': ['', SWITCHES], 'show-ref-call-graph': ['', 'call chains are of their own events'],
  'skip-empty': ['', 'events without samples are left out'], 'socket-filter': ['', TOPOLOGY], 'stdio-color': ['', 'there are no colours'],
  symfs: ['', SYMBOLS], tasks: ['', 'script --show-task-events shows them'], 'time-quantum': ['', 'time is no sort key'], verbose: ['v', 'report -D shows the addresses'], 'column-widths': ['w', 'columns are as wide as what stands in them'], tui: ['', BROWSER], gtk: ['', BROWSER],
};

export const SCRIPT_NOT_MODELLED: NotModelled = {
  'all-cpus': ['a', SCRIPTS], 'debug-mode': ['d', 'records are read in the order of time'], 'gen-script': ['g', SCRIPTS], vmlinux: ['k', SYMBOLS],
  'dump-raw-trace': ['D', 'report -D dumps the records'], verbose: ['v', 'report -D shows the rest'], Latency: ['L', FILTERS], list: ['l', SCRIPTS], script: ['s', SCRIPTS], dlarg: ['', SCRIPTS], dlfilter: ['', SCRIPTS], 'list-dlfilters': ['', SCRIPTS],
  'addr-range': ['', 'symbols are chosen by name'], 'call-ret-trace': ['', AUX], 'call-trace': ['', AUX], 'insn-trace': ['', AUX], itrace: ['', AUX], xed: ['', AUX],
  'graph-function': ['', AUX], demangle: ['', 'names are shown as they are'], 'demangle-kernel': ['', 'names are shown as they are'],
  'dump-unsorted-raw-trace': ['', 'report -D dumps in the order of time'], 'full-source-path': ['', SOURCES], inline: ['', SOURCES],
  'guest-code': ['', 'there are no virtual machines'], guestkallsyms: ['', 'there are no virtual machines'], guestmodules: ['', 'there are no virtual machines'],
  guestmount: ['', 'there are no virtual machines'], guestvmlinux: ['', 'there are no virtual machines'], kallsyms: ['', SYMBOLS],
  'max-blocks': ['', 'the instructions between branches have no text'], 'stitch-lbr': ['', 'no chip here records call stacks'], 'per-event-dump': ['', 'all events go to standard output'],
  'show-kernel-path': ['', 'the kernel is [kernel.kallsyms]'], 'show-on-off-events': ['', SWITCHES], 'switch-on': ['', SWITCHES], 'switch-off': ['', SWITCHES],
  'show-round-events': ['', 'in 6.1 it disturbs the order of all else'], 'stop-bt': ['', 'call chains are shown as they are'], symfs: ['', SYMBOLS],
};

export const EVLIST_NOT_MODELLED: NotModelled = {
  'trace-fields': ['', 'script shows what tracepoints say'],
};
