/**
 * One CPU's performance monitoring unit: counters that advance with the code that runs, overflow, and pull the
 * performance monitoring interrupt line (PMI).
 *
 * Counters are never ticked: they advance by arithmetic whenever somebody looks, and the next overflow is computed.
 * Reference: Intel SDM 3B 18.2 (event selects, fixed counters, GLOBAL_STATUS/CTRL/OVF_CTRL); AMD BKDG family 10h 3.12.
 * Not modelled: counter masks, edge detection, any-thread counting; the freeze on PMI bits.
 */
import { Priority } from '../sim/event-queue.ts';
import type { Cpu, Machine } from '../sim/machine.ts';
import type { RandomStream } from '../sim/random.ts';
import type { Chip } from './chip.ts';
import { Lbr } from './lbr.ts';
import { HALTED, type Location } from './location.ts';
import { OVF_BUFFER, Pebs } from './pebs.ts';

/** Counter indices of the fixed counters start here, as in the kernel (X86_PMC_IDX_FIXED) and in GLOBAL_CTRL. */
export const FIXED_BASE = 32;

/** Cycles between a counter's overflow and the arrival of its PMI; those overflowing meanwhile share it. */
const SKID_CYCLES = { from: 10, to: 200 };

/** Bits of an event select register, or of a fixed counter's control field, that gate counting. */
export interface CounterGate {
  readonly user: boolean;
  readonly os: boolean;
  /** Raise a PMI on overflow. */
  readonly interrupt: boolean;
}

/** One counter: general ones first in `Pmu.counters`, then the fixed ones. */
class Counter {
  /** Index as the kernel numbers it: 0… general, 32… fixed. */
  readonly index: number;
  /** Its place in `Pmu.counters`. */
  readonly position: number;
  readonly modulus: number;
  readonly half: number;
  /** Where it is noticed that it has overflowed: the modulus, or with PEBS the event after it, for which the overflow has armed the counter. */
  limit: number;
  /** Present value, in events; fractions stay inside the counter. */
  value = 0;
  signal = 0;
  user = false;
  os = false;
  interrupt = false;
  /** The enable bit of its own control. */
  enabled = false;
  /** Enabled here and in GLOBAL_CTRL. */
  running = false;
  /** Events per cycle at the present location; 0 while not counting. */
  rate = 0;

  constructor(index: number, position: number, width: number) {
    this.index = index;
    this.position = position;
    this.modulus = 2 ** width;
    this.half = 2 ** (width - 1);
    this.limit = this.modulus;
  }
}

export class Pmu {
  readonly chip: Chip;
  readonly cpu: Cpu;
  readonly counters: readonly Counter[];
  /** The mask of all positions. */
  readonly allCounters: number;
  readonly #machine: Machine;
  readonly #skid: RandomStream;
  readonly #pmiTimer: number;
  readonly #handler: (regs: Location) => void;
  /** The location whose rates apply since `#since`, and the one before it. */
  location: Location = HALTED;
  #before: Location = HALTED;
  #since = 0;
  /** Cycle up to which the counters have been advanced. */
  #synced = 0;
  /** Bit masks over counters, by position in `counters`. */
  #global = 0;
  #status = 0;
  /** GLOBAL_CTRL is zero; `#global` keeps what it was before. */
  #frozen = false;
  /** A write reaches the low 32 bits, and is sign-extended. */
  readonly #writes32: boolean;
  /** Cycle at which a pending PMI arrives; Infinity when none is pending. */
  #pmiAt = Infinity;
  #nextSkid = 0;
  #lvtpcMasked = false;
  #dirty = false;
  /** The counters that run; null: to be found out. */
  #running: readonly Counter[] | null = null;
  #lbr: Lbr | null = null;
  /** The buffer for precise events. */
  readonly pebs = new Pebs();

