/**
 * The x86 PMU driver: events on counters, periods in counters, and the performance monitoring interrupt.
 *
 * Reference: arch/x86/kernel/cpu/perf_event.c of v3.1 and v3.2; sections 8.1 to 8.5. Counter positions (0…n−1 general,
 * then the fixed ones) stand for the kernel's indices (0…, 32…): the order is the same.
 * Not modelled: extra registers beside OFFCORE_RSP and LBR_SELECT; the Nehalem erratum work-around; the user page;
 * spurious and back-to-back NMIs; the reset of a PMU whose handler comes to no end (counters stand still in it, so that it does).
 */
import type { CacheTable, Chip, ChipEvent } from '../../pmu/chip.ts';
import { OVF_BUFFER } from '../../pmu/pebs.ts';
import { SIGNALS, type Location, type Signal } from '../../pmu/location.ts';
import { EAGAIN, EINVAL, ENOSPC, EOPNOTSUPP, PERF_SAMPLE_BRANCH_STACK, type PerfEventAttr } from '../abi/index.ts';
import type { OverflowCode } from '../overflow.ts';
import {
  PERF_EF_RELOAD, PERF_EF_START, PERF_EF_UPDATE, PERF_EVENT_STATE_OFF, PERF_HES_ARCH, PERF_HES_STOPPED, PERF_HES_UPTODATE,
  type PerfEvent, type PerfEventContext, type PmuOperations, type Regs,
} from '../structs/index.ts';
import { GENERIC_EVENTS, chip_event, event_constraint } from './chip-event.ts';
import { CpuHwEvents } from './cpu-hw-events.ts';
import { IntelDs, intel_pebs_constraint, max_precise, use_ds } from './ds.ts';
import { any_thread_refused, wants_each_branch } from './hw-config.ts';
import { IntelLbr, use_lbr } from './lbr.ts';
import { intel_pmu_setup_lbr_filter } from './lbr-filter.ts';
import { Msr } from './msr.ts';
import { can_keep_previous, have_shared_regs, lowest_free, type Assignment } from './schedule-events.ts';

/** Loops of the Intel handler before it gives up and resets the PMU. */
const MAX_HANDLER_LOOPS = 100;

export class X86Pmu implements PmuOperations {
  readonly name = 'cpu';
  readonly task_ctx_nr = 0;
  readonly software = false;
  protected readonly kernel: OverflowCode;
  readonly #cpus: readonly CpuHwEvents[];
  readonly #msr: Msr;
  /** Whether any event has asked for a register that events share. */
  #knows_shared_regs = false;
  /** In use since the first event that asked for branches. */
  #lbr: IntelLbr | null = null;
  /** In use since the first precise event. */
  #ds: IntelDs | null = null;

  constructor(kernel: OverflowCode) {
    this.kernel = kernel;
    this.#msr = new Msr(kernel.hardware);
    const { chip } = kernel.hardware;
    const counters = chip.general.count + chip.fixed.count;
    this.#cpus = kernel.per_cpu.map(() => new CpuHwEvents(counters));
  }

  /** PERF_COUNT_HW_* by number; later kernels know more of them. */
  readonly generic_events: readonly Signal[] = GENERIC_EVENTS;

  /** Chooses counters for events that cannot all keep theirs; later kernels choose differently. */
  protected assign_events(events: readonly PerfEvent[]): Assignment {
    return lowest_free(events.map(({ hw }) => hw.constraint));
  }

  /** The longest period that is written into a counter. */
  protected get max_period(): number {
    return this.kernel.hardware.chip.maxPeriod;
  }

  /** How far from its overflow a counter is to start that would have `left` events to go. */
  protected limit_period(left: number): number {
    return left;
  }

  /** Whether no event may be opened with this period, or frequency, which the kernel finds in the same place. */
  protected is_too_short({ sample_period }: PerfEventAttr): boolean {
    return sample_period > 0n && this.limit_period(Number(sample_period)) > Number(sample_period);
  }

  /** What events that find no counters are refused with. */
  protected readonly out_of_counters: number = -ENOSPC;

  /** Whether Intel's handler leaves all counters on, although it may have come into a section in which they are off. */
  protected readonly nmi_enables: boolean = true;

  /** Whether the event stands for one of perf's generic events. */
  is_available(_event: ChipEvent): boolean {
    return true;
  }

  /** What the chip's cache events stand for; later kernels have corrected some. */
  hw_cache_event_ids({ caches, formerCaches = caches }: Chip): CacheTable {
    return formerCaches;
  }

  /** Whether the event is a matter for the branch trace store. */
  protected wants_bts(event: PerfEvent, _code: ChipEvent): boolean {
    return wants_each_branch(event.attr);
  }

