/**
 * v4.15: the time for which an event has been enabled goes on while its task does not run and it waits for a counter.
 *
 * Parent: v4.2.
 * Upstream commit: 0d3d73aac2ff "perf/core: Rewrite event timekeeping" (October 2017), with a723968c0ed3 (v4.3: no record
 * of 16 KiB), 4e93ad601a43 (v4.5: who is told of an exit), c6e5b73242d2 (v4.5: inherited events end when theirs is closed),
 * 0161028b7c8a (v4.6: perf_event_paranoid), 86e7972f690c (v4.7: PAUSE_OUTPUT), 79c9ce57eb2d (v4.7: permission is asked for
 * once the task and the leader are known to fit), the dynamic throttle of v4.7 (the sample rate is lowered as far as it must be, and not by half), ba5213ae6b88
 * (v4.13: inherited events may be read as a group, but not into samples), e5779e8e1229 (v4.3: no breakpoints on kernel code
 * without kprobes), 0a74c5b3d290 (v4.6: what only counts has no samples to be asked about), c85b03349640 (v4.8: only
 * addresses count as depth of a call chain), F_SETOWN's ESRCH (v4.14), c3d266c8a983 (v4.6: an NMI leaves a PMU
 * off that is), and AMD's table of cache events without stores (v4.14 at the latest).
 * Claim: an event is enabled until its context's time ends, whether or not it is on a counter then.
 * Known to fail: as v4.2.
 * Reference: perf_event_update_time of kernel/events/core.c, v4.15; docs/ground-truth.md for what it repairs.
 * Not modelled: the one time stamp that replaced three: the times come out the same; that since v4.11 a task that comes onto a CPU
 * takes the CPU's flexible events off only for pinned ones of its own.
 */
import type { CacheTable, Chip } from '../../pmu/chip.ts';
import { load } from '../../sim/memory.ts';
import { E2BIG, EINVAL, EPERM, ESRCH, PERF_EVENT_IOC_PAUSE_OUTPUT, PERF_SAMPLE_READ, PERF_SAMPLE_STACK_USER, type PerfEventAttr } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { TASK_SIZE_MAX, type BreakpointPmu } from '../breakpoint-pmu.ts';
import { EVENT_ALL, EVENT_FLEXIBLE, type EventTimes } from '../context.ts';
import { HEADER_SIZE, fixed_size, id_size, read_size } from '../output.ts';
import { list_del_init, list_entries } from '../list.ts';
import type { PermissionStep } from '../open.ts';
import { mutex_lock, mutex_unlock, rcu_dereference } from '../primitives.ts';
import {
  MAX_INTERRUPTS, PERF_EVENT_STATE_ACTIVE, PERF_EVENT_STATE_INACTIVE, type File, type PerfCpuContext, type PerfEvent, type PerfEventContext, type RingBuffer, type TaskStruct,
} from '../structs/index.ts';
import type { TracepointPmu } from '../tracepoint-pmu.ts';
import type { VariantInfo } from '../variant.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { CPU_TIME_MAX_PERCENT } from './v3.11.ts';
import { X86PmuV3_15 } from './v3.15.ts';
import { TracepointPmuV3_4 } from './v3.4.ts';
import { BreakpointPmuV4_2, V4_2 } from './v4.2.ts';

/** Bytes of a record that callchains and such leave to what an event reads. */
export const READ_SIZE_LIMIT = 16 * 1024;

/** Without kprobes there is no list of places in the kernel that may be stopped at. */
class BreakpointPmuV4_15 extends BreakpointPmuV4_2 {
  protected override may_stop_at(address: bigint): boolean {
    return address < TASK_SIZE_MAX;
  }
}

class TracepointPmuV4_15 extends TracepointPmuV3_4 {
  protected override wants_raw_data(event: PerfEvent): boolean {
    return event.is_sampling && super.wants_raw_data(event);
  }

  protected override function_refused(event: PerfEvent): number {
    const { attr, is_sampling, sample_type } = event;
    const unsafe = is_sampling && (!attr.exclude_callchain_user || sample_type & PERF_SAMPLE_STACK_USER);
    return this.allowed && unsafe ? -EINVAL : -EPERM;
  }
}

export class X86PmuV4_15 extends X86PmuV3_15 {
  protected override readonly nmi_enables: boolean = false;