  constructor(machine: Machine, cpu: Cpu, chip: Chip, handler: (regs: Location) => void) {
    this.chip = chip;
    this.cpu = cpu;
    this.#machine = machine;
    this.#skid = machine.random.stream(`pmu/skid/cpu${cpu.id}`);
    this.counters = [
      ...Array.from({ length: chip.general.count }, (_, i) => new Counter(i, i, chip.general.width)),
      ...Array.from({ length: chip.fixed.count }, (_, i) => new Counter(FIXED_BASE + i, chip.general.count + i, chip.fixed.width)),
    ];
    this.allCounters = 2 ** this.counters.length - 1;
    this.#writes32 = chip.maxPeriod < 2 ** 31 && chip.fullWidthWrites !== true;
    if (!chip.globalRegisters) this.#global = this.allCounters;
    this.#drawSkid();
    this.#handler = handler;
    this.#pmiTimer = cpu.timer(Priority.NMI, () => this.#deliver());
    const deliver = (): void => this.#deliver();
    cpu.onCharge = () => {
      this.sync();
      // A PMI that has become due while a handler was at work comes in.
      if (this.#pmiAt <= cpu.clock) cpu.nest(deliver);
    };
    cpu.onReturn = () => this.#settle();
  }

  /** The position in `counters` of the counter that the kernel calls `index`. */
  position(index: number): number {
    return index < FIXED_BASE ? index : this.chip.general.count + index - FIXED_BASE;
  }

  /** The CPU's execution moves to `to`, now on the CPU's clock. */
  enter(to: Location): void {
    this.sync();
    this.#before = this.location;
    this.#since = this.cpu.clock;
    this.location = to;
    const running = this.#counting();
    for (let i = 0; i < running.length; i++) this.#setRate(running[i]);
  }

  /** The last branch records. They hear of where execution goes from the first time on that somebody asks for them: until then `enter` knows nothing of it. */
  get lbr(): Lbr {
    this.#lbr ??= this.#watchBranches(new Lbr(this.cpu, this.chip.lbr!.depth, this.location));
    return this.#lbr;
  }

  #watchBranches(lbr: Lbr): Lbr {
    const enter = this.enter.bind(this);
    this.enter = (to) => {
      this.sync();
      // The entry stays masked from a PMI on until its handler is at work. One that must wait has come up in the code that is left.
      if (this.#lvtpcMasked || this.#pmiAt <= this.cpu.clock) lbr.freezeOnPmi();
      lbr.enter(to);
      enter(to);
    };
    return lbr;
  }

  /** Writes a counter's control: what it counts, in which rings, and whether it is enabled. */
  writeControl(position: number, signal: number, gate: CounterGate, enabled: boolean): void {
    this.sync();
    const counter = this.counters[position];
    counter.signal = signal;
    counter.user = gate.user;
    counter.os = gate.os;
    counter.interrupt = gate.interrupt;
    counter.enabled = enabled;
    this.#setRunning(counter);
  }

  /** Clears or sets the enable bit alone. */
  writeEnable(position: number, enabled: boolean): void {
    this.sync();
    const counter = this.counters[position];
    counter.enabled = enabled;
    this.#setRunning(counter);
  }

  /** Writes a counter with an event count in two's complement: −n overflows after n events, if it can be written at all. */
  writeCounter(position: number, value: number): void {
    this.sync();
    const counter = this.counters[position];
    const written = this.#writes32 ? value | 0 : value;
    counter.value = written < 0 ? written + counter.modulus : written;
    this.#dirty = true;
  }

  /** Reads a counter as the signed number that its width holds. */
  readCounter(position: number): number {
    this.sync();
    const { value, half, modulus } = this.counters[position];
    const whole = Math.floor(value);
    return whole >= half ? whole - modulus : whole;
  }

  /** IA32_PERF_GLOBAL_CTRL, as a mask over positions. */
  writeGlobalCtrl(mask: number): void {
    this.sync();
    const before = this.#global;
    // All off and all on again, as every interrupt does it, changes no counter's rate: time just passes by.
    if (this.#frozen) this.#synced = this.cpu.clock;
    this.#frozen = mask === 0;
    this.#dirty = true;
    if (this.#frozen || mask === before) return;
    this.#global = mask;
    for (const counter of this.counters) if (counter.enabled) this.#setRunning(counter);
  }

  /** IA32_PEBS_ENABLE, as a mask over positions. */
  writePebsEnable(mask: number): void {
    this.sync();
    for (const counter of this.counters) counter.limit = counter.modulus + (mask & (1 << counter.position) ? 1 : 0);
    this.#dirty = true;
  }

  /** IA32_PERF_GLOBAL_STATUS, as a mask over positions, and OVF_BUFFER. */
  readGlobalStatus(): number {
    this.sync();
    return this.#status;
  }

  /** IA32_PERF_GLOBAL_OVF_CTRL: clears the status bits that are set in `mask`. */
  writeGlobalOvfCtrl(mask: number): void {
    this.#status &= ~mask;
  }

  /** Unmasks the local APIC's performance counter entry, which a delivered PMI has masked. */
  writeLvtpc(): void {
    // What has overflowed until now found the entry masked, and raises no interrupt of its own.
    this.sync();
    this.#lvtpcMasked = false;
  }

  /** Advances all counters to the CPU's clock. */
  sync(): void {
    if (!this.#frozen && this.cpu.clock > this.#synced) this.#advance();
  }

  #advance(): void {
    const from = this.#synced;
    this.#synced = this.cpu.clock;
    const cycles = this.#synced - from;
    const running = this.#counting();
    for (let i = 0; i < running.length; i++) {
      const counter = running[i];
      const value = counter.value + cycles * counter.rate;
      if (value < counter.limit) counter.value = value;
      else this.#overflow(counter, from, value);
    }
  }

  #counting(): readonly Counter[] {
    this.#running ??= this.counters.filter(({ running }) => running);
    return this.#running;
  }

  #overflow(counter: Counter, from: number, value: number): void {
    const at = from + Math.ceil((counter.limit - counter.value) / counter.rate);
    counter.value = value - counter.modulus;
    const precise = counter.limit > counter.modulus;
    if (precise) this.#writeRecord(counter);
    else if (this.chip.globalRegisters) this.#status |= 1 << counter.position;
    if ((precise || counter.interrupt) && !this.#lvtpcMasked) this.#pmiAt = Math.min(this.#pmiAt, at + this.#nextSkid);
    this.#dirty = true;
  }

  /** The event after the overflow writes a record of where it happens; with it, the buffer has reached its threshold. */
  #writeRecord({ position }: Counter): void {
    this.pebs.write({ position, location: this.location });
    this.#status |= OVF_BUFFER;
  }

  #deliver(): void {
    this.sync();
    const at = this.#pmiAt;
    this.#pmiAt = Infinity;
    this.#dirty = true;
    if (at === Infinity) return;
    this.#lvtpcMasked = true;
    this.#drawSkid();
    // A PMI that had to wait for a handler's end still reports the code that it hit.
    this.#handler(at < this.#since ? this.#before : this.location);
  }

