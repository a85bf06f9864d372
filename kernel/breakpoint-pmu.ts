/**
 * Hardware breakpoints as events: who may have one, and how many there are.
 *
 * Reference: perf_breakpoint and register_perf_hw_breakpoint of kernel/events/hw_breakpoint.c; arch_build_bp_info of
 * arch/x86/kernel/hw_breakpoint.c; v3.2, and what later versions changed.
 * Not modelled: that one is ever hit: programs here are rates of events, not accesses; exchange of slots between tasks; that
 * the table of how many breakpoints tasks have is wrong for a task with some on several CPUs, as long as it is not kept by CPU.
 */
import {
  EINVAL, ENOENT, ENOSPC, EOPNOTSUPP, EPERM, HW_BREAKPOINT_RW, HW_BREAKPOINT_W, HW_BREAKPOINT_X, PERF_SAMPLE_BRANCH_STACK,
  PERF_TYPE_BREAKPOINT, type PerfEventAttr,
} from './abi/index.ts';
import { UnlimitedPmu } from './software-pmu.ts';
import type { PerfEvent } from './structs/index.ts';

/** Debug registers of an x86 CPU. */
const HBP_NUM = 4;
const DATA_LENGTHS = [1n, 2n, 4n, 8n];
const WATCHES = [HW_BREAKPOINT_W, HW_BREAKPOINT_RW];
/** A kind of breakpoint that does not exist, as 0. */
const HW_BREAKPOINT_INVALID = 7;
/** What the length of a breakpoint on an instruction must be: sizeof(long). */
const INSTRUCTION_LENGTH = 8n;
/** The first address that is no user's, and how far addresses go. */
export const TASK_SIZE_MAX = 0x7fff_ffff_f000n;
const ADDRESSES = 1n << 64n;

const is_power_of_2 = (value: bigint): boolean => value !== 0n && (value & (value - 1n)) === 0n;

export class BreakpointPmu extends UnlimitedPmu {
  readonly name = 'breakpoint';
  /** What is said of a power of two that no register can watch. */
  protected readonly unknown_length: number = -EINVAL;
  readonly #slots = new Set<PerfEvent>();

  event_init(event: PerfEvent): number {
    const { attr } = event;
    if (attr.type !== PERF_TYPE_BREAKPOINT) return -ENOENT;
    if (event.sample_type & PERF_SAMPLE_BRANCH_STACK) return -EOPNOTSUPP;
    if (attr.bp_type === 0 || attr.bp_type === HW_BREAKPOINT_INVALID) return -EINVAL;
    if (!this.#has_slot(event)) return -ENOSPC;
    const refused = this.#unfit(attr) || this.#kernel_refused(attr);
    if (refused === 0) this.#slots.add(event);
    return refused;
  }

  /** arch_build_bp_info, of a processor that has no masks for addresses (BPEXT). */
  #unfit({ bp_type, config1: address, config2: length }: PerfEventAttr): number {
    if (length === 0n || address + length > ADDRESSES) return -EINVAL;
    if (bp_type === HW_BREAKPOINT_X) return length === INSTRUCTION_LENGTH && this.may_stop_at(address) ? 0 : -EINVAL;
    // The hardware cannot watch for reads alone.
    if (!WATCHES.includes(bp_type)) return -EINVAL;
    if (!is_power_of_2(length) || address % length !== 0n) return -EINVAL;
    return DATA_LENGTHS.includes(length) ? 0 : this.unknown_length;
  }

  /** Whether an instruction there may be stopped at, by who may watch the kernel at all. */
  protected may_stop_at(_address: bigint): boolean {
    return true;
  }

  /** Which of a task's breakpoints take registers of `cpu`: until v3.12 all of them, wherever they are for. */
  protected is_there(_event: PerfEvent, _cpu: number): boolean {
    return true;
  }

  #kernel_refused({ config1: address, config2: length, exclude_kernel }: PerfEventAttr): number {
    if (address + length - 1n < TASK_SIZE_MAX) return 0;
    if (exclude_kernel) return -EINVAL;
    return this.kernel.current()!.user.capable ? 0 : -EPERM;
  }

  /** Whether a register is left wherever the event may count: those of a CPU's own events, and of the task that has most. */
  #has_slot(event: PerfEvent): boolean {
    const cpus = Array.from({ length: this.kernel.hardware.nr_cpus }, (_, cpu) => cpu).filter((cpu) => event.cpu === -1 || event.cpu === cpu);
    return cpus.every((cpu) => {
      const there = [...this.#slots].filter((other) => other.cpu === -1 || other.cpu === cpu);
      const of_cpu = there.filter(({ target }) => target === null).length;
      const of_task = (task: PerfEvent['target'], slots: readonly PerfEvent[]): number => slots.filter(({ target }) => target === task).length;
      const most = event.target === null
        ? Math.max(0, ...there.map(({ target }) => (target === null ? 0 : of_task(target, there))))
        : of_task(event.target, [...this.#slots].filter((other) => this.is_there(other, cpu)));
      return of_cpu + most < HBP_NUM;
    });
  }

  readonly event_destroy = (event: PerfEvent): void => {
    this.#slots.delete(event);
  };

  add(): number {
    return 0;
  }
  del(): void {}
  start(): void {}
  stop(): void {}
  read(): void {}
}