  override hw_cache_event_ids({ caches }: Chip): CacheTable {
    return caches;
  }
}

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

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV4_15(this);
  }

  /** Ordinary users may no longer watch the kernel. */
  override get sysctl_perf_event_paranoid(): number {
    return this.config.perf_event_paranoid ?? 2;
  }

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

  /** Enabling puts all events on anew, in their order (v4.6). */
  override __perf_event_enable(event: PerfEvent): void {
    const ctx = event.ctx!;
    const leader = event.group_leader!;
    this.update_context_time(ctx);
    if (event.state >= PERF_EVENT_STATE_INACTIVE) return;
    if (!this.event_filter_match(event) || (leader !== event && leader.state !== PERF_EVENT_STATE_ACTIVE)) {
      this.__perf_event_mark_enabled(event);
    } else {
      this.ctx_resched(ctx, event, () => this.__perf_event_mark_enabled(event));
    }
  }

  /** Only what has less right to a counter than the event goes off (487f05e18aa4, v4.11). */
  override ctx_make_room(cpuctx: PerfCpuContext, ctx: PerfEventContext, { group_leader }: PerfEvent): void {
    const { pinned } = group_leader!.attr;
    const type = pinned ? EVENT_ALL : EVENT_FLEXIBLE;
    if (cpuctx.task_ctx !== null) this.ctx_sched_out(cpuctx.task_ctx, cpuctx, type);
    if (ctx.task === null) this.ctx_sched_out(cpuctx.ctx, cpuctx, type);
    else if (pinned) this.ctx_sched_out(cpuctx.ctx, cpuctx, EVENT_FLEXIBLE);
  }

  /** An inherited event does not keep its parent's file open: it ends when that is closed. */
  override pin_event(): void {}
  override unpin_event(): void {}

  override perf_event_release_children({ child_list, child_mutex }: PerfEvent): void {
    for (const child of list_entries(child_list)) {
      const { mutex } = child.ctx!;
      mutex_lock(mutex);
      this.perf_group_detach(child);
      this.perf_remove_from_context(child);
      mutex_unlock(mutex);
      mutex_lock(child_mutex);
      list_del_init(child.child_entry);
      mutex_unlock(child_mutex);
      this.free_event(child);
    }
  }

  /** A new period starts the event, so that it is throttled no longer (v4.4 does not have it, v4.9 does). */
  override perf_event_begin_period(event: PerfEvent): void {
    if (event.state === PERF_EVENT_STATE_ACTIVE && event.hw.interrupts === MAX_INTERRUPTS) this.perf_event_unthrottle(event);
    super.perf_event_begin_period(event);
  }

  /** Of an event that is about to be started. */
  perf_event_unthrottle(event: PerfEvent): void {
    event.hw.interrupts = 0;
    this.perf_log_throttle(event, true);
  }

  /** An exit goes to the events of the task alone, and once to all others (4e93ad601a43, v4.5). */
  override perf_event_aux(task_ctx: PerfEventContext | null, visit: (event: PerfEvent) => void): void {
    if (task_ctx === null) super.perf_event_aux(null, visit);
    else this.perf_event_aux_ctx(task_ctx, visit);
  }

  override perf_event_exit_task(task: TaskStruct): void {
    task.perf_event_ctxp.forEach((slot, ctxn) => {
      const ctx = load(slot);
      if (ctx !== null) this.perf_event_exit_task_context(task, ctx, ctxn);
    });
    this.perf_event_task(task, null, false);
  }

  override get permission_step(): PermissionStep {
    return 'leader';
  }

  override perf_inherit_invalid({ inherit, sample_type }: PerfEventAttr): boolean {
    return inherit && (Number(sample_type) & PERF_SAMPLE_READ) !== 0;
  }

  /** A record of what the event reads must have room for the rest of a sample; nobody asks the others of its group. */
  override perf_event_oversized({ read_format, sample_type }: PerfEvent, leader: PerfEvent | null): number {
    const members = leader === null ? 1 : this.perf_group_events(leader).length + 1;
    const size = read_size(read_format, members) + fixed_size(sample_type) + id_size(sample_type) + HEADER_SIZE;
    return size >= READ_SIZE_LIMIT ? -E2BIG : 0;
  }

  override make_breakpoint_pmu(): BreakpointPmu {
    return new BreakpointPmuV4_15(this);
  }

  override make_tracepoint_pmu(): TracepointPmu {
    return new TracepointPmuV4_15(this);
  }

  override perf_context_exited(): void {}

  /** Markers take no room, and the user's part has what the kernel's leaves. */
  override perf_callchain_limited({ attr }: PerfEvent, kernel: readonly number[], user: readonly number[]): readonly number[] {
    const max = attr.sample_max_stack || this.perf_max_stack_depth;
    const part = kernel.slice(0, 1 + max);
    return [...part, ...user.slice(0, 1 + max - Math.max(0, part.length - 1))];
  }

  override f_setown(file: File, pid: number): number {
    return pid !== 0 && this.find_task(pid) === null ? -ESRCH : super.f_setown(file, pid);
  }

  /** A group is read into as many bytes as its reads have been said to be: zeros stand for members that have left meanwhile (v4.3). */
  override perf_event_read_all(event: PerfEvent): readonly number[] | number {
    const values = super.perf_event_read_all(event);
    const missing = typeof values === 'number' ? 0 : event.read_size / 8 - values.length;
    return typeof values === 'number' || missing === 0 ? values : [...values, ...Array.from({ length: missing }, () => 0)];
  }

  override perf_ioctl_later(event: PerfEvent, command: number, argument: number): number {
    if (command !== PERF_EVENT_IOC_PAUSE_OUTPUT) return super.perf_ioctl_later(event, command, argument);
    const rb = rcu_dereference(event.rb);
    if (rb === null || rb.nr_pages === 0) return -EINVAL;
    rb.paused = argument !== 0;
    return 0;
  }

  override perf_output_refused(rb: RingBuffer, event: PerfEvent): boolean {
    if (!rb.paused) return super.perf_output_refused(rb, event);
    this.perf_output_count_lost(rb, event);
    return true;
  }

  /** A backward writer goes down towards the tail. */
  override perf_output_space(rb: RingBuffer, tail: number, offset: number, head: number): boolean {
    if (head > offset) return super.perf_output_space(rb, tail, offset, head);
    return !rb.writable || ((offset - tail - 1) & (rb.size - 1)) >= offset - head;
  }
}
