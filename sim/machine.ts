/**
 * Time and CPUs. A CPU runs one handler at a time, each at one instant of the queue; what the handler does takes
 * simulated time on the CPU's own clock, and whatever else is due on that CPU waits until the clock is reached, but
 * for an NMI, which comes in wherever work is charged.
 *
 * Time is counted in cycles of the one constant clock that all CPUs share (the time stamp counter).
 * Reference: docs/ARCHITECTURE.md, "In time".
 * Not modelled: frequency scaling, caches; an NMI between two charges (the explorer lets it in at every step).
 */
import { EventQueue, Priority } from './event-queue.ts';
import { Random } from './random.ts';

export class Cpu {
  readonly id: number;
  readonly #queue: EventQueue;
  /** The CPU's own time, in cycles: ahead of the queue's while a handler's work is being charged. */
  clock = 0;
  /** Cycles that interrupts and NMIs have taken from the task level since boot. */
  stolen = 0;
  /** What runs now: the priority of the handler, as its timer has it. */
  level: Priority = Priority.TASK;
  /** Called where a non-maskable interrupt may come in: below NMI level, after each charge. */
  onCharge: () => void = () => {};
  /** Called when a handler has ended, for what must then be armed. */
  onReturn: () => void = () => {};

  constructor(id: number, queue: EventQueue) {
    this.id = id;
    this.#queue = queue;
  }

  /** Charges `cycles` of work to the CPU. */
  charge(cycles: number): void {
    this.clock += cycles;
    if (this.level !== Priority.NMI) this.onCharge();
  }

  /** Runs `body` at NMI level, inside whatever this CPU is doing. */
  nest(body: () => void): void {
    const { level } = this;
    this.level = Priority.NMI;
    body();
    this.level = level;
  }

  /** A timer whose body runs on this CPU: not before the CPU is free, and on its clock. */
  timer(priority: Priority, body: () => void): number {
    const queue = this.#queue;
    const timer: number = queue.timer(priority, () => {
      if (queue.now < this.clock) {
        queue.arm(timer, this.clock);
        return;
      }
      this.clock = queue.now;
      this.level = priority;
      body();
      this.level = Priority.TASK;
      if (priority !== Priority.TASK) this.stolen += this.clock - queue.now;
      this.onReturn();
    });
    return timer;
  }
}

export class Machine {
  readonly queue = new EventQueue();
  readonly cpus: readonly Cpu[];
  readonly random: Random;
  /** Clock frequency in kHz, the kernel's cpu_khz. */
  readonly khz: number;

  constructor(cpus: number, khz: number, seed: string) {
    this.cpus = Array.from({ length: cpus }, (_, id) => new Cpu(id, this.queue));
    this.khz = khz;
    this.random = new Random(seed);
  }

  /** Whole cycles in `ns` nanoseconds. */
  cycles(ns: number): number {
    return Math.round((ns * this.khz) / 1e6);
  }

  /** Nanoseconds in `cycles`, rounded down as the kernel's clock does. */
  nanoseconds(cycles: number): number {
    return Math.floor((cycles / this.khz) * 1e6);
  }

  /** Runs until `done` holds, nothing is left to happen, or `until` (cycles) is reached. */
  run(done: () => boolean, until = Infinity): void {
    while (!done() && this.queue.step(until));
  }
}
