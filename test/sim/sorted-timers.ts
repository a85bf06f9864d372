/** The event queue's contract in the fewest lines: a list that is sorted whenever somebody asks. */
import type { Priority } from '../../sim/event-queue.ts';

interface Timer {
  readonly priority: Priority;
  readonly fire: () => void;
  /** Time and number of the arming; null at rest. */
  armed: { readonly time: number; readonly sequence: number } | null;
}

export class SortedTimers {
  now = 0;
  #sequence = 0;
  readonly #timers: Timer[] = [];

  timer(priority: Priority, fire: () => void): number {
    return this.#timers.push({ priority, fire, armed: null }) - 1;
  }

  once(priority: Priority, time: number, fire: () => void): void {
    this.arm(this.timer(priority, fire), time);
  }

  arm(timer: number, time: number): void {
    this.#timers[timer].armed = { time, sequence: this.#sequence++ };
  }

  cancel(timer: number): void {
    this.#timers[timer].armed = null;
  }

  isArmed(timer: number): boolean {
    return this.#timers[timer].armed !== null;
  }

  get nextTime(): number {
    return this.#next()?.armed!.time ?? Infinity;
  }

  step(until = Infinity): boolean {
    const timer = this.#next();
    if (timer === undefined || timer.armed!.time > until) return false;
    this.now = timer.armed!.time;
    timer.armed = null;
    timer.fire();
    return true;
  }

  #next(): Timer | undefined {
    const armed = this.#timers.filter((timer) => timer.armed !== null);
    const byOrder = (a: Timer, b: Timer): number =>
      a.armed!.time - b.armed!.time || a.priority - b.priority || a.armed!.sequence - b.armed!.sequence;
    return armed.sort(byOrder)[0];
  }
}
