/** The steps of a case as the probe reads them: a line for each call. */
import { EINVAL, F_SETFL, F_SETSIG, Linux, O_ASYNC, O_NONBLOCK, PAGE_SIZE, SIGRTMIN, V6_18 } from '../../kernel/index.ts';
import { writeAttr } from '../../perf/data/attr.ts';
import { ByteWriter } from '../../perf/data/bytes.ts';
import { attr_of, bits, inOrder } from '../../test/conformance/attr.ts';
import { text, type Fields, type Step, type Value } from '../../test/conformance/cases.ts';
import { EPOLL_BITS } from '../../test/conformance/poll-operations.ts';
import { POLL_BITS } from '../../test/conformance/tell.ts';

const LINUX = new Linux({ kernel: V6_18, pmu: null });
const PERF_ATTR_SIZE = 136;
const OPEN_FLAGS = inOrder(['FD_NO_GROUP', 'FD_OUTPUT', 'PID_CGROUP', 'FD_CLOEXEC']);
const PROTECTION = { READ: 1, WRITE: 2, EXEC: 4, NONE: 0 };

/** include/uapi/linux/perf_event.h, as _IO, _IOR and _IOW make them. */
const COMMANDS: Record<string, number> = {
  ENABLE: 0x2400, DISABLE: 0x2401, REFRESH: 0x2402, RESET: 0x2403, PERIOD: 0x4008_2404, SET_OUTPUT: 0x2405, SET_FILTER: 0x4008_2406,
  ID: 0x8008_2407, SET_BPF: 0x4004_2408, PAUSE_OUTPUT: 0x4004_2409, QUERY_BPF: 0xc008_240a, MODIFY_ATTRIBUTES: 0x4008_240b,
};
const UNKNOWN_COMMAND = 0x2499;

/** The bytes of the attr that a case describes, in hexadecimal digits. */
export function attrDigits(fields: Value | undefined): string {
  if (fields === 'NULL') return 'NULL';
  const attr = attr_of(fields as Fields, LINUX);
  const to = new ByteWriter();
  writeAttr(to, { ...attr, size: Math.max(PERF_ATTR_SIZE, attr.size) });
  const bytes = Buffer.from(to.written);
  bytes.writeUInt32LE(attr.size, 4);
  if (attr.unknown_fields) bytes[attr.size - 1] = 1;
  return bytes.toString('hex');
}

function pidOf(pid: Value = 'self'): string {
  return pid === 'self' ? '0' : pid === 'self_by_pid' ? 'self' : text(pid);
}

function ioctl({ ev, cmd, arg = 0 }: Step): string {
  const command = COMMANDS[text(cmd)] ?? UNKNOWN_COMMAND;
  const kind = arg === 'NULL' ? 'z' : cmd === 'PERIOD' || cmd === 'ID' ? 'p' : typeof arg === 'string' ? 'e' : 'n';
  return `ioctl ${text(ev)} ${command} ${kind} ${text(arg)}`;
}

function mmap({ ev, data_pages, length, prot = 'READ|WRITE', flags = 'SHARED', offset = 0 }: Step): string {
  const bytes = length ?? (1 + (data_pages as number)) * PAGE_SIZE;
  return `mmap ${text(ev)} ${bytes as number} ${bits(prot, PROTECTION)} ${bits(flags, { SHARED: 1, PRIVATE: 2 })} ${offset as number}`;
}

/** `anon private RX, 3 pages` */
function userMmap({ what }: Step): string {
  const [, share, prot, pages] = /^anon (private|shared) ([RWX]+), (\d+) page/.exec(text(what))!;
  const protection = (prot.includes('R') ? 1 : 0) | (prot.includes('W') ? 2 : 0) | (prot.includes('X') ? 4 : 0);
  return `user_mmap ${Number(pages) * PAGE_SIZE} ${protection} ${share === 'shared' ? 1 : 2}`;
}

const mask = (names: Value | undefined, table: Record<string, number>): number =>
  ((names ?? []) as readonly string[]).reduce((sum, name) => sum + table[name], 0);
const epoll = (call: string) => ({ ev, events }: Step): string => `${call} ${text(ev)} ${mask(events, EPOLL_BITS)}`;
const records = ({ ev, backward = 0 }: Step, drain: number): string => `records ${text(ev)} ${drain} ${backward as number}`;