  event_init(event: PerfEvent): number {
    const { chip } = this.kernel.hardware;
    const code = chip_event(event.attr, chip, this);
    if (typeof code === 'number') return code;
    if (this.is_too_short(event.attr)) return -EINVAL;
    if (this.wants_bts(event, code)) return -EOPNOTSUPP;
    const { hw } = event;
    hw.config = SIGNALS.indexOf(code.signal);
    const { exclude_user, exclude_kernel, exclude_host } = event.attr;
    // There are no guests here, and what excludes their host counts nothing.
    const counts = !exclude_host && !code.unfiltered;
    hw.gate = { user: counts && !exclude_user, os: counts && !exclude_kernel, interrupt: true };
    hw.constraint = event_constraint(code, chip);
    hw.overlap = code.overlap ?? false;
    hw.offcore = code.offcore ?? false;
    this.#knows_shared_regs ||= hw.offcore;
    if (event.attr.precise_ip > 0) {
      const result = this.#setup_pebs(event, code);
      if (result !== 0) return result;
    }
    if (event.sample_type & PERF_SAMPLE_BRANCH_STACK) {
      const result = this.#setup_lbr(event);
      if (result !== 0) return result;
    }
    if (!event.is_sampling) {
      hw.sample_period = this.max_period;
      hw.last_period = hw.sample_period;
      hw.period_left = hw.sample_period;
    }
    const refused = any_thread_refused(event, chip, this.kernel);
    return refused === 0 ? this.#validate_group(event) : refused;
  }

  /** Which counters a precise event may have. Without any it is refused, as by the fake reservation of validate_event. */
  #setup_pebs({ attr, hw, sample_type }: PerfEvent, code: ChipEvent): number {
    const { chip } = this.kernel.hardware;
    if (attr.precise_ip > max_precise(chip) || sample_type & PERF_SAMPLE_BRANCH_STACK) return -EOPNOTSUPP;
    hw.constraint = intel_pebs_constraint(code, chip);
    if (hw.constraint === 0) return this.out_of_counters;
    hw.gate = { ...hw.gate, interrupt: false };
    if (this.#ds === null) {
      this.#ds = new IntelDs(this.kernel, this.#msr);
      use_ds(this, this.#ds);
    }
    return 0;
  }

  #setup_lbr({ attr, hw }: PerfEvent): number {
    const filter = intel_pmu_setup_lbr_filter(attr.branch_sample_type, this.kernel.hardware.chip);
    if (typeof filter === 'number') return filter;
    hw.branch_reg = filter;
    this.#knows_shared_regs = true;
    if (this.#lbr === null) {
      this.#lbr = new IntelLbr(this.kernel.hardware, this.#msr);
      use_lbr(this, this.#lbr);
    }
    return 0;
  }

  /** The task whose context this is has come on. */
  sched_task(ctx: PerfEventContext | null): void {
    this.#lbr?.intel_pmu_lbr_sched_task(ctx);
  }

