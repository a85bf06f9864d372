/** The tasks, events and mappings of one case by the names that it gives them, on a simulated machine. */
import {
  Linux, Mapping, PAGE_SIZE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_ENABLE, PERF_SAMPLE_IDENTIFIER,
  READ_ONCE, V3_2, attr_limits, PERF_TYPE_SOFTWARE, perf_event_attr, type DriverRecord, type KernelClass, type MappedFile, type PerfEventAttr, type Process,
} from '../../kernel/index.ts';
import { attr_of, bits, inOrder, known } from './attr.ts';
import { text, type Fields, type Step, type Value } from './cases.ts';
import { runLengths, tellFields, tellRecord, type Names } from './tell.ts';

const OPEN_FLAGS = inOrder(['FD_NO_GROUP', 'FD_OUTPUT', 'PID_CGROUP', 'FD_CLOEXEC']);
const PROTECTION = { READ: 1, WRITE: 2, EXEC: 4, NONE: 0, other: 7 };
/** v3.2 in all but one thing: most cases tell records apart by IDENTIFIER, of v3.12. */
export class V3_2WithIdentifier extends V3_2 {
  override readonly attr_limits = { ...attr_limits('3.14'), sample_max: BigInt(2 * PERF_SAMPLE_IDENTIFIER), unknown_flags: [] };
}

export interface Poller {
  returns: number;
  readonly by: Record<string, number>;
  readonly seen: Set<string>;
  readonly task: Process;
}

/** Where the programs fault. */
export const FAULT_ADDRESS = 0x7f00_0000_1000;

/** How many ids are taken before a case begins. */
const SMALL_IDS = 50;

/** Where buffers are mapped. */
const CONTROL_PAGE = 0x7f80_0000_0000;

export class World {
  readonly linux: Linux;
  readonly tasks = new Map<string, Process>();
  readonly fds = new Map<string, number>();
  readonly ids = new Map<number, string>();
  readonly attrs = new Map<string, PerfEventAttr>();
  readonly maps = new Map<string, Mapping>();
  readonly pollers = new Map<string, Poller>();
  /** The attr of the last perf_event_open, as the kernel has left it. */
  attr: PerfEventAttr = perf_event_attr();
  /** Whether the last poll(2) returned POLLIN. */
  polled = false;
  /** What the last busy_cpu_time took, interrupts included; when each ended. */
  busyMs = 0;
  readonly phases: number[] = [];
  /** The last mapping that user_mmap made. */
  mapped: MappedFile | undefined;
  /** The records that were drained or looked at last. */
  last: readonly DriverRecord[] = [];
  /** Whether PERF_FORMAT_LOST is left away, with its 8 bytes: the kernel is of a time before it, and the case is not. */
  readonly leavesLost: boolean;
  #epfd: number | null = null;

  constructor(kernel: KernelClass, linux?: string) {
    this.linux = new Linux({ kernel, pmu: null, cpus: 2, config: { hz: 250, perf_event_paranoid: 2 } });
    this.leavesLost = linux === undefined && this.linux.system.kernel.attr_limits.format_max <= 16n;
    const self = this.linux.spawn('probe');
    this.tasks.set('self', self);
    // The ids of events shall be none of the counts in the cases: others have had the small ones.
    for (let id = 0; id < SMALL_IDS; id++) self.close(self.perf_event_open(perf_event_attr({ type: PERF_TYPE_SOFTWARE, config: 9n }), 0, -1, -1, 0));
  }

  get self(): Process {
    return this.tasks.get('self')!;
  }

  get epfd(): number {
    this.#epfd ??= this.self.epoll_create();
    return this.#epfd;
  }

  task(name: Value | undefined): Process {
    return known(this.tasks.get(text(name ?? 'self')), name);
  }

  /** The descriptor of an event; of a copy made just now; of a file that is no event. */
  fd(name: Value | undefined): number {
    if (typeof name === 'number') return name;
    const copied = /^dup\((\w+)\)$/.exec(text(name));
    if (copied !== null) return this.self.dup(this.fd(copied[1]));
    return text(name).includes('/dev/null') ? this.epfd : known(this.fds.get(text(name)), name);
  }

  map(name: Value | undefined): Mapping {
    return known(this.maps.get(text(name)), name);
  }

  enable(ev: string, enable: boolean): void {
    this.self.ioctl(this.fd(ev), enable ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE);
  }

  /** The id by which records and read(2) name an event. */
  nameOf(id: number): string {
    return this.ids.get(id) ?? `unknown id ${id}`;
  }

  readonly names: Names = {
    event: (id) => this.nameOf(id),
    task: (id) => [...this.tasks].find(([, { tid }]) => tid === id)?.[0] ?? `${id}`,
  };

  open(step: Step): number {
    this.attr = attr_of(step['attr'] as Fields, this.linux, this.leavesLost);
    const attr = { ...this.attr };
    const { pid = 'self', cpu = -1, group_fd = -1 } = step;
    const target = typeof pid === 'string' && /^-?\d+$/.test(pid) ? Number(pid) : pid;
    const task = target === 'self' ? 0 : typeof target === 'number' ? target : this.task(target === 'self_by_pid' ? 'self' : target).tid;
    const asked = step['attr'] === 'NULL' ? null : this.attr;
    const fd = this.self.perf_event_open(asked, task, cpu as number, this.fd(group_fd), bits(step['flags'], OPEN_FLAGS));
    if (fd >= 0 && step['as'] !== undefined) {
      this.fds.set(text(step['as']), fd);
      this.attrs.set(text(step['as']), attr);
      this.ids.set(READ_ONCE(this.self.task.files.slot(fd))!.event!.id, text(step['as']));
    }
    return fd;
  }

  mmap(step: Step): number {
    const { ev, data_pages, prot = 'READ|WRITE', flags = 'SHARED', offset = 0, length } = step;
    const bytes = (length as number | undefined) ?? (1 + known(data_pages as number | undefined, 'mmap.length')) * PAGE_SIZE;
    const mapped = this.self.mmap(this.fd(ev), bytes, bits(prot, PROTECTION), bits(flags, { SHARED: 1, PRIVATE: 2 }), offset as number);
    if (typeof mapped === 'number') return mapped;
    this.maps.set(text(ev), mapped);
    // The measured program stores into the new control page, and the first store is a fault.
    if (mapped.vma.writable) this.self.fault(1, { address: CONTROL_PAGE });
    return 0;
  }

  /** The records in the buffer of an event, those alike in a row counted; from `pos` on if the step names it, with all fields if it asks for them. */
  records(step: Step, drain: boolean): Fields[] {
    const map = this.map(step['ev']);
    const attr = this.attrs.get(text(step['ev']));
    const { pos } = step;
    this.last = typeof pos === 'number' ? map.from(pos, attr) : drain && map.vma.writable ? map.read(attr) : map.peek(attr);
    const isWhole = step['fields'] === 'all';
    return runLengths(this.last.map((record) => ({
      ...tellRecord(record, step['attribute_by'] !== undefined, this.names), ...(isWhole ? tellFields(record, known(attr, step['ev']), this.names) : {}),
    })));
  }
}
