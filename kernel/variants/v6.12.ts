/**
 * v6.12: each event counts the records that it has lost, and an event at its limit is throttled by whichever overflow
 * finds it there.
 *
 * Parent: v5.19.
 * Upstream commit: 15def34e2635 (v6.4: the throttle test), with 119a784c8127 (v6.0: PERF_FORMAT_LOST), bd2756811766
 * (v6.2: all events of a task are in one context), 382c27f4ed28 (v6.7:
 * the values of every member of a group must fit), 7e8b255650fc (values of inherited events in samples that name the task)
 * and 62c0b1061593 (small steps of the period).
 * Claim: no tick has more than max_samples_per_tick interrupts of an event; who has lost records can ask how many.
 * Known to fail: what v5.19 fails at; events that one software occurrence overflows share their ids (sample-data.ts);
 * poll never says POLLRDNORM, nor that a pinned event is in error.
 * Reference: section 6.2 of kernel.md, E20; section 11.
 * Not modelled: E19 (SIGTRAP), E21 and E22 (AUX areas, splitting of a mapping).
 */
import { E2BIG, ECHILD, PERF_FORMAT_GROUP, PERF_SAMPLE_TID, POLL_IN, type PerfEventAttr } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { EVENT_ALL } from '../context.ts';
import { list_entries } from '../list.ts';
import type { PermissionStep } from '../open.ts';
import { read_size, type Sample } from '../output.ts';
import { READ_ONCE, WRITE_ONCE, atomic_inc } from '../primitives.ts';
import { PerfSampleData } from '../sample-data.ts';
import { PERF_EVENT_STATE_ACTIVE, PERF_EVENT_STATE_INACTIVE, type PerfEvent, type PerfEventContext, type Regs, type RingBuffer } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { READ_SIZE_LIMIT } from './v4.15.ts';
import { V5_19 } from './v5.19.ts';

export class V6_12 extends V5_19 {
  static override readonly variant: VariantInfo = {
    name: 'v6.12',
    parent: 'v5.19',
    commit: '15def34e2635',
    claim: 'an event counts what it has lost, and is throttled by whichever overflow reaches the limit',
    known_to_fail: 'poll does not say that a pinned event is in error',
  };

  override readonly attr_limits = attr_limits('6.12');

  /** Before a context is looked for (bd2756811766, v6.2). */
  override get permission_step(): PermissionStep {
    return 'clock';
  }

  /**
   * Only the groups of the event's own PMU go off and on: a sibling of another PMU has to wait for its leader's next turn.
   * Pinned ones stay where they are for an event that is not (487f05e18aa4, v4.11).
   */
  override ctx_resched(ctx: PerfEventContext, event: PerfEvent, change: () => void): void {
    if (ctx.is_active !== EVENT_ALL) {
      super.ctx_resched(ctx, event, change);
      return;
    }
    const cpuctx = this.cpu_context(ctx);
    const pmu = this.perf_context_pmu(event, event.group_leader);
    const { pinned } = event.group_leader!.attr;
    const contexts = cpuctx.task_ctx === null ? [cpuctx.ctx] : [cpuctx.ctx, cpuctx.task_ctx];
    const groups = (of: 'pinned_groups' | 'flexible_groups', from = contexts): PerfEvent[] =>
      from.flatMap((context) => list_entries(context[of])).filter((leader) => leader.pmu === pmu);
    const task = cpuctx.task_ctx === null ? [] : [cpuctx.task_ctx];
    const give_way = [...(pinned ? groups('pinned_groups', ctx.task === null ? contexts : task) : []), ...groups('flexible_groups', pinned || ctx.task === null ? contexts : task)];
    cpuctx.pmu.pmu_disable();
    for (const context of contexts) this.update_context_time(context);
    for (const leader of give_way) {
      if (leader.state === PERF_EVENT_STATE_ACTIVE) this.group_sched_out(leader, cpuctx, leader.ctx!);
    }
    change();
    let fits = true;
    for (const leader of [...groups('pinned_groups'), ...groups('flexible_groups')]) {
      if (leader.state !== PERF_EVENT_STATE_INACTIVE || !this.event_filter_match(leader)) continue;
      const on = this.group_can_go_on(leader, cpuctx, fits) && this.group_sched_in(leader, cpuctx, leader.ctx!);
      if (!on && leader.attr.pinned) this.perf_event_in_error(leader);
      else if (!on) fits = false;
    }
    cpuctx.pmu.pmu_enable();
  }

  override perf_sw_event_regs(regs: Regs): Regs {
    return { ...regs, data: new PerfSampleData() };
  }

  override perf_prepare_sample(event: PerfEvent, period: number, regs: Regs): Sample {
    const sample = super.perf_prepare_sample(event, period, regs);
    return regs.data === undefined ? sample : regs.data.share(event.sample_type, sample);
  }

  /** Who asked for SIGIO is told of every wakeup, also of those that no overflow has caused (v6.9). */
  override perf_output_signal(event: PerfEvent): void {
    if (this.perf_event_fasync(event) !== null && READ_ONCE(event.pending_kill) === 0) WRITE_ONCE(event.pending_kill, POLL_IN);
  }

  /** A group of which a child has inherited less, or more, cannot be summed up (32671e3799ca, v6.6). */
  override perf_event_read_all(event: PerfEvent): readonly number[] | number {
    const leader = event.group_leader!;
    const differs = ({ nr_siblings, group_generation }: PerfEvent): boolean =>
      nr_siblings !== leader.nr_siblings || group_generation !== leader.group_generation;
    const isGroup = (event.read_format & PERF_FORMAT_GROUP) !== 0;
    return isGroup && list_entries(leader.child_list).some(differs) ? -ECHILD : super.perf_event_read_all(event);
  }

  /** No member of the group may have more to read than fits, with the new event in it (382c27f4ed28, v6.7). */
  override perf_event_oversized(event: PerfEvent, leader: PerfEvent | null): number {
    const group = leader === null ? [event] : [...this.perf_group_events(leader), event];
    return group.some((member) => read_size(member.read_format, group.length) > READ_SIZE_LIMIT) ? -E2BIG : 0;
  }

  override perf_inherit_invalid(attr: PerfEventAttr): boolean {
    return super.perf_inherit_invalid(attr) && (Number(attr.sample_type) & PERF_SAMPLE_TID) === 0;
  }

  override perf_output_count_lost(rb: RingBuffer, event: PerfEvent): void {
    atomic_inc(rb.lost);
    event.lost_samples++;
  }

  /** Rounds away from zero: a step down of less than 15 is no longer ignored. */
  override perf_period_step(delta: number): number {
    return Math.trunc((delta >= 0 ? delta + 7 : delta - 7) / 8);
  }

  /** Tests always, the first overflow of a tick too. */
  override perf_event_throttle(event: PerfEvent, throttle: boolean): boolean {
    this.perf_event_count_interrupt(event);
    return throttle && this.perf_event_throttle_at_limit(event);
  }
}
