/**
 * What happens when a counter has overflowed: throttling, the next period, the sample, and the wakeup it leaves behind.
 *
 * Reference: __perf_event_overflow, perf_adjust_period, perf_calculate_period, perf_event_wakeup and
 * perf_pending_event of kernel/events/core.c, v3.1 and v3.2; steps O1 to O8, section 7.1.
 * Not modelled: guest callbacks; that event_limit is read when the handler begins.
 */
import { effect, effect_of, hook } from '../sim/memory.ts';
import { POLLERR, POLLHUP, POLLIN, POLLRDNORM, POLL_ERR, POLL_HUP, POLL_IN, SIGIO, SIGTRAP, TRAP_PERF } from './abi/index.ts';
import { READ_ONCE, WRITE_ONCE, atomic_add_return } from './primitives.ts';
import { SidebandCode } from './sideband.ts';
import {
  MAX_INTERRUPTS, PERF_EF_RELOAD, PERF_EF_UPDATE, type PerfEvent, type Regs,
} from './structs/index.ts';

const NSEC_PER_SEC = 1_000_000_000;

/** band_table of fs/fcntl.c: the poll(2) bits that go with the code of a SIGIO. */
const SI_BAND: ReadonlyMap<number, number> = new Map([
  [POLL_IN, POLLIN | POLLRDNORM], [POLL_ERR, POLLERR], [POLL_HUP, POLLHUP | POLLERR],
]);

export abstract class OverflowCode extends SidebandCode {
  /** Turns the event off on this CPU, from the irq_work. */
  abstract __perf_event_disable(event: PerfEvent): void;

  /** The sysctl perf_event_max_sample_rate, which later kernels lower themselves. */
  get sysctl_perf_event_sample_rate(): number {
    return this.config.perf_event_max_sample_rate;
  }

  /** Overflows per tick above which an event is throttled. */
  get max_samples_per_tick(): number {
    return Math.ceil(this.sysctl_perf_event_sample_rate / this.config.hz);
  }

  /** A counter of `event` has overflowed after `period` events; true if the PMU must stop it. NMI context. */
  perf_event_overflow(event: PerfEvent, period: number, regs: Regs, throttle = true): boolean {
    if (!event.is_sampling) return false;
    if (hook === null) this.trace.overflow(event);
    else effect_of(this.trace, 'overflow', event);
    let stop = this.perf_event_throttle(event, throttle);

    if (event.attr.freq) this.perf_event_adjust_on_overflow(event);

    WRITE_ONCE(event.pending_kill, POLL_IN);
    if (READ_ONCE(event.event_limit) !== 0 && atomic_add_return(event.event_limit, -1) === 0) {
      stop = true;
      WRITE_ONCE(event.pending_kill, POLL_HUP);
      WRITE_ONCE(event.pending_disable, 1);
      this.irq_work_queue(event.pending);
    }

    if (event.overflow_handler !== null) event.overflow_handler(event, regs);
    else this.perf_event_output(event, period, regs);

    if (event.attr.sigtrap) this.perf_sigtrap(event, regs);
    if (this.perf_event_fasync(event) !== null && READ_ONCE(event.pending_kill) !== 0) {
      WRITE_ONCE(event.pending_wakeup, 1);
      this.irq_work_queue(event.pending);
    }
    return stop;
  }

  /** Counts the overflow against the tick's limit; at the limit an event that may be is throttled, which its sample survives. */
  perf_event_throttle(event: PerfEvent, throttle: boolean): boolean {
    const { hw } = event;
    if (hw.interrupts < this.max_samples_per_tick) {
      hw.interrupts++;
      return false;
    }
    if (!throttle) return false;
    hw.interrupts = MAX_INTERRUPTS;
    this.perf_log_throttle(event, false);
    return true;
  }

  perf_event_adjust_on_overflow(event: PerfEvent): void {
    const { hw } = event;
    const { freq_time_stamp } = hw;
    const now = this.perf_clock();
    const delta = now - freq_time_stamp;
    hw.freq_time_stamp = now;
    // The first overflow follows on none: Linux has been up for more than two ticks by then.
    if (freq_time_stamp === 0) return;
    if (delta > 0 && delta < 2 * this.tick_nsec) this.perf_adjust_period(event, delta, hw.last_period);
  }

