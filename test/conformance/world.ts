/** The tasks, events and mappings of one case by the names that it gives them, on a simulated machine. */
import {
  Linux, Mapping, PAGE_SIZE, PERF_ATTR_SIZE_VER8, PERF_SAMPLE_ADDR, PERF_SAMPLE_CALLCHAIN, PERF_SAMPLE_CPU, PERF_SAMPLE_ID,
  PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_READ, PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_TID,
  PERF_SAMPLE_TIME, READ_ONCE, V3_2, attr_limits, perf_event_attr, type PerfEventAttr, type DriverRecord, type KernelClass, type Process,
} from '../../kernel/index.ts';
import { text, type Fields, type Step, type Value } from './cases.ts';

/** Something that the replay does not know: the case is not covered. */
export class NotCovered extends Error {}

const TYPES = ['HARDWARE', 'SOFTWARE', 'TRACEPOINT', 'HW_CACHE', 'RAW', 'BREAKPOINT'];
const SOFTWARE = [
  'CPU_CLOCK', 'TASK_CLOCK', 'PAGE_FAULTS', 'CONTEXT_SWITCHES', 'CPU_MIGRATIONS', 'PAGE_FAULTS_MIN', 'PAGE_FAULTS_MAJ',
  'ALIGNMENT_FAULTS', 'EMULATION_FAULTS', 'DUMMY',
];
const SAMPLE_BITS: Record<string, number> = {
  IP: PERF_SAMPLE_IP, TID: PERF_SAMPLE_TID, TIME: PERF_SAMPLE_TIME, ADDR: PERF_SAMPLE_ADDR, READ: PERF_SAMPLE_READ,
  CALLCHAIN: PERF_SAMPLE_CALLCHAIN, ID: PERF_SAMPLE_ID, CPU: PERF_SAMPLE_CPU, PERIOD: PERF_SAMPLE_PERIOD,
  STREAM_ID: PERF_SAMPLE_STREAM_ID, RAW: 1 << 10, BRANCH_STACK: 1 << 11, REGS_USER: 1 << 12, STACK_USER: 1 << 13,
  WEIGHT: 1 << 14, DATA_SRC: 1 << 15, IDENTIFIER: PERF_SAMPLE_IDENTIFIER, TRANSACTION: 1 << 17, REGS_INTR: 1 << 18,
  PHYS_ADDR: 1 << 19, AUX: 1 << 20, CGROUP: 1 << 21, DATA_PAGE_SIZE: 1 << 22, CODE_PAGE_SIZE: 1 << 23, WEIGHT_STRUCT: 1 << 24,
};
const FORMAT_BITS: Record<string, number> = { TOTAL_TIME_ENABLED: 1, TOTAL_TIME_RUNNING: 2, ID: 4, GROUP: 8, LOST: 16 };
const NUMBERS = [
  'wakeup_events', 'clockid', 'bp_type', 'size', 'precise_ip', 'sample_stack_user', 'sample_max_stack', 'aux_watermark',
  'aux_sample_size',
];
const WIDE = ['config1', 'config2', 'config3', 'branch_sample_type', 'sample_regs_user', 'sample_regs_intr', 'sig_data'];

/** v3.2 in all but one thing: most cases tell records apart by IDENTIFIER, of v3.12. */
export class V3_2WithIdentifier extends V3_2 {
  override readonly attr_limits = { ...attr_limits('3.14'), sample_max: BigInt(2 * PERF_SAMPLE_IDENTIFIER), unknown_flags: [] };
}

/** The number in `names`, one of them or several; a number stands for itself. */
function bits(value: Value | undefined, names: Record<string, number>): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const list = typeof value === 'string' ? value.split('|') : (value as readonly string[]);
  return list.reduce((sum, name) => sum | (name.startsWith('0x') ? Number(name) : known(names[name], name)), 0);
}

export function known<T>(value: T | undefined, name: Value | undefined): T {
  if (value === undefined) throw new NotCovered(text(name));
  return value;
}

/** The place of a name among `names`. */
export function index(names: readonly string[], name: Value | undefined): number {
  const found = names.indexOf(text(name));
  return known(found === -1 ? undefined : found, name);
}

export interface Poller {
  returns: number;
  readonly by: Record<string, number>;
}

/** Where the programs fault. */
export const FAULT_ADDRESS = 0x7f00_0000_1000;

export class World {
  readonly linux: Linux;
  readonly tasks = new Map<string, Process>();
  readonly fds = new Map<string, number>();
  readonly ids = new Map<number, string>();
  readonly attrs = new Map<string, PerfEventAttr>();
  readonly maps = new Map<string, Mapping>();
  readonly pollers = new Map<string, Poller>();
  /** Whether the last poll(2) returned POLLIN. */
  polled = false;
  /** What the last busy_cpu_time took, interrupts included. */
  busyMs = 0;

  constructor(kernel: KernelClass) {
    this.linux = new Linux({ kernel, cpus: 2, config: { hz: 250, perf_event_paranoid: 2 } });
    this.tasks.set('self', this.linux.spawn('probe'));
  }

