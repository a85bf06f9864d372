/**
 * The event queue: timers in a binary heap, in a total order of (time, priority, sequence of arming).
 *
 * A timer is made once and armed again and again, which is how hardware has them and costs no allocation; re-arming
 * the timer that is firing is one sift, not a removal and an insertion. State lives in typed arrays.
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

/** A tie is priority · 2^46 + sequence: exact in a double for 7·10^13 armings. */
const PRIORITY_UNIT = 2 ** 46;
const IDLE = -1;

export class EventQueue {
  /** Simulated time of the event that fires, or fired last; in whatever unit the owner counts. */
  now = 0;
  #size = 0;
  #sequence = 0;
  /** By heap position, from 1; beyond the last stand infinities, so that a missing child never wins. */
  #time = new Float64Array(64).fill(Infinity);
  #timer = new Int32Array(64);
  /** By timer: its heap position, or IDLE. */
  #position = new Int32Array(32).fill(IDLE);
  #base = new Float64Array(32);
  /** By timer, because it is seldom looked at: what decides between equal times. */
  #tie = new Float64Array(32);
  readonly #fire: ((timer: number) => void)[] = [];
  /** What one-shot timers will call, and those at rest by priority. */
  readonly #once = new Map<number, () => void>();
  readonly #spare: Record<Priority, number[]> = { 0: [], 1: [], 2: [], 3: [] };

  /** Makes a timer that calls `fire` when due, with its number: one function can serve many timers. */
  timer(priority: Priority, fire: (timer: number) => void): number {
    const timer = this.#fire.push(fire) - 1;
    if (timer >= this.#position.length) this.#growTimers();
    this.#base[timer] = priority * PRIORITY_UNIT;
    return timer;
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
    this.cancel(timer);
    this.#spare[priority].push(timer);
    fire();
  }

  /** Arms `timer` for `time`, which must be finite and not lie in the past; a timer that was armed is moved. */
  arm(timer: number, time: number): void {
    if (!(time >= this.now && time < Infinity)) throw new RangeError(`timer ${timer} armed for ${time} at ${this.now}`);
    this.#tie[timer] = this.#base[timer] + this.#sequence++;
    const position = this.#position[timer];
    if (position === 1) this.#siftDown(1, timer, time);
    else if (position !== IDLE) this.#move(position, timer, time);
    else {
      if (2 * ++this.#size + 2 > this.#time.length) this.#growHeap();
      this.#siftUp(this.#size, timer, time);
    }
  }

  cancel(timer: number): void {
    const position = this.#position[timer];
    if (position === IDLE) return;
    this.#position[timer] = IDLE;
    const last = this.#size--;
    const time = this.#time[last];
    this.#time[last] = Infinity;
    if (position !== last) this.#move(position, this.#timer[last], time);
  }

  isArmed(timer: number): boolean {
    return this.#position[timer] !== IDLE;
  }

  /** Time of the next event; Infinity when there is none. */
  get nextTime(): number {
    return this.#time[1];
  }

  /** Fires the next event, if there is one not later than `until`; whether it did. */
  step(until = Infinity): boolean {
    const time = this.#time[1];
    if (this.#size === 0 || time > until) return false;
    const timer = this.#timer[1];
    const tie = this.#tie[timer];
    this.now = time;
    this.#fire[timer](timer);
    // Every arming draws a new tie: an unchanged one means that the handler did not arm its timer again.
    if (this.#tie[timer] === tie) this.cancel(timer);
    return true;
  }

  /** Puts `timer` into `position`, whatever stands there, and from there to where it belongs. */
  #move(position: number, timer: number, time: number): void {
    if (position > 1 && this.#before(time, this.#tie[timer], position >> 1)) this.#siftUp(position, timer, time);
    else this.#siftDown(position, timer, time);
  }

  /** Whether (time, tie) comes before what stands at `position`. */
  #before(time: number, tie: number, position: number): boolean {
    const other = this.#time[position];
    return time < other || (time === other && tie < this.#tie[this.#timer[position]]);
  }

  #siftUp(from: number, timer: number, time: number): void {
    const times = this.#time;
    const timers = this.#timer;
    const positions = this.#position;
    const tie = this.#tie[timer];
    let position = from;
    while (position > 1) {
      const parent = position >> 1;
      if (!this.#before(time, tie, parent)) break;
      times[position] = times[parent];
      positions[(timers[position] = timers[parent])] = position;
      position = parent;
    }
    times[position] = time;
    timers[position] = timer;
    positions[timer] = position;
  }

  #siftDown(from: number, timer: number, time: number): void {
    const times = this.#time;
    const timers = this.#timer;
    const positions = this.#position;
    const ties = this.#tie;
    let position = from;
    for (;;) {
      let child = position << 1;
      const left = times[child];
      const right = times[child + 1];
      // By arithmetic, because which child is the earlier is what no branch predictor can learn.
      child += +(right < left);
      if (right === left && ties[timers[child + 1]] < ties[timers[child]]) child++;
      const below = times[child];
      if (time < below || (time === below && ties[timer] < ties[timers[child]])) break;
      times[position] = below;
      positions[(timers[position] = timers[child])] = position;
      position = child;
    }
    times[position] = time;
    timers[position] = timer;
    positions[timer] = position;
  }

  #growHeap(): void {
    const length = 2 * this.#time.length;
    const time = new Float64Array(length).fill(Infinity);
    time.set(this.#time);
    this.#time = time;
    this.#timer = grown(this.#timer, new Int32Array(length));
  }

  #growTimers(): void {
    const length = 2 * this.#position.length;
    this.#position = grown(this.#position, new Int32Array(length).fill(IDLE));
    this.#base = grown(this.#base, new Float64Array(length));
    this.#tie = grown(this.#tie, new Float64Array(length));
  }
}

function grown<A extends Float64Array | Int32Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}
