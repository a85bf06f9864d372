/**
 * The numbers that user space and the kernel share about perf_event_open(2).
 * Reference: include/linux/perf_event.h of v3.2 (include/uapi/linux/perf_event.h today).
 * Not modelled: breakpoints, cgroup and tracepoint payloads, AUX areas.
 */

// attr.type
export const PERF_TYPE_HARDWARE = 0;
export const PERF_TYPE_SOFTWARE = 1;
export const PERF_TYPE_TRACEPOINT = 2;
export const PERF_TYPE_HW_CACHE = 3;
export const PERF_TYPE_RAW = 4;
export const PERF_TYPE_BREAKPOINT = 5;

// attr.config of PERF_TYPE_HARDWARE
export const PERF_COUNT_HW_CPU_CYCLES = 0;
export const PERF_COUNT_HW_INSTRUCTIONS = 1;
export const PERF_COUNT_HW_CACHE_REFERENCES = 2;
export const PERF_COUNT_HW_CACHE_MISSES = 3;
export const PERF_COUNT_HW_BRANCH_INSTRUCTIONS = 4;
export const PERF_COUNT_HW_BRANCH_MISSES = 5;
export const PERF_COUNT_HW_BUS_CYCLES = 6;
export const PERF_COUNT_HW_STALLED_CYCLES_FRONTEND = 7;
export const PERF_COUNT_HW_STALLED_CYCLES_BACKEND = 8;
export const PERF_COUNT_HW_REF_CPU_CYCLES = 9;

// attr.config of PERF_TYPE_SOFTWARE
export const PERF_COUNT_SW_CPU_CLOCK = 0;
export const PERF_COUNT_SW_TASK_CLOCK = 1;
export const PERF_COUNT_SW_PAGE_FAULTS = 2;
export const PERF_COUNT_SW_CONTEXT_SWITCHES = 3;
export const PERF_COUNT_SW_CPU_MIGRATIONS = 4;
export const PERF_COUNT_SW_PAGE_FAULTS_MIN = 5;
export const PERF_COUNT_SW_PAGE_FAULTS_MAJ = 6;
export const PERF_COUNT_SW_ALIGNMENT_FAULTS = 7;
export const PERF_COUNT_SW_EMULATION_FAULTS = 8;
export const PERF_COUNT_SW_DUMMY = 9;
export const PERF_COUNT_SW_BPF_OUTPUT = 10;
export const PERF_COUNT_SW_CGROUP_SWITCHES = 11;
export const PERF_COUNT_SW_MAX = 12;

// attr.bp_type
export const HW_BREAKPOINT_R = 1;
export const HW_BREAKPOINT_W = 2;
export const HW_BREAKPOINT_RW = 3;
export const HW_BREAKPOINT_X = 4;

// attr.sample_type: one field of a SAMPLE record each
export const PERF_SAMPLE_IP = 0x1;
export const PERF_SAMPLE_TID = 0x2;
export const PERF_SAMPLE_TIME = 0x4;
export const PERF_SAMPLE_ADDR = 0x8;
export const PERF_SAMPLE_READ = 0x10;
export const PERF_SAMPLE_CALLCHAIN = 0x20;
export const PERF_SAMPLE_ID = 0x40;
export const PERF_SAMPLE_CPU = 0x80;
export const PERF_SAMPLE_PERIOD = 0x100;
export const PERF_SAMPLE_STREAM_ID = 0x200;
export const PERF_SAMPLE_RAW = 0x400;
export const PERF_SAMPLE_BRANCH_STACK = 0x800;
export const PERF_SAMPLE_REGS_USER = 0x1000;
export const PERF_SAMPLE_STACK_USER = 0x2000;
export const PERF_SAMPLE_WEIGHT = 0x4000;
export const PERF_SAMPLE_DATA_SRC = 0x8000;
export const PERF_SAMPLE_IDENTIFIER = 0x10000;
export const PERF_SAMPLE_TRANSACTION = 0x20000;
export const PERF_SAMPLE_REGS_INTR = 0x40000;
export const PERF_SAMPLE_PHYS_ADDR = 0x80000;
export const PERF_SAMPLE_AUX = 0x100000;
export const PERF_SAMPLE_CGROUP = 0x200000;
export const PERF_SAMPLE_DATA_PAGE_SIZE = 0x400000;
export const PERF_SAMPLE_CODE_PAGE_SIZE = 0x800000;
export const PERF_SAMPLE_WEIGHT_STRUCT = 0x1000000;

/** attr.branch_sample_type: where the branches lead, which ones, and what else is said of them. */
export const PERF_SAMPLE_BRANCH = {
  USER: 1n, KERNEL: 2n, HV: 4n, ANY: 1n << 3n, ANY_CALL: 1n << 4n, ANY_RETURN: 1n << 5n, IND_CALL: 1n << 6n, ABORT_TX: 1n << 7n, IN_TX: 1n << 8n,
  NO_TX: 1n << 9n, COND: 1n << 10n, CALL_STACK: 1n << 11n, IND_JUMP: 1n << 12n, CALL: 1n << 13n, NO_FLAGS: 1n << 14n, NO_CYCLES: 1n << 15n,
  TYPE_SAVE: 1n << 16n, HW_INDEX: 1n << 17n, PRIV_SAVE: 1n << 18n, COUNTERS: 1n << 19n,
} as const;
export const PERF_SAMPLE_BRANCH_PLM_ALL = PERF_SAMPLE_BRANCH.USER | PERF_SAMPLE_BRANCH.KERNEL | PERF_SAMPLE_BRANCH.HV;
export const PERF_SAMPLE_BRANCH_PERM_PLM = PERF_SAMPLE_BRANCH.KERNEL | PERF_SAMPLE_BRANCH.HV;