  /** Whether the kernel is of a time before PERF_FORMAT_LOST: then LOST is left away, and with it its 8 bytes. */
  get hasLost(): boolean {
    return this.linux.system.kernel.attr_limits.format_max > 16n;
  }

  get self(): Process {
    return this.tasks.get('self')!;
  }

  task(name: Value | undefined): Process {
    return known(this.tasks.get(text(name ?? 'self')), name);
  }

  fd(name: Value | undefined): number {
    return typeof name === 'number' ? name : known(this.fds.get(text(name)), name);
  }

  map(name: Value | undefined): Mapping {
    return known(this.maps.get(text(name)), name);
  }

  /** The id by which records and read(2) name an event. */
  nameOf(id: number): string {
    return this.ids.get(id) ?? `unknown id ${id}`;
  }

  open(step: Step): number {
    const attr = this.#attr(step['attr'] as Fields);
    const { pid, cpu, group_fd } = step;
    const flags = bits(step['flags'], { FD_NO_GROUP: 1, FD_OUTPUT: 2 });
    const target = pid === 'self' ? 0 : typeof pid === 'string' && /^-?\d+$/.test(pid) ? Number(pid) : pid;
    const number = typeof target === 'number' ? target : this.task(target === 'self_by_pid' ? 'self' : target).tid;
    const fd = this.self.perf_event_open(attr, number, cpu as number, this.fd(group_fd), flags);
    if (fd >= 0) {
      this.fds.set(text(step['as']), fd);
      this.attrs.set(text(step['as']), attr);
      this.ids.set(READ_ONCE(this.self.task.files.slot(fd))!.event!.id, text(step['as']));
    }
    return fd;
  }

  #attr(fields: Fields): PerfEventAttr {
    if (typeof fields !== 'object') throw new NotCovered('attr');
    const attr = perf_event_attr({ size: PERF_ATTR_SIZE_VER8 });
    for (const [name, value] of Object.entries(fields)) {
      if (name === 'type') attr.type = typeof value === 'number' ? value : index(TYPES, value);
      else if (name === 'config') attr.config = BigInt(typeof value === 'number' ? value : index(SOFTWARE, value));
      else if (name === 'sample_period' || name === 'sample_freq') attr.sample_period = BigInt(value as number);
      else if (name === 'sample_type') attr.sample_type = BigInt(bits(value, SAMPLE_BITS));
      else if (name === 'read_format') attr.read_format = BigInt(bits(value, FORMAT_BITS) & (this.hasLost ? -1 : ~16));
      else if (name === 'wakeup_watermark') attr.wakeup_events = value as number;
      else if (WIDE.includes(name)) Object.assign(attr, { [name]: BigInt(value as number) });
      else if (name === 'last_byte') attr.unknown_fields = value !== 0;
      else if (NUMBERS.includes(name)) Object.assign(attr, { [name]: value });
      else if (typeof (attr as unknown as Fields)[name] === 'boolean') Object.assign(attr, { [name]: value === 1 });
      else throw new NotCovered(`attr.${name}`);
    }
    return attr;
  }

  mmap(step: Step): number {
    const { ev, data_pages, prot, flags, offset } = step;
    const length = (1 + known(data_pages as number | undefined, 'mmap.length')) * PAGE_SIZE;
    const mapped = this.self.mmap(
      this.fd(ev), length, bits(prot, { READ: 1, WRITE: 2, EXEC: 4 }), bits(flags, { SHARED: 1, PRIVATE: 2 }), offset as number,
    );
    if (typeof mapped === 'number') return mapped;
    this.maps.set(text(ev), mapped);
    return 0;
  }

  /** The records in the buffer of an event, those alike in a row counted. */
  records(step: Step, drain: boolean): Fields[] {
    const map = this.map(step['ev']);
    const attr = this.attrs.get(text(step['ev']));
    const list: Record<string, Value>[] = [];
    for (const record of drain ? map.read(attr) : map.peek(attr)) {
      const entry = this.#entry(record, step['attribute_by'] !== undefined);
      const last = list.at(-1);
      if (last !== undefined && JSON.stringify({ ...last, n: 0 }) === JSON.stringify({ ...entry, n: 0 })) last['n'] = (last['n'] as number) + 1;
      else list.push(entry);
    }
    return list;
  }

  #entry({ type, size, misc, body, id, lost }: DriverRecord, attributed: boolean): Record<string, Value> {
    const entry: Record<string, Value> = { type: known(RECORDS[type], type), size, misc };
    if (entry['type'] === 'SAMPLE' && attributed) entry['ev'] = this.nameOf(Number(body.getBigInt64(8, true)));
    if (entry['type'] === 'LOST') Object.assign(entry, { id: this.nameOf(id!), lost });
    return { ...entry, n: 1 };
  }
}

const RECORDS = [undefined, 'MMAP', 'LOST', 'COMM', 'EXIT', 'THROTTLE', 'UNTHROTTLE', 'FORK', 'READ', 'SAMPLE'];