  /** Arms the PMI for what is pending or will overflow next. */
  #settle(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    const at = this.#pmiAt === Infinity ? this.#nextOverflow() + this.#nextSkid : this.#pmiAt;
    if (at === Infinity) this.#machine.queue.cancel(this.#pmiTimer);
    else this.#machine.queue.arm(this.#pmiTimer, Math.max(at, this.#machine.queue.now));
  }

  #nextOverflow(): number {
    let next = Infinity;
    if (this.#frozen) return next;
    const running = this.#counting();
    for (let i = 0; i < running.length; i++) {
      const { rate, interrupt, modulus, limit, value } = running[i];
      if ((!interrupt && limit === modulus) || rate === 0) continue;
      const at = this.#synced + Math.ceil((limit - value) / rate);
      if (at < next) next = at;
    }
    return next;
  }

  #setRunning(counter: Counter): void {
    const running = counter.enabled && (this.#global & (1 << counter.position)) !== 0;
    if (running !== counter.running) this.#running = null;
    counter.running = running;
    this.#setRate(counter);
  }

  #setRate(counter: Counter): void {
    const counts = counter.running && (this.location.ring === 'user' ? counter.user : counter.os);
    const rate = counts ? this.location.rates[counter.signal] : 0;
    if (rate === counter.rate) return;
    counter.rate = rate;
    this.#dirty = true;
  }

  #drawSkid(): void {
    this.#nextSkid = Math.round(this.#skid.between(SKID_CYCLES.from, SKID_CYCLES.to));
  }
}
