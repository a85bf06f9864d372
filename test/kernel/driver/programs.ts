/** Random programs of system calls, and the machine that executes them and keeps the accounts. */
import * as fc from 'fast-check';
import {
  Linux, Mapping, PAGE_SIZE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_PERIOD, PERF_EVENT_IOC_REFRESH,
  PERF_EVENT_IOC_RESET, PERF_EVENT_IOC_SET_OUTPUT, PERF_RECORD_LOST, PERF_SAMPLE_IP, PERF_SAMPLE_TID, PERF_TYPE_HARDWARE,
  PERF_TYPE_SOFTWARE, POLLIN, READ_ONCE, SilentTracepoints, perf_event_attr, type PerfEvent, type PerfEventAttr,
  type RingBuffer,
} from '../../../kernel/index.ts';

const SLOTS = 4;
/** Page faults, each; a task clock every 50 µs; cycles every million: nothing here is throttled. */
const KINDS: readonly Partial<PerfEventAttr>[] = [
  { type: PERF_TYPE_SOFTWARE, config: 2n, sample_period: 1n, inherit: false },
  { type: PERF_TYPE_SOFTWARE, config: 5n, sample_period: 3n, sample_id_all: true },
  { type: PERF_TYPE_SOFTWARE, config: 1n, sample_period: 50_000n },
  { type: PERF_TYPE_HARDWARE, config: 0n, sample_period: 1_000_000n },
];
const COMMANDS = [PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_RESET];

const slot = fc.nat(SLOTS - 1);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), slot, kind: fc.nat(KINDS.length - 1), disabled: fc.boolean(), wakeup_events: fc.nat(5), inherit: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('mmap' as const), slot, pages: fc.constantFrom(0, 1, 1, 2, 3) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('fault' as const), n: fc.constantFrom(1, 10, 50, 200) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('munmap' as const, 'drain' as const, 'drain' as const, 'close' as const, 'read' as const), slot }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set_output' as const), slot, to: fc.integer({ min: -1, max: SLOTS - 1 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ioctl' as const), slot, command: fc.constantFrom(...COMMANDS), flags: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('refresh' as const, 'period' as const), slot, n: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('run' as const), us: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('poll' as const, 'thread polls' as const, 'poll until a signal' as const), ms: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('child' as const), n: fc.integer({ min: 1, max: 20 }) }) },
);
export type ProgramStep = typeof step extends fc.Arbitrary<infer S> ? S : never;
/** How programs begin, so that few of their calls are in vain: an event in each slot, one of them with a buffer. */
const PREAMBLE: readonly ProgramStep[] = [
  ...KINDS.map((_, kind) => ({ do: 'open' as const, slot: kind, kind, disabled: false, wakeup_events: kind, inherit: false })),
  { do: 'mmap', slot: 0, pages: 1 },
];
export const programs = fc
  .tuple(fc.nat(PREAMBLE.length), fc.array(step, { maxLength: 40, size: 'max' }))
  .map(([length, rest]) => [...PREAMBLE.slice(0, length), ...rest]);

/** What became of the records of one buffer. */
class Account extends SilentTracepoints {
  readonly produced = new Map<RingBuffer, number>();

  override overflow(event: PerfEvent): void {
    const rb = READ_ONCE((event.parent ?? event).rb);
    if (rb !== null && rb.nr_pages > 0) this.produced.set(rb, (this.produced.get(rb) ?? 0) + 1);
  }
}

export class Execution {
  readonly linux = new Linux({ cpus: 2 });
  readonly self = this.linux.spawn('self');
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

  constructor() {
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

  #fd(slot: number): number {
    return this.#fds[slot] ?? 1000;
  }

  #step(step: ProgramStep): void {
    const { self } = this;
    switch (step.do) {
      case 'open':
        return this.#open(step);
      case 'mmap':
        return this.#mmap(step.slot, step.pages);
      case 'munmap':
        if (this.#maps[step.slot] !== null) self.munmap(this.#maps[step.slot]!);
        this.#maps[step.slot] = null;
        return;
      case 'close':
        self.close(this.#fd(step.slot));
        if (this.#maps[step.slot] === null) this.#fds[step.slot] = null;
        return;
      case 'drain':
        if (this.#maps[step.slot] !== null) this.drain(this.#maps[step.slot]!);
        return;
      case 'read':
        return void self.read(this.#fd(step.slot));
      case 'set_output':
        return this.#setOutput(step.slot, step.to);
      case 'ioctl':
        return void self.ioctl(this.#fd(step.slot), step.command, step.flags);
      case 'refresh':
        return void self.ioctl(this.#fd(step.slot), PERF_EVENT_IOC_REFRESH, step.n);
      case 'period':
        return void self.ioctl(this.#fd(step.slot), PERF_EVENT_IOC_PERIOD, step.n * 50_000);
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
    this.#fds[slot] = fd;
    this.#redirected.delete(slot);
    this.events.add(READ_ONCE(this.self.task.files.slot(fd))!.event!);
  }

  #mmap(slot: number, pages: number): void {
    if (this.#maps[slot] !== null || this.#redirected.has(slot)) return;
    const mapped = this.self.mmap(this.#fd(slot), (1 + pages) * PAGE_SIZE);
    if (typeof mapped === 'number') return;
    this.#maps[slot] = mapped;
    this.buffers.add(mapped.vma.rb);
  }

  #setOutput(slot: number, to: number): void {
    const result = this.self.ioctl(this.#fd(slot), PERF_EVENT_IOC_SET_OUTPUT, to === -1 ? -1 : this.#fd(to));
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

  drain(map: Mapping): void {
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
