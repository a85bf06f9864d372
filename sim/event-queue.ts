/**
 * The event queue: timers in a binary heap, in a total order of (time, priority, sequence of arming).
 *
 * A timer is made once and armed again and again, which is how hardware has them and costs no allocation; one that arms
 * itself while it fires is put into its place when its handler has returned, which is one sift. The heap is ordered by
 * time alone: which of several timers due at once is first is decided when they have come to its top, by looking at
 * them all, because they are few (the ticks of the CPUs).
 * Reference: the queue key of SimPy's core.py; the branch-free child choice is Sanders' (2000), "Fast priority queues".
 * Not modelled: several timers at one instant are never simultaneous; their order is total and documented.
 */

/** Order among timers due at one instant: what the hardware would let win comes first. */
export const Priority = {
  /** A device or a CPU tells another CPU something. */
  SIGNAL: 0,
  NMI: 1,
  IRQ: 2,
  TASK: 3,
} as const;
export type Priority = (typeof Priority)[keyof typeof Priority];

const NONE = -1;

export class EventQueue {
  /** Simulated time of the event that fires, or fired last; in whatever unit the owner counts. */
  now = 0;
  #size = 0;
  #armings = 0;
  /** The timer whose handler runs: still at the top of the heap, whatever its handler does with it. */
  #firing = NONE;
  /** By heap position, from 1: when the timer there is due. Beyond the last stand infinities, so that a missing child never wins. */
  readonly #time = [Infinity, Infinity];
  /** At 2p the timer at heap position p, at 2t + 1 the position of timer t, or 0: in one array, because both change at once. */
  readonly #link = [0, 0];
  /** By timer: when it is due, Infinity at rest. */
  readonly #due: number[] = [];
  readonly #priority: Priority[] = [];
  readonly #sequence: number[] = [];
  readonly #fire: ((timer: number) => void)[] = [];
  /** What one-shot timers will call, and those at rest by priority. */
  readonly #once = new Map<number, () => void>();
  readonly #spare: Record<Priority, number[]> = { 0: [], 1: [], 2: [], 3: [] };

  /** Makes a timer that calls `fire` when due, with its number: one function can serve many timers. */
  timer(priority: Priority, fire: (timer: number) => void): number {
    this.#time.push(Infinity, Infinity);
    this.#link.push(0, 0);
    this.#due.push(Infinity);
    this.#priority.push(priority);
    this.#sequence.push(0);
    return this.#fire.push(fire) - 1;
  }

  /** Calls `fire` once, at `time`. The timers behind it are used again. */
  once(priority: Priority, time: number, fire: () => void): void {
    const spare = this.#spare[priority].pop();
    const timer = spare ?? this.timer(priority, (due) => this.#fireOnce(priority, due));
    this.#once.set(timer, fire);
    this.arm(timer, time);
  }

  #fireOnce(priority: Priority, timer: number): void {
    const fire = this.#once.get(timer)!;
    this.#once.delete(timer);
    this.#spare[priority].push(timer);
    fire();
  }

  /** Arms `timer` for `time`, which must be finite and not lie in the past; a timer that was armed is moved. */
  arm(timer: number, time: number): void {
    if (!(time >= this.now && time < Infinity)) this.#refuse(timer, time);
    this.#due[timer] = time;
    this.#sequence[timer] = this.#armings++;
    if (timer !== this.#firing) this.#settle(timer);
  }

  /** Apart, so that V8 takes `arm` for short enough to be copied into its callers. */
  #refuse(timer: number, time: number): never {
    throw new RangeError(`timer ${timer} armed for ${time} at ${this.now}`);
  }

  cancel(timer: number): void {
    this.#due[timer] = Infinity;
    if (timer !== this.#firing) this.#settle(timer);
  }

  isArmed(timer: number): boolean {
    return this.#due[timer] !== Infinity;
  }

  /** Time of the next event, or of the one whose handler runs; Infinity when there is none. */
  get nextTime(): number {
    return this.#time[1];
  }

  /** Fires the next event, if there is one not later than `until`; whether it did. */
  step(until = Infinity): boolean {
    const times = this.#time;
    const time = times[1];
    if (this.#size === 0 || time > until) return false;
    if (time === times[2] || time === times[3]) this.#decide();
    const timer = this.#link[2];
    this.now = time;
    this.#due[timer] = Infinity;
    this.#firing = timer;
    this.#fire[timer](timer);
    this.#firing = NONE;
    // The common half of `#settle`, because V8 copies it here.
    if (this.#due[timer] !== Infinity) this.#siftDown(1, timer);
    else this.#settle(timer);
    return true;
  }

  /** Lets the first of the timers that are due at once change places with the one at the top. */
  #decide(): void {
    const times = this.#time;
    const links = this.#link;
    let first = 1;
    let winner = links[2];
    // They stand together at the top: none is beyond the right child of the last.
    for (let position = 2, last = 3; position <= last; position++) {
      if (times[position] !== times[1]) continue;
      last = 2 * position + 1;
      const timer = links[2 * position];
      if (!this.#wins(timer, winner)) continue;
      first = position;
      winner = timer;
    }
    links[2 * first] = links[2];
    links[2 * links[2] + 1] = first;
    links[2] = winner;
    links[2 * winner + 1] = 1;
  }

  /** Whether `timer` comes before `other` when they are due at the same time. */
  #wins(timer: number, other: number): boolean {
    return (this.#priority[timer] - this.#priority[other] || this.#sequence[timer] - this.#sequence[other]) < 0;
  }

  /** Lets `timer` enter the heap, move in it or leave it, as it is due. */
  #settle(timer: number): void {
    const times = this.#time;
    const links = this.#link;
    let moved = timer;
    let position = links[2 * timer + 1];
    if (this.#due[timer] === Infinity) {
      if (position === 0) return;
      // The last one takes the place that becomes free.
      links[2 * timer + 1] = 0;
      moved = links[2 * this.#size];
      times[this.#size--] = Infinity;
      if (moved === timer) return;
    } else if (position === 0) position = ++this.#size;
    const time = this.#due[moved];
    while (position > 1) {
      const parent = position >> 1;
      const above = times[parent];
      if (time >= above) break;
      times[position] = above;
      const sinking = links[2 * parent];
      links[2 * position] = sinking;
      links[2 * sinking + 1] = position;
      position = parent;
    }
    this.#siftDown(position, moved);
  }

  /** Puts `timer` into `from`, or further down where it belongs. */
  #siftDown(from: number, timer: number): void {
    const times = this.#time;
    const links = this.#link;
    const time = this.#due[timer];
    let position = from;
    for (;;) {
      const left = 2 * position;
      // By arithmetic, because which child is the earlier is what no branch predictor can learn.
      const child = left + +(times[left + 1] < times[left]);
      const below = times[child];
      if (time <= below) break;
      times[position] = below;
      const rising = links[2 * child];
      links[2 * position] = rising;
      links[2 * rising + 1] = position;
      position = child;
    }
    times[position] = time;
    links[2 * position] = timer;
    links[2 * timer + 1] = position;
  }
}
