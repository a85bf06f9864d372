/** A kernel on the work bench: real kernel text and counters, but time, interrupts and wake-ups only as the test says. */
import { setHook, type MemoryHook } from '../../sim/memory.ts';
import { Machine } from '../../sim/machine.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import type { Chip } from '../../pmu/chip.ts';
import { location, type Location } from '../../pmu/location.ts';
import { Pmu } from '../../pmu/pmu.ts';
import {
  DEFAULT_CONFIG, PERF_SAMPLE_ID, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_TID, PERF_SAMPLE_TIME, READ_ONCE,
  UserStruct, V3_2, WRITE_ONCE, perf_event_attr, type Hardware, type Kernel, type KernelClass, type KernelConfig,
  type PerfEvent, type PerfEventAttr, type Regs, type RingBuffer, type TaskStruct,
} from '../../kernel/index.ts';

export const LOOP = location('user', 'loop', 0x40_0000, 0x20, { instructions: 2 });
export const REGS: Regs = { location: LOOP, ip: 0x40_0010 };

/** What `perf record -e cycles,cycles,cycles` asks for: samples of 48 bytes, LOST records of 48 bytes. */
export const RECORD_ATTR: Partial<PerfEventAttr> = {
  sample_type: BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_PERIOD),
  sample_period: 1_000_000n,
  sample_id_all: true,
  disabled: true,
};
export const SAMPLE_BYTES = 48;
export const LOST_BYTES = 48;

class BenchHardware implements Hardware {
  readonly machine: Machine;
  readonly chip: Chip;
  readonly pmus: readonly Pmu[];
  cpu = 0;
  now = 1_000_000;
  irq_work_raised = 0;
  readonly woken: TaskStruct[] = [];
  readonly signals: { task: TaskStruct; signal: number }[] = [];

  constructor(chip: Chip, cpus: number) {
    this.chip = chip;
    this.machine = new Machine(cpus, chip.khz, 'bench');
    this.pmus = this.machine.cpus.map((cpu) => new Pmu(this.machine, cpu, chip, () => {}));
  }

  get nr_cpus(): number {
    return this.pmus.length;
  }

  get cpu_khz(): number {
    return this.chip.khz;
  }

  get smp_processor_id(): number {
    return this.cpu;
  }

  local_clock(): number {
    return this.now;
  }

  get pmu(): Pmu {
    return this.pmus[this.cpu];
  }

  regs_in(location: Location): Regs {
    return { location, ip: location.start };
  }

  regs_behind_branch = (location: Location): Regs => this.regs_in(location);

  user_regs(): Regs | null {
    return null;
  }

  arch_irq_work_raise(): void {
    this.irq_work_raised++;
  }

  smp_call_function(cpu: number, fn: () => void): void {
    const caller = this.cpu;
    this.cpu = cpu;
    fn();
    this.cpu = caller;
  }

  wake_up_process(task: TaskStruct): void {
    this.woken.push(task);
  }

  send_signal(task: TaskStruct, signal: number): void {
    this.signals.push({ task, signal });
  }

  charge(): void {}
  rcu_read_lock(): void {}
  rcu_read_unlock(): void {}
  get_state_synchronize_rcu(): number {
    return 0;
  }
  cond_synchronize_rcu(): void {}
  call_rcu(callback: () => void): void {
    callback();
  }
  start_timer(): void {}
  hrtimer_start(): void {}
  hrtimer_forward(): void {}
  hrtimer_restart(): void {}
  hrtimer_cancel(): number {
    return 0;
  }
}

/** A record as it lies in a buffer. */
export interface StoredRecord {
  readonly type: number;
  readonly size: number;
  /** The second 64-bit word of the body: the count of a LOST record. */
  readonly count: number;
}

export class Bench {
  readonly hardware: BenchHardware;
  readonly kernel: Kernel;
  /** The task that runs on CPU 0. */
  readonly task: TaskStruct;

  constructor(kernel: KernelClass = V3_2, config: Partial<KernelConfig> = {}, chip = nehalem) {
    this.hardware = new BenchHardware(chip, 1);
    this.kernel = new kernel(this.hardware, { ...DEFAULT_CONFIG, ...config });
    this.task = this.kernel.create_task('task', null, new UserStruct(true));
    WRITE_ONCE(this.kernel.per_cpu[0].current, this.task);
  }

  /** Opens an event of this task on CPU 0; its descriptor. */
  open(attr: Partial<PerfEventAttr> = {}): number {
    return this.kernel.sys_perf_event_open(perf_event_attr({ ...RECORD_ATTR, ...attr }), 0, 0, -1, 0);
  }

  event(fd: number): PerfEvent {
    return this.kernel.perf_event_of(fd)!;
  }

  /** Maps the event's buffer with so many data pages. */
  map(fd: number, pages = 1): RingBuffer {
    const vma = this.kernel.sys_mmap(fd, { pages: pages + 1, writable: true, shared: true, page_offset: 0 });
    if (typeof vma === 'number') throw new Error(`mmap failed with ${vma}`);
    return vma.rb;
  }

  /** An overflow's sample, and the interrupts that it leaves behind. */
  sample(event: PerfEvent): void {
    this.kernel.perf_event_output(event, 1000, REGS);
  }

  /** Delivers the irq_work interrupt, if it has been raised; whether it was. */
  irqWork(): boolean {
    if (this.hardware.irq_work_raised === 0) return false;
    this.hardware.irq_work_raised = 0;
    this.kernel.irq_work_run();
    return true;
  }
}

export const head = (rb: RingBuffer): number => READ_ONCE(rb.user_page.data_head);
export const tail = (rb: RingBuffer): number => READ_ONCE(rb.user_page.data_tail);

/** Reads all that is published, as a tool does: the records, whose space is free afterwards. */
export function drain(rb: RingBuffer, until = head(rb)): StoredRecord[] {
  const records: StoredRecord[] = [];
  const at = (offset: number): number => rb.view.getUint32(offset & (rb.size - 1), true);
  for (let offset = tail(rb); offset < until; ) {
    const size = at(offset + 4) >>> 16;
    if (size === 0) throw new Error(`no record at ${offset}`);
    records.push({ type: at(offset), size, count: at(offset + 16) });
    offset += size;
  }
  WRITE_ONCE(rb.user_page.data_tail, until);
  return records;
}

/** Runs `body` and lets `interrupt` in before its `step`-th operation; whether there were so many. */
export function interruptedAt(step: number, body: () => void, interrupt: () => void): boolean {
  let steps = 0;
  const arrive = (): void => {
    if (steps++ !== step) return;
    const interrupted = setHook(null);
    interrupt();
    setHook(interrupted);
  };
  const hook: MemoryHook = {
    operate(operation, cell, operand) {
      arrive();
      return operation.apply(cell, operand);
    },
    effect: (run) => run(),
    allocate: (make) => make(),
  };
  const outer = setHook(hook);
  body();
  setHook(outer);
  return steps > step;
}
