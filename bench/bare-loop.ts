/**
 * The least that any simulation of the main job must do, as one bare loop: a heap of four timers (three counters and the
 * tick), periods that adapt, records of 48 bytes in a ring, a reader that copies them out at the watermark. No kernel
 * text, no choice, no generality: the limit against which the simulator's overhead is measured.
 */
const PAGES = 128;
const SIZE = PAGES * 4096;
const WATERMARK = SIZE / 2;
const RECORD = 48;
const COUNTERS = 3;
const TICK = COUNTERS;
const KHZ = 2_666_667;

export class BareLoop {
  readonly time = new Float64Array(8).fill(Infinity);
  readonly timer = new Int32Array(8);
  readonly period = new Float64Array(COUNTERS);
  readonly last = new Float64Array(COUNTERS);
  readonly view = new DataView(new ArrayBuffer(SIZE));
  readonly out = new Uint8Array(SIZE);
  head = 0;
  tail = 0;
  stamp = 0;
  samples = 0;

  /** Simulates `seconds`; returns the number of samples. */
  run(seconds: number): number {
    const end = seconds * KHZ * 1000;
    for (let i = 0; i < COUNTERS; i++) {
      this.period[i] = KHZ;
      this.time[i + 1] = KHZ + 100 * i;
      this.timer[i + 1] = i;
    }
    this.time[TICK + 1] = KHZ;
    this.timer[TICK + 1] = TICK;
    for (let now = this.time[1]; now < end; now = this.time[1]!) {
      const timer = this.timer[1];
      this.rearm(now + (timer === TICK ? KHZ : this.overflow(timer, now)), timer);
    }
    return this.samples;
  }

  /** Writes a record, adapts the period, and returns it. */
  overflow(counter: number, now: number): number {
    const elapsed = now - this.last[counter];
    this.last[counter] = now;
    const period = this.period[counter];
    const adapted = period + Math.trunc((Math.floor((period * KHZ) / elapsed) - period) / 8);
    this.period[counter] = adapted;
    if (this.head - this.tail + RECORD < SIZE) this.record(counter, now, period);
    return adapted;
  }

  record(counter: number, now: number, period: number): void {
    const { view } = this;
    const mask = SIZE - 1;
    const at = this.head;
    view.setUint32(at & mask, 9, true);
    view.setUint32((at + 4) & mask, 0x300002, true);
    view.setUint32((at + 8) & mask, 0x400530, true);
    view.setUint32((at + 12) & mask, 0, true);
    view.setUint32((at + 16) & mask, 1000, true);
    view.setUint32((at + 20) & mask, 1000, true);
    view.setUint32((at + 24) & mask, now >>> 0, true);
    view.setUint32((at + 28) & mask, now / 2 ** 32, true);
    view.setUint32((at + 32) & mask, counter, true);
    view.setUint32((at + 36) & mask, 0, true);
    view.setUint32((at + 40) & mask, period, true);
    view.setUint32((at + 44) & mask, 0, true);
    this.head += RECORD;
    this.samples++;
    if (this.head - this.stamp > WATERMARK) {
      this.stamp += WATERMARK;
      this.out.set(new Uint8Array(view.buffer));
      this.tail = this.head;
    }
  }

  rearm(time: number, timer: number): void {
    let at = 1;
    for (;;) {
      let child = 2 * at;
      if (this.time[child + 1] < this.time[child]) child++;
      if (child > COUNTERS + 1 || time <= this.time[child]) break;
      this.time[at] = this.time[child]!;
      this.timer[at] = this.timer[child]!;
      at = child;
    }
    this.time[at] = time;
    this.timer[at] = timer;
  }
}
