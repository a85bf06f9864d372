/**
 * High-resolution timers of a timed run: each armed one is a timer of the event queue, on the CPU that armed it.
 *
 * Reference: kernel/hrtimer.c of v3.2, pinned relative timers of the monotonic clock.
 * Not modelled: several timers that one interrupt serves; slack.
 */
import { Priority } from '../../sim/event-queue.ts';
import type { Cpu, Machine } from '../../sim/machine.ts';
import type { Hrtimer } from '../structs/index.ts';

/** A timer of the event queue that stands in for the kernel's, one at a time. */
interface Slot {
  readonly cpu: Cpu;
  readonly timer: number;
  serves: Hrtimer | null;
  /** When it expires or has expired, in nanoseconds. */
  expiresAt: number;
}

export class Hrtimers {
  readonly #machine: Machine;
  readonly #fire: (cpu: Cpu, timer: Hrtimer) => void;
  readonly #slots = new Map<Hrtimer, Slot>();
  /** By CPU: slots that serve nobody. */
  readonly #spare: Slot[][];

  constructor(machine: Machine, fire: (cpu: Cpu, timer: Hrtimer) => void) {
    this.#machine = machine;
    this.#fire = fire;
    this.#spare = machine.cpus.map(() => []);
  }

  start(cpu: Cpu, timer: Hrtimer, ns: number): void {
    this.#release(timer);
    const slot = this.#spare[cpu.id].pop() ?? this.#slot(cpu);
    slot.serves = timer;
    this.#slots.set(timer, slot);
    this.#arm(slot, this.#now(cpu) + ns);
  }

  forward(cpu: Cpu, timer: Hrtimer, ns: number): void {
    const slot = this.#slots.get(timer);
    if (slot === undefined) return;
    const overrun = Math.max(1, Math.floor((this.#now(cpu) - slot.expiresAt) / ns) + 1);
    slot.expiresAt += overrun * ns;
  }

  restart(timer: Hrtimer): void {
    const slot = this.#slots.get(timer);
    if (slot !== undefined) this.#arm(slot, slot.expiresAt);
  }

  cancel(cpu: Cpu, timer: Hrtimer): number {
    const slot = this.#slots.get(timer);
    this.#release(timer);
    return slot === undefined ? 0 : slot.expiresAt - this.#now(cpu);
  }

  #release(timer: Hrtimer): void {
    const slot = this.#slots.get(timer);
    if (slot === undefined) return;
    this.#machine.queue.cancel(slot.timer);
    this.#slots.delete(timer);
    slot.serves = null;
    this.#spare[slot.cpu.id].push(slot);
  }

  #slot(cpu: Cpu): Slot {
    const timer = cpu.timer(Priority.IRQ, () => {
      if (slot.serves !== null) this.#fire(cpu, slot.serves);
    });
    const slot: Slot = { cpu, timer, serves: null, expiresAt: 0 };
    return slot;
  }

  #arm(slot: Slot, at: number): void {
    slot.expiresAt = at;
    this.#machine.queue.arm(slot.timer, Math.max(this.#machine.queue.now, this.#machine.cycles(at)));
  }

  #now(cpu: Cpu): number {
    return this.#machine.nanoseconds(cpu.clock);
  }
}