  /** A group that could never be on together is refused at once. Siblings that are off are not asked (collect_events). */
  #validate_group(event: PerfEvent): number {
    const leader = event.group_leader!;
    const group = leader === event ? [event] : [...this.kernel.perf_group_events(leader), event];
    const isAsked = (member: PerfEvent): boolean => member === leader || member === event || member.state > PERF_EVENT_STATE_OFF;
    const hardware = group.filter((member) => member.pmu === event.pmu && isAsked(member));
    return !this.#have_shared_regs(hardware) || this.assign_events(hardware) === null ? this.out_of_counters : 0;
  }

  is_enabled(): boolean {
    return this.#cpu().enabled;
  }

  #cpu(): CpuHwEvents {
    return this.#cpus[this.kernel.hardware.smp_processor_id];
  }

  pmu_disable(): void {
    const cpu = this.#cpu();
    if (cpu.disable_count++ > 0 || !cpu.enabled) return;
    cpu.n_added = 0;
    cpu.enabled = false;
    this.disable_all(cpu);
  }

  pmu_enable(): void {
    const cpu = this.#cpu();
    if (--cpu.disable_count > 0 || cpu.enabled) return;
    if (cpu.n_added > 0) this.#place_added(cpu);
    cpu.n_added = 0;
    cpu.enabled = true;
    this.enable_all(cpu);
  }

  /** Moves events whose counter has changed, then starts those and the new ones on their counters. */
  #place_added(cpu: CpuHwEvents): void {
    const { n_events } = cpu;
    const n_running = n_events - cpu.n_added;
    for (let i = 0; i < n_running; i++) {
      const event = cpu.event_list[i];
      if (event.hw.idx === cpu.assign[i]) continue;
      if (event.hw.state & PERF_HES_STOPPED) event.hw.state |= PERF_HES_ARCH;
      this.stop(event, PERF_EF_UPDATE);
    }
    for (let i = 0; i < n_events; i++) {
      const event = cpu.event_list[i];
      const idx = cpu.assign[i];
      const moved = event.hw.idx !== idx;
      event.hw.idx = idx;
      if (!moved && i < n_running) continue;
      if (event.hw.state & PERF_HES_ARCH) continue;
      this.start(event, PERF_EF_RELOAD);
    }
  }

  disable_all(cpu: CpuHwEvents): void {
    if (this.kernel.hardware.chip.globalRegisters) this.#msr.write_global_ctrl(false);
    else this.#set_all_enabled(cpu, false);
  }

  enable_all(cpu: CpuHwEvents): void {
    if (this.kernel.hardware.chip.globalRegisters) this.#msr.write_global_ctrl(true);
    else this.#set_all_enabled(cpu, true);
  }

  #set_all_enabled(cpu: CpuHwEvents, enabled: boolean): void {
    for (const event of cpu.events) {
      if (event !== null) this.#msr.write_enable(event.hw.idx, enabled);
    }
  }

  add(event: PerfEvent, flags: number): number {
    const cpu = this.#cpu();
    this.pmu_disable();
    const n = cpu.n_events;
    event.hw.state = PERF_HES_UPTODATE | PERF_HES_STOPPED | (flags & PERF_EF_START ? 0 : PERF_HES_ARCH);
    let result = n === cpu.events.length ? this.out_of_counters : 0;
    if (result === 0) cpu.event_list[n] = event;
    if (result === 0 && !cpu.txn) result = this.#assign(cpu, n + 1);
    if (result === 0) {
      cpu.n_events++;
      cpu.n_added++;
      if (cpu.txn) cpu.n_txn++;
    }
    this.pmu_enable();
    return result;
  }

  #have_shared_regs(events: readonly PerfEvent[]): boolean {
    return have_shared_regs(events, this.kernel.hardware.chip.offcoreRegisters ?? 0);
  }

  /** Chooses counters for the first `n` of the list: those that they had, if all can keep theirs. */
  #assign(cpu: CpuHwEvents, n: number): number {
    if (this.#knows_shared_regs && !this.#have_shared_regs(cpu.event_list.slice(0, n))) return this.out_of_counters;
    if (can_keep_previous(cpu.event_list, n)) {
      for (let i = 0; i < n; i++) cpu.assign[i] = cpu.event_list[i].hw.idx;
      return 0;
    }
    const assignment = this.assign_events(Array.from({ length: n }, (_, i) => cpu.event_list[i]));
    if (assignment === null) return this.out_of_counters;
    assignment.forEach((idx, i) => cpu.assign[i] = idx);
    return 0;
  }

  del(event: PerfEvent): void {
    const cpu = this.#cpu();
    // An event that a cancelled transaction takes off again has never been started.
    this.stop(event, PERF_EF_UPDATE);
    const { n_events } = cpu;
    let at = 0;
    while (at < n_events && cpu.event_list[at] !== event) at++;
    if (at === n_events) return;
    for (let i = at + 1; i < n_events; i++) {
      cpu.event_list[i - 1] = cpu.event_list[i];
      cpu.assign[i - 1] = cpu.assign[i];
    }
    cpu.n_events--;
    if (this.was_just_added(cpu.txn, at, n_events - cpu.n_added)) cpu.n_added--;
  }

  /** Whether the event that goes off from place `at` counts among those to be started. v3.1 knows that only of what a transaction has added (cancel_txn). */
  protected was_just_added(txn: boolean, _at: number, _n_running: number): boolean {
    return txn;
  }

  start_txn(): void {
    const cpu = this.#cpu();
    this.pmu_disable();
    cpu.txn = true;
    cpu.n_txn = 0;
  }

  commit_txn(): number {
    const cpu = this.#cpu();
    const result = this.#assign(cpu, cpu.n_events);
    if (result !== 0) return -EAGAIN;
    cpu.txn = false;
    this.pmu_enable();
    return 0;
  }

  cancel_txn(): void {
    this.#cpu().txn = false;
    this.pmu_enable();
  }

  start(event: PerfEvent, flags: number): void {
    const { hw } = event;
    const { idx } = hw;
    if ((hw.state & PERF_HES_STOPPED) === 0 || idx === -1) return;
    if (flags & PERF_EF_RELOAD) this.x86_perf_event_set_period(event);
    const cpu = this.#cpu();
    hw.state = 0;
    cpu.events[idx] = event;
    const enabled = this.kernel.hardware.chip.globalRegisters || cpu.enabled;
    this.#msr.write_control(idx, hw.config, hw.gate, enabled);
  }

  stop(event: PerfEvent, flags: number): void {
    const { hw } = event;
    const { idx } = hw;
    const cpu = this.#cpu();
    if (idx !== -1 && cpu.events[idx] === event) {
      this.#msr.write_enable(idx, false);
      cpu.events[idx] = null;
      hw.state |= PERF_HES_STOPPED;
    }
    if (flags & PERF_EF_UPDATE && (hw.state & PERF_HES_UPTODATE) === 0) {
      this.x86_perf_event_update(event);
      hw.state |= PERF_HES_UPTODATE;
    }
  }

  read(event: PerfEvent): void {
    this.x86_perf_event_update(event);
  }

  /** Writes the rest of the period into the counter; true if a full period has elapsed since the last time. */
  x86_perf_event_set_period(event: PerfEvent): boolean {
    const { hw } = event;
    const period = hw.sample_period;
    let left = hw.period_left;
    let elapsed = false;
    if (left <= -period) {
      left = period;
      elapsed = true;
    } else if (left <= 0) {
      left += period;
      elapsed = true;
    }
    if (elapsed) {
      hw.period_left = left;
      hw.last_period = period;
    }
    // A period of 1 is too short for the hardware; a long one is run in pieces.
    left = Math.min(Math.max(left, 2), this.max_period);
    left = this.limit_period(left);
    hw.prev_count = -left;
    this.#msr.write_counter(hw.idx, -left);
    return elapsed;
  }

  /** Adds what the counter has counted since the last look to the event. */
  x86_perf_event_update(event: PerfEvent): void {
    const { hw } = event;
    const { idx } = hw;
    if (idx === -1) return;
    const value = this.#msr.read_counter(idx);
    const delta = value - hw.prev_count;
    hw.prev_count = value;
    event.count += delta;
    hw.period_left -= delta;
  }

  /** The NMI. `location` is the code that it interrupted. */
  handle_irq(location: Location): void {
    const { hardware } = this.kernel;
    hardware.charge('nmi_entry');
    hardware.pmu.writeLvtpc();
    this.#cpu().regs = null;
    this.perf_event_nmi_handler(location);
  }

  /** The part of the NMI that is perf's. */
  protected perf_event_nmi_handler(location: Location): void {
    if (this.kernel.hardware.chip.globalRegisters) this.intel_pmu_handle_irq(location);
    else this.#x86_pmu_handle_irq(location);
  }

  /** Counters stand still while the status register is served, bit by bit, until it reads zero. */
  intel_pmu_handle_irq(location: Location): void {
    const pmu = this.kernel.hardware.pmu;
    const cpu = this.#cpu();
    this.#msr.write_global_ctrl(false);
    for (let loops = 0, status = pmu.readGlobalStatus(); status !== 0; status = pmu.readGlobalStatus()) {
      pmu.writeGlobalOvfCtrl(status);
      if (++loops > MAX_HANDLER_LOOPS) break;
      if (status & OVF_BUFFER) this.drain_pebs(cpu);
      for (let position = 0; position < pmu.counters.length; position++) {
        if ((status & (1 << position)) === 0) continue;
        const event = cpu.events[position];
        if (event === null) continue;
        this.kernel.hardware.charge('pmi_counter');
        this.x86_perf_event_update(event);
        if (this.x86_perf_event_set_period(event)) this.#overflow(event, event.hw.last_period, location);
      }
    }
    if (cpu.enabled || this.nmi_enables) this.enable_all(cpu);
  }

  /** Makes samples of the records of precise events, once there are any. */
  drain_pebs(_cpu: CpuHwEvents): void {}

  /** Without a status register every counter is looked at: a sign bit that is clear means that it has wrapped. */
  #x86_pmu_handle_irq(location: Location): void {
    const cpu = this.#cpu();
    for (const event of cpu.events) {
      if (event === null) continue;
      this.x86_perf_event_update(event);
      if (event.hw.prev_count < 0) continue;
      const period = event.hw.last_period;
      const elapsed = this.x86_perf_event_set_period(event);
      // The counter runs again: what the rest of the service takes is counted in the next period.
      this.kernel.hardware.charge('pmi_counter');
      if (elapsed) this.#overflow(event, period, location);
    }
  }

  /** All samples of one interrupt say the same of where it came in. */
  #overflow(event: PerfEvent, period: number, location: Location): void {
    const cpu = this.#cpu();
    cpu.regs ??= this.regs_at(event, location);
    if (this.kernel.perf_event_overflow(event, period, cpu.regs)) this.stop(event, 0);
  }

  /** What the registers show; `event` is the first that has overflowed. */
  regs_at(event: PerfEvent, location: Location): Regs {
    return this.kernel.hardware.regs_in(location, event.hw.config);
  }
}
