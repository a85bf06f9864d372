/** The machine that executes random programs of system calls and keeps the accounts. */
import {
  Linux, Mapping, PAGE_SIZE, PERF_EVENT_IOC_PERIOD, PERF_EVENT_IOC_REFRESH, PERF_EVENT_IOC_SET_OUTPUT, PERF_RECORD_LOST,
  PERF_SAMPLE_IP, PERF_SAMPLE_TID, POLLIN, READ_ONCE, SilentTracepoints, perf_event_attr, type PerfEvent, type Process,
  type RingBuffer,
} from '../../../kernel/index.ts';
import { KINDS, SLOTS, type ProgramStep } from './program-steps.ts';

/** A descriptor that is never open: also that of a slot whose event is closed and still mapped. */
const NO_FD = 1000;
/** Samples per second that no event here comes near. */
const UNLIMITED = 1e8;

/** What became of the records of one buffer. */
class Account extends SilentTracepoints {
  readonly produced = new Map<RingBuffer, number>();

  override overflow(event: PerfEvent): void {
    const rb = READ_ONCE((event.parent ?? event).rb);
    if (rb !== null && rb.nr_pages > 0) this.produced.set(rb, (this.produced.get(rb) ?? 0) + 1);
  }
}

export class Execution {
  readonly linux: Linux;
  readonly self: Process;
  readonly account = new Account();
  readonly delivered = new Map<RingBuffer, number>();
  readonly events = new Set<PerfEvent>();
  readonly buffers = new Set<RingBuffer>();
  readonly #fds: (number | null)[] = Array.from({ length: SLOTS }, () => null);
  readonly #maps: (Mapping | null)[] = Array.from({ length: SLOTS }, () => null);
  /** Events that write into another's buffer: mapping one is a known oops of v3.2. */
  readonly #redirected = new Set<number>();
  /** Called after each step. */
  watch: (execution: Execution) => void = () => {};

  constructor(kernel = 'v3.2') {
    this.linux = new Linux({ kernel, cpus: 2, config: { perf_event_max_sample_rate: UNLIMITED } });
    this.self = this.linux.spawn('self');
    this.linux.system.kernel.trace = this.account;
  }

  run(program: readonly ProgramStep[]): this {
    for (const each of program) {
      this.#step(each);
      this.watch(this);
    }
    return this;
  }

  /** Gives back all that is open, and waits for pollers to return and grace periods to end. */
  end(): this {
    for (let i = 0; i < SLOTS; i++) this.#step({ do: 'munmap', slot: i });
    for (let i = 0; i < SLOTS; i++) this.#step({ do: 'close', slot: i });
    // The last of the alarms may yet come.
    while (this.self.sleep(50e6) !== 0);
    return this;
  }

  fd(slot: number): number {
    return this.#fds[slot] ?? NO_FD;
  }

  #step(step: ProgramStep): void {
    const { self } = this;
    switch (step.do) {
      case 'open':
        return this.#open(step);
      case 'mmap':
        return this.#mmap(step.slot, step.pages);
      case 'munmap':
        return this.#munmap(step.slot);
      case 'close':
        self.close(this.fd(step.slot));
        this.#fds[step.slot] = this.#maps[step.slot] === null ? null : NO_FD;
        return;
      case 'drain':
        return this.drain(this.#maps[step.slot]);
      case 'read':
        return void self.read(this.fd(step.slot));
      case 'set_output':
        return this.#setOutput(step.slot, step.to);
      case 'ioctl':
        return void self.ioctl(this.fd(step.slot), step.command, step.flags);
      case 'refresh':
        return void self.ioctl(this.fd(step.slot), PERF_EVENT_IOC_REFRESH, step.n);
      case 'period':
        return void self.ioctl(this.fd(step.slot), PERF_EVENT_IOC_PERIOD, step.n * 50_000);
      case 'fault':
        return self.fault(step.n);
      case 'run':
        return self.run(step.us * 1000);
      case 'child':
        return this.#child(step.n);
      default:
        return this.#poll(step.do, step.ms);
    }
  }

  #open({ slot, kind, disabled, wakeup_events, inherit }: Extract<ProgramStep, { do: 'open' }>): void {
    if (this.#fds[slot] !== null) return;
    const sample_type = BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID);
    const fd = this.self.perf_event_open(perf_event_attr({ sample_type, wakeup_events, disabled, ...KINDS[kind], inherit }), 0, -1, -1, 0);
    if (fd < 0) return;
    this.#fds[slot] = fd;
    this.#redirected.delete(slot);
    this.events.add(READ_ONCE(this.self.task.files.slot(fd))!.event!);
  }

  #mmap(slot: number, pages: number): void {
    if (this.#maps[slot] !== null || this.#redirected.has(slot)) return;
    const mapped = this.self.mmap(this.fd(slot), (1 + pages) * PAGE_SIZE);
    if (typeof mapped === 'number') return;
    this.#maps[slot] = mapped;
    this.buffers.add(mapped.vma.rb);
  }

  #setOutput(slot: number, to: number): void {
    const result = this.self.ioctl(this.fd(slot), PERF_EVENT_IOC_SET_OUTPUT, to === -1 ? -1 : this.fd(to));
    if (result === 0 && to === -1) this.#redirected.delete(slot);
    else if (result === 0) this.#redirected.add(slot);
  }

  #poll(how: 'poll' | 'thread polls' | 'poll until a signal', ms: number): void {
    const fds = this.#fds.map((fd) => ({ fd: fd ?? -1, events: POLLIN }));
    if (how === 'poll') this.self.poll(fds, ms);
    else if (how === 'thread polls') {
      const thread = this.self.clone();
      thread.start(function* (sys) {
        yield* sys.poll(fds, ms + 1);
        yield* sys.exit();
      });
    } else {
      this.self.start((sys) => sys.alarm((ms + 1) / 1000)).wait();
      this.self.poll(fds, -1);
    }
  }

  #child(n: number): void {
    const child = this.self.fork();
    child.fault(n);
    child.exit();
  }

  #munmap(slot: number): void {
    const map = this.#maps[slot];
    if (map !== null) this.self.munmap(map);
    this.#forget(slot);
  }

  #forget(slot: number): void {
    this.#maps[slot] = null;
    if (this.#fds[slot] === NO_FD) this.#fds[slot] = null;
  }

  /** All mappings are gone, as after an exec. */
  unmapped(): void {
    for (let i = 0; i < SLOTS; i++) this.#forget(i);
  }

  drain(map: Mapping | null): void {
    if (map === null) return;
    const { rb } = map.vma;
    this.delivered.set(rb, (this.delivered.get(rb) ?? 0) + told(map));
    map.data_tail = map.data_head;
  }

  /** Samples that a buffer tells of without having been read: as records, or as counts of lost ones. */
  unread(rb: RingBuffer): number {
    return told(new Mapping({ rb, event: [...this.events][0] } as Mapping['vma'])) + READ_ONCE(rb.lost);
  }
}

/** Samples, stored or reported as lost, among the unread records. */
function told(map: Mapping): number {
  return map.peek().reduce((sum, { type, body }) => sum + (type === PERF_RECORD_LOST ? Number(body.getBigUint64(16, true)) : 1), 0);
}
