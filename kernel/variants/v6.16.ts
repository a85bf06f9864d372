/**
 * v6.16: an event at its limit takes its whole group with it, so that the group's counts still belong to the same time;
 * an inherited event adds all of its enabled time to its parent's.
 *
 * Parent: v6.12.
 * Upstream commit: 9734e25fbf5a "perf: Fix the throttle logic for a group" (May 2025), with e800ac51202f (the leader's record),
 * a3c3c66670ce (v6.15: the enabled time of a child's event), 88ec7eedbbd2 and 0d3984415054 (v6.14: a low frequency is no short period).
 * Claim: the events of a group stop and go on together, and the leader says so.
 * Known to fail: as v6.12.
 * Reference: perf_event_throttle_group and perf_event_unthrottle of kernel/events/core.c, v6.18.
 * Not modelled: that the PMU's driver no longer stops what has throttled: here it does, as before.
 */
import type { PerfEventAttr } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { MAX_INTERRUPTS, PERF_EVENT_STATE_ACTIVE, type PerfEvent } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { X86PmuV5_3 } from './v5.3.ts';
import { V6_12 } from './v6.12.ts';

export class X86PmuV6_16 extends X86PmuV5_3 {
  protected override is_too_short(attr: PerfEventAttr): boolean {
    return !attr.freq && super.is_too_short(attr);
  }
}

export class V6_16 extends V6_12 {
  static override readonly variant: VariantInfo = {
    name: 'v6.16',
    parent: 'v6.12',
    commit: '9734e25fbf5a',
    claim: 'an event at its limit takes its whole group with it',
    known_to_fail: 'poll does not say that a pinned event is in error',
    counting_only: true,
  };

  override readonly attr_limits = attr_limits('6.16');

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV6_16(this);
  }

  override perf_event_check_period(event: PerfEvent, value: bigint): number {
    return event.attr.freq ? 0 : super.perf_event_check_period(event, value);
  }

  override perf_event_throttle_at_limit(event: PerfEvent): boolean {
    if (!super.perf_event_throttle_at_limit(event)) return false;
    for (const member of this.perf_group_events(event.group_leader!)) {
      if (member === event || member.state !== PERF_EVENT_STATE_ACTIVE) continue;
      member.hw.interrupts = MAX_INTERRUPTS;
      member.pmu.stop(member, 0);
      this.perf_log_throttle(member, false);
    }
    return true;
  }

  /** The whole group goes on with it. */
  override perf_event_unthrottle(event: PerfEvent): void {
    for (const member of this.perf_group_events(event.group_leader!)) {
      if (member.state !== PERF_EVENT_STATE_ACTIVE || member.hw.interrupts !== MAX_INTERRUPTS) continue;
      if (member !== event) member.pmu.start(member, 0);
      super.perf_event_unthrottle(member);
    }
  }

  /** Times are brought up to date first. */
  override time_missing_at_exit(): number {
    return 0;
  }

  override perf_log_throttle(event: PerfEvent, enable: boolean): void {
    if (event.group_leader === event) super.perf_log_throttle(event, enable);
  }
}
