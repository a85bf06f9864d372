/**
 * cpu-clock and task-clock: time as an event, sampled by a high-resolution timer.
 *
 * Reference: perf_cpu_clock, perf_task_clock and perf_swevent_hrtimer of kernel/events/core.c, v3.2; section 7.6.
 * Not modelled: exclude_idle's knowledge of the idle task beyond pid 0.
 */
import { ENOENT, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK, PERF_TYPE_SOFTWARE, type PerfEventAttr } from './abi/index.ts';
import { UnlimitedPmu } from './software-pmu.ts';
import { Hrtimer, PERF_EF_START, PERF_EVENT_STATE_ACTIVE, type PerfEvent, type Regs } from './structs/index.ts';

const NSEC_PER_SEC = 1_000_000_000n;
/** No clock samples more often than every 10 µs. */
const PERIOD_MIN_NS = 10_000;

/** Types of PMUs that are handed out when they register: those of the clocks come first, cpu-clock before task-clock. */
const FIRST_CLOCK_TYPE = 6;

abstract class ClockPmu extends UnlimitedPmu {
  protected abstract readonly event_id: number;

  /** The time that the event counts: now, and where its context is about to change or has just changed. */
  protected abstract time(event: PerfEvent): number;
  protected abstract time_of_context(event: PerfEvent): number;

  /** The event's time has a fixed rate: a frequency is a period at once, and nothing is left to adjust. */
  readonly event_attr = (attr: PerfEventAttr): PerfEventAttr =>
    this.#is_mine(attr) && attr.freq && attr.sample_period > 0n
      ? { ...attr, freq: false, sample_period: NSEC_PER_SEC / attr.sample_period }
      : attr;

  #is_mine({ type, config }: PerfEventAttr): boolean {
    const isType = type === PERF_TYPE_SOFTWARE || (this.kernel.attr_limits.clock_types && type === FIRST_CLOCK_TYPE + this.event_id);
    return isType && config === BigInt(this.event_id);
  }

  event_init(event: PerfEvent): number {
    if (!this.#is_mine(event.attr)) return -ENOENT;
    if (event.is_sampling) event.hw.hrtimer = new Hrtimer((regs) => this.perf_swevent_hrtimer(event, regs));
    return 0;
  }

  add(event: PerfEvent, flags: number): number {
    if (flags & PERF_EF_START) this.start(event);
    return 0;
  }

  del(event: PerfEvent): void {
    this.stop(event);
  }

  start(event: PerfEvent): void {
    event.hw.prev_count = this.time_of_context(event);
    this.#start_hrtimer(event);
  }

  stop(event: PerfEvent): void {
    const { hw } = event;
    const timer = hw.hrtimer;
    if (timer !== null) hw.period_left = this.kernel.hardware.hrtimer_cancel(timer);
    this.#update(event, this.time_of_context(event));
  }

  read(event: PerfEvent): void {
    this.#update(event, this.time(event));
  }

  #update(event: PerfEvent, now: number): void {
    const { hw } = event;
    event.count += now - hw.prev_count;
    hw.prev_count = now;
  }

  /** An event that was stopped in mid-period goes on with what was left of it. */
  #start_hrtimer({ hw }: PerfEvent): void {
    const timer = hw.hrtimer;
    if (timer === null) return;
    let period = hw.period_left;
    if (period === 0) period = Math.max(PERIOD_MIN_NS, hw.sample_period);
    else if (period < 0) period = PERIOD_MIN_NS;
    hw.period_left = 0;
    this.kernel.hardware.hrtimer_start(timer, period);
  }

  /** The timer has expired: a sample of the code that it interrupted. Hard interrupt context. */
  perf_swevent_hrtimer(event: PerfEvent, regs: Regs): void {
    const { hw } = event;
    if (event.state !== PERF_EVENT_STATE_ACTIVE) return;
    this.read(event);
    const { hardware } = this.kernel;
    const isIdle = event.attr.exclude_idle && this.kernel.current() === null;
    const isSample = !isIdle && !this.kernel.perf_exclude_event(event, regs);
    const stop = isSample && this.kernel.perf_event_overflow(event, hw.last_period, regs);
    hardware.hrtimer_forward(hw.hrtimer!, Math.max(PERIOD_MIN_NS, hw.sample_period));
    // A throttled event stays off until the tick starts it again.
    if (!stop) hardware.hrtimer_restart(hw.hrtimer!);
  }
}

/** Time of the CPU while the event is on it, whoever runs. */
export class CpuClockPmu extends ClockPmu {
  readonly name = 'cpu_clock';
  protected readonly event_id = PERF_COUNT_SW_CPU_CLOCK;

  protected time(): number {
    return this.kernel.perf_clock();
  }

  protected time_of_context(): number {
    return this.kernel.perf_clock();
  }
}

/** Time of the event's context: a task's passes only while the task runs. */
export class TaskClockPmu extends ClockPmu {
  readonly name = 'task_clock';
  protected readonly event_id = PERF_COUNT_SW_TASK_CLOCK;

  protected time({ ctx }: PerfEvent): number {
    return ctx!.time + this.kernel.perf_clock() - ctx!.timestamp;
  }

  /** As the context has it, which the tick that un-throttles an event has not brought up to date: the time since then is counted again. */
  protected time_of_context({ ctx }: PerfEvent): number {
    return ctx!.time;
  }
}