  /** Moves the period an eighth of the way to what `count` events in `nsec` ask for. Stops the event for it, unless that has been done. */
  perf_adjust_period(event: PerfEvent, nsec: number, count: number, disable = true): void {
    const { hw } = event;
    const { sample_period } = hw;
    const period = perf_calculate_period(event.sample_freq, nsec, count);
    const adapted = sample_period + this.perf_period_step(period - sample_period) || 1;
    hw.sample_period = adapted;
    // A period that has shrunk a lot takes effect at once, not when the old one has run out.
    if (hw.period_left > 8 * adapted) {
      if (disable) event.pmu.stop(event, PERF_EF_UPDATE);
      hw.period_left = 0;
      if (disable) event.pmu.start(event, PERF_EF_RELOAD);
    }
  }

  /** The low-pass filter: C division truncates, so that small negative steps vanish. */
  perf_period_step(delta: number): number {
    return Math.trunc((delta + 7) / 8);
  }

  /** The event whose file is O_ASYNC. Inherited events look at their own, empty, list until v4.2. */
  perf_event_fasync(event: PerfEvent): PerfEvent | null {
    return READ_ONCE(event.fasync) === null ? null : event;
  }

  /** Wakes whoever waits for records of `event`. Hard interrupt context. */
  abstract perf_event_wakeup(event: PerfEvent): void;

  /** attr.sigtrap: the task that has caused the overflow is told on its return to user mode, before its next instruction. */
  perf_sigtrap({ attr }: PerfEvent, regs: Regs): void {
    const task = this.current();
    if (task === null || task.exiting) return;
    const details = { si_code: TRAP_PERF, si_perf_data: attr.sig_data, si_addr: regs.addr ?? 0 };
    effect(() => this.hardware.send_signal(task, SIGTRAP, details));
  }

  /** Sends the SIGIO that an overflow has asked for, and forgets it. */
  kill_fasync(event: PerfEvent): void {
    const band = READ_ONCE(event.pending_kill);
    if (band === 0) return;
    this.send_sigio(event, band);
    WRITE_ONCE(event.pending_kill, 0);
  }

  send_sigio(event: PerfEvent, band: number): void {
    const source = this.perf_event_fasync(event) ?? event;
    const file = READ_ONCE(source.fasync);
    const owner = file?.f_owner ?? null;
    if (file === null || owner === null) return;
    // Only who has chosen a signal with F_SETSIG is told more than that there was one (send_sigio_to_task).
    const { f_signum: signal, fasync_fd } = file;
    const details = { si_code: band, si_fd: fasync_fd, si_band: SI_BAND.get(band)! };
    if (signal !== 0) effect(() => this.hardware.send_signal(owner, signal, details));
    else effect(() => this.hardware.send_signal(owner, SIGIO));
  }

  /** The irq_work callback of every event. */
  override perf_pending_event(event: PerfEvent): void {
    if (READ_ONCE(event.pending_disable) !== 0) {
      WRITE_ONCE(event.pending_disable, 0);
      this.__perf_event_disable(event);
    }
    if (READ_ONCE(event.pending_wakeup) !== 0) {
      WRITE_ONCE(event.pending_wakeup, 0);
      effect_of(this.trace, 'wakeup_run', event);
      this.perf_event_wakeup(event);
    }
  }
}

/**
 * The period that gives `frequency` samples per second, if `count` events take `nsec`. Exact, where the kernel, to stay
 * within 64 bits, drops low bits of products that no run here comes near.
 */
export function perf_calculate_period(frequency: number, nsec: number, count: number): number {
  const dividend = count * NSEC_PER_SEC;
  const divisor = nsec * frequency;
  if (divisor === 0) return dividend;
  if (dividend <= Number.MAX_SAFE_INTEGER && divisor <= Number.MAX_SAFE_INTEGER) return Math.floor(dividend / divisor);
  return Number((BigInt(count) * BigInt(NSEC_PER_SEC)) / (BigInt(nsec) * BigInt(frequency)));
}
