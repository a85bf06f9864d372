/**
 * v4.15: the time for which an event has been enabled goes on while its task does not run and it waits for a counter.
 *
 * Parent: v4.2.
 * Upstream commit: 0d3d73aac2ff "perf/core: Rewrite event timekeeping" (October 2017), with the dynamic throttle of v4.7: the
 * sample rate is lowered as far as it must be, and not by half.
 * Claim: an event is enabled until its context's time ends, whether or not it is on a counter then.
 * Known to fail: as v4.2.
 * Reference: perf_event_update_time of kernel/events/core.c, v4.15; docs/ground-truth.md for what it repairs.
 * Not modelled: the one time stamp that replaced three: the times come out the same.
 */
import { attr_limits } from '../attr-limits.ts';
import type { EventTimes } from '../context.ts';
import { PERF_EVENT_STATE_INACTIVE, type PerfEvent } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { CPU_TIME_MAX_PERCENT } from './v3.11.ts';
import { V4_2 } from './v4.2.ts';

export class V4_15 extends V4_2 {
  static override readonly variant: VariantInfo = {
    name: 'v4.15',
    parent: 'v4.2',
    commit: '0d3d73aac2ff',
    claim: 'an event that waits for a counter when its task ends has been enabled until then',
    known_to_fail: 'data_head may go back for a moment',
    counting_only: true,
  };

  override readonly attr_limits = attr_limits('4.15');

  /** Sets the limits a quarter above what interrupts take now, so that all of them together take a quarter of the tick. */
  override perf_samples_too_long(average: number): void {
    const limits = this.sample_limits;
    const allowed = average + Math.floor(average / 4);
    const budget = Math.floor(this.tick_nsec / 100) * CPU_TIME_MAX_PERCENT;
    limits.max_samples_per_tick = allowed < budget ? Math.floor(budget / allowed) : 1;
    limits.perf_event_sample_rate = limits.max_samples_per_tick * this.config.hz;
    limits.perf_sample_allowed_ns = allowed;
  }

  /** An event that is off has the times that it had (0d3d73aac2ff, v4.15). */
  override calc_timer_values(event: PerfEvent): EventTimes {
    const { state, group_leader, total_time_enabled, total_time_running, tstamp_stopped, tstamp_running } = event;
    if (state < PERF_EVENT_STATE_INACTIVE || group_leader!.state < PERF_EVENT_STATE_INACTIVE) {
      return { enabled: total_time_enabled, running: total_time_running };
    }
    const now = super.calc_timer_values(event);
    return state === PERF_EVENT_STATE_INACTIVE ? { ...now, running: tstamp_stopped - tstamp_running } : now;
  }

  override update_event_times(event: PerfEvent): void {
    super.update_event_times(event);
    const isEnabled = event.state >= PERF_EVENT_STATE_INACTIVE && event.group_leader!.state >= PERF_EVENT_STATE_INACTIVE;
    if (isEnabled) event.total_time_enabled = event.ctx!.time - event.tstamp_enabled;
  }
}