/** What each operation is to the probe. */
const LINES: Record<string, (step: Step) => string> = {
  perf_event_open: ({ as, attr, pid, cpu = -1, group_fd = -1, flags }) =>
    `open ${text(as)} ${attrDigits(attr)} ${pidOf(pid)} ${text(cpu)} ${text(group_fd)} ${bits(flags, OPEN_FLAGS)}`,
  close: ({ ev }) => `close ${text(ev)}`,
  dup: ({ ev, as }) => `dup ${text(ev)} ${text(as)}`,
  ioctl,
  mmap,
  mprotect: ({ ev, prot }) => `mprotect ${text(ev)} all ${bits(prot, PROTECTION)}`,
  mprotect_part: ({ ev, which, prot = 'NONE' }) => `mprotect ${text(ev)} ${text(which).replaceAll(' ', '_')} ${bits(prot, PROTECTION)}`,
  munmap_part: ({ ev, which }) => `munmap ${text(ev)} ${text(which).replaceAll(' ', '_')}`,
  munmap: ({ ev }) => `munmap ${text(ev)}`,
  mremap: ({ ev, data_pages }) => `mremap ${text(ev)} ${(1 + (data_pages as number)) * PAGE_SIZE}`,
  read: ({ ev, count = 4096, buf }) => `read ${text(ev)} ${buf === 'NULL' ? -1 : text(count)}`,
  poll: ({ evs, events }) => `poll ${mask(events, POLL_BITS)} ${(evs as readonly string[]).join(' ')}`,
  epoll_ctl_add: epoll('epoll_add'),
  epoll_ctl_mod: epoll('epoll_mod'),
  epoll_ctl_del: epoll('epoll_del'),
  epoll_wait: ({ maxevents = 8 }) => `epoll_wait ${text(maxevents)}`,
  fasync: ({ ev }) => `fcntl ${text(ev)} ${F_SETSIG} ${SIGRTMIN}\nown ${text(ev)}\nfcntl ${text(ev)} ${F_SETFL} ${O_ASYNC | O_NONBLOCK}`,
  collect_signals: () => 'signals',
  sigprocmask: ({ how }) => (how === 'BLOCK' ? 'block' : 'unblock'),
  drain: (step) => records(step, 1),
  peek_records: (step) => records(step, 0),
  read_head_tail: (step) => records(step, 0),
  write_data_tail: ({ ev, value }) => `tail ${text(ev)} ${text(value)}`,
  fault: ({ task, n }) => `fault ${text(task)} ${text(n)}`,
  fault_and_read_growth: ({ ev, task, n }) => `read ${text(ev)} 4096\nfault ${text(task)} ${text(n)}\nread ${text(ev)} 4096`,
  sleep: ({ ms }) => `nap self ${1000 * (ms as number)}`,
  kernel_fault: ({ n }) => `kernel_fault self ${text(n)}`,
  spawn_task: ({ as }) => `spawn self ${text(as)}`,
  spawn_thread: ({ as }) => `thread self ${text(as)}`,
  fork_task: ({ task, as }) => `fork ${text(task)} ${text(as)}`,
  exit_task: ({ task }) => `exit ${text(task)}`,
  prctl_set_name: ({ task, name }) => `comm ${text(task)} ${text(name)}`,
  prctl: ({ name }) => `prctl ${name === 'PR_TASK_PERF_EVENTS_ENABLE' ? 1 : 0}`,
  user_mmap: userMmap,
  drop_privileges: ({ uid }) => `setuid ${text(uid)}`,
  setrlimit: ({ RLIMIT_MEMLOCK: limit }) => `memlock ${text(limit)}`,
};

/** The lines of one step: one, or several whose last answer counts. */
export function linesOf(step: Step): string[] {
  const line = LINES[step.op];
  if (line === undefined) throw new Error(`'${step.op}' is no call that the probe can make (error ${EINVAL}).`);
  return line(step).split('\n');
}

/** Whether the probe knows all operations of a case. */
export const isMeasurable = (steps: readonly Step[]): boolean => steps.every((step) => step.op in LINES && !isNumbered(step));

/** Whether a step names a tracepoint: its number is another on each kernel. */
const isNumbered = ({ attr }: Step): boolean => typeof attr === 'object' && (attr as Fields)['type'] === 'TRACEPOINT';

/** Types from here on are given to PMUs as they come. */
const PERF_TYPE_MAX = 6;

/** Whether a step names a tracepoint or a PMU by a number that belongs to something else on another kernel. */
const isOfAnother = ({ attr }: Step): boolean => {
  if (typeof attr !== 'object') return false;
  const type = (attr as Fields)['type'];
  return type === 2 || isOfOneKind(attr) || (typeof type === 'number' && type >= PERF_TYPE_MAX && type < 100);
};

/** Whether faults are told apart: which kind the first store into a buffer is depends on the memory management. */
const isOfOneKind = (attr: Value): boolean => typeof attr === 'object' && text((attr as Fields)['config']).startsWith('PAGE_FAULTS_M');

/** Whether the probe knows all operations of a case, whatever else there may be on the kernel. */
export const isMeasurableAnywhere = (steps: readonly Step[]): boolean => isMeasurable(steps) && !steps.some(isOfAnother);