/** The type of a branch in a record. */
export const PERF_BR = { UNKNOWN: 0, COND: 1, UNCOND: 2, IND: 3, CALL: 4, IND_CALL: 5, RET: 6, SYSCALL: 7, SYSRET: 8, ERET: 11, IRQ: 12 } as const;

// attr.read_format: what read(2) and PERF_SAMPLE_READ report
export const PERF_FORMAT_TOTAL_TIME_ENABLED = 1;
export const PERF_FORMAT_TOTAL_TIME_RUNNING = 2;
export const PERF_FORMAT_ID = 4;
export const PERF_FORMAT_GROUP = 8;
export const PERF_FORMAT_LOST = 16;

// ioctl commands (the number behind '$') and their flag
export const PERF_EVENT_IOC_ENABLE = 0;
export const PERF_EVENT_IOC_DISABLE = 1;
export const PERF_EVENT_IOC_REFRESH = 2;
export const PERF_EVENT_IOC_RESET = 3;
export const PERF_EVENT_IOC_PERIOD = 4;
export const PERF_EVENT_IOC_SET_OUTPUT = 5;
export const PERF_EVENT_IOC_SET_FILTER = 6;
export const PERF_EVENT_IOC_ID = 7;
export const PERF_EVENT_IOC_SET_BPF = 8;
export const PERF_EVENT_IOC_PAUSE_OUTPUT = 9;
export const PERF_EVENT_IOC_QUERY_BPF = 10;
export const PERF_EVENT_IOC_MODIFY_ATTRIBUTES = 11;
export const PERF_IOC_FLAG_GROUP = 1;

// flags of perf_event_open
export const PERF_FLAG_FD_NO_GROUP = 1;
export const PERF_FLAG_FD_OUTPUT = 2;
export const PERF_FLAG_PID_CGROUP = 4;
export const PERF_FLAG_FD_CLOEXEC = 8;

// record types
export const PERF_RECORD_MMAP = 1;
export const PERF_RECORD_LOST = 2;
export const PERF_RECORD_COMM = 3;
export const PERF_RECORD_EXIT = 4;
export const PERF_RECORD_THROTTLE = 5;
export const PERF_RECORD_UNTHROTTLE = 6;
export const PERF_RECORD_FORK = 7;
export const PERF_RECORD_READ = 8;
export const PERF_RECORD_SAMPLE = 9;
export const PERF_RECORD_MMAP2 = 10;
export const PERF_RECORD_AUX = 11;
export const PERF_RECORD_ITRACE_START = 12;
export const PERF_RECORD_LOST_SAMPLES = 13;
export const PERF_RECORD_SWITCH = 14;
export const PERF_RECORD_SWITCH_CPU_WIDE = 15;
export const PERF_RECORD_NAMESPACES = 16;
export const PERF_RECORD_KSYMBOL = 17;
export const PERF_RECORD_BPF_EVENT = 18;
export const PERF_RECORD_CGROUP = 19;
export const PERF_RECORD_TEXT_POKE = 20;
export const PERF_RECORD_AUX_OUTPUT_HW_ID = 21;

// record header misc: where the sampled instruction ran
export const PERF_RECORD_MISC_CPUMODE_MASK = 7;
export const PERF_RECORD_MISC_CPUMODE_UNKNOWN = 0;
export const PERF_RECORD_MISC_KERNEL = 1;
export const PERF_RECORD_MISC_USER = 2;
export const PERF_RECORD_MISC_COMM_EXEC = 1 << 13;
export const PERF_RECORD_MISC_MMAP_DATA = 1 << 13;
export const PERF_RECORD_MISC_SWITCH_OUT = 1 << 13;
export const PERF_RECORD_MISC_EXACT_IP = 1 << 14;
export const PERF_RECORD_MISC_SWITCH_OUT_PREEMPT = 1 << 14;

// markers inside a callchain
export const PERF_CONTEXT_KERNEL = 0xffffffffffffff80n;
export const PERF_CONTEXT_USER = 0xfffffffffffffe00n;

// poll(2) bits
export const POLLIN = 0x1;
export const POLLPRI = 0x2;
export const POLLOUT = 0x4;
export const POLLERR = 0x8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;
export const POLLRDNORM = 0x40;

// epoll(7); its event bits are poll(2)'s
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLLONESHOT = 1 << 30;
export const EPOLLET = 1 << 31;

// si_code of SIGIO. Not poll(2) bits, although kernels before 3.18 returned POLL_HUP from poll.
export const POLL_IN = 1;
export const POLL_ERR = 4;
export const POLL_HUP = 6;

// mmap(2) and fcntl(2)
export const PROT_NONE = 0;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const FD_CLOEXEC = 1;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_SETOWN = 8;
export const F_GETOWN = 9;
export const F_SETSIG = 10;
export const F_GETSIG = 11;
export const O_RDWR = 2;
export const O_NONBLOCK = 0o4000;
export const O_ASYNC = 0o20000;

// signals
export const SIGINT = 2;
export const SIGTRAP = 5;
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGIO = 29;
/** The first of the signals that queue. */
export const SIGRTMIN = 34;
/** si_code of the SIGTRAP of an event with attr.sigtrap. */
export const TRAP_PERF = 6;
// sigprocmask(2)
export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;
/** si_code of a signal that the kernel sends without saying more. */
export const SI_KERNEL = 0x80;

// clockid_t
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
export const CLOCK_MONOTONIC_RAW = 4;
export const CLOCK_BOOTTIME = 7;
export const CLOCK_TAI = 11;

/** Bytes of a page on x86. */
export const PAGE_SIZE = 4096;
