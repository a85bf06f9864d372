/**
 * v6.18: poll says POLLRDNORM beside POLLIN, and that a pinned event is in error.
 *
 * Parent: v6.16.
 * Upstream commit: c96fff391c09 and f4b07fd62d4d (March 2025), with b024d7b56c77 (August 2025: a mapping cannot be split) and
 * the rewriting of perf_mmap of the same month.
 * Claim: whoever asks for POLLRDNORM is told of data, and nobody waits for an event that cannot count any more.
 * Known to fail: what v5.19 fails at; the pages of a second mapping stay charged to the user (derived, not measured);
 * an mmap that fails late drops a buffer that another thread has taken in between (E24 of the reference; no question asks).
 * Reference: section 6.2 of kernel.md, E23 and E25; section 6.6.
 * Not modelled: a PMU that is unregistered (POLLERR).
 */
import { EBUSY, ENODEV, EPERM, POLLHUP, POLLIN, POLLRDNORM, POLL_ERR } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import type { MmapRequest } from '../buffer.ts';
import type { GroupRequest } from '../open.ts';
import { READ_ONCE, WRITE_ONCE, atomic_add_return } from '../primitives.ts';
import { MAX_INTERRUPTS, PERF_EVENT_STATE_ACTIVE, PERF_EVENT_STATE_ERROR, PERF_EVENT_STATE_EXIT, type File, type PerfEvent, type RingBuffer, type VmArea } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { V6_16 } from './v6.16.ts';

export class V6_18 extends V6_16 {
  static override readonly variant: VariantInfo = {
    name: 'v6.18',
    parent: 'v6.16',
    commit: 'c96fff391c09',
    claim: 'poll says POLLRDNORM beside POLLIN, and POLLHUP of a pinned event in error',
    known_to_fail: 'an mmap that fails late drops a buffer that another thread has taken',
  };

  override readonly attr_limits = attr_limits('6.18');

  /** Its samples no longer have room for others: of 2026, which the late releases of v6.18.y have. */
  override perf_sibling_upgraded(sibling: PerfEvent, leader: PerfEvent): void {
    super.perf_sibling_upgraded(sibling, leader);
    this.perf_event__header_size(sibling);
  }

  /** Nothing joins the group of an event whose task has ended: of 2026, like the last. */
  override perf_group_of(group_fd: number, flags: number): GroupRequest | number {
    const state = this.perf_event_of(group_fd)?.state;
    return state === PERF_EVENT_STATE_EXIT ? -ENODEV : super.perf_group_of(group_fd, flags);
  }

  override get wakeup_mask(): number {
    return POLLIN | POLLRDNORM;
  }

  /** The file system of event files is one from which nothing may be executed (v6.17). */
  override perf_mmap(file: File, request: MmapRequest): VmArea | number {
    return request.executable ? -EPERM : super.perf_mmap(file, request);
  }

  /** A group is throttled as one, and its leader says so; events of software then do not count either (v6.16). */
  override perf_event_throttle_at_limit(event: PerfEvent): boolean {
    if (event.hw.interrupts < this.max_samples_per_tick) return false;
    const leader = event.group_leader!;
    if (!super.perf_event_throttle_at_limit(leader === event ? event : this.perf_event_at_limit(leader))) return false;
    for (const member of this.perf_group_events(leader)) {
      if (member.state !== PERF_EVENT_STATE_ACTIVE) continue;
      member.hw.interrupts = MAX_INTERRUPTS;
      // Others are stopped by the interrupt that they are in, or have no interrupt of their own to come.
      if (member.pmu.software && member.hw.hrtimer === null) member.pmu.stop(member, 0);
    }
    return true;
  }

  perf_event_at_limit(leader: PerfEvent): PerfEvent {
    leader.hw.interrupts = this.max_samples_per_tick;
    return leader;
  }

  override vma_may_split(): boolean {
    return false;
  }

  override perf_mmap_may_share(event: PerfEvent): boolean {
    return READ_ONCE(event.mmap_count) !== 0;
  }

  /** A redirected event cannot be mapped; a second mapping is charged like the first, though nobody gives that back. */
  override perf_mmap_locked(event: PerfEvent, present: RingBuffer | null, request: MmapRequest): RingBuffer | number {
    if (present === null || present.nr_pages !== request.pages - 1) return super.perf_mmap_locked(event, present, request);
    if (!this.perf_mmap_may_share(event)) return -EBUSY;
    atomic_add_return(this.current()!.user.locked_vm, request.pages);
    return super.perf_mmap_locked(event, present, request);
  }

  override perf_poll_hung_up(event: PerfEvent): number {
    const hung_up = super.perf_poll_hung_up(event);
    if (hung_up !== 0) return hung_up;
    return event.attr.pinned && event.state === PERF_EVENT_STATE_ERROR ? POLLHUP : 0;
  }

  /** Whoever sleeps on a pinned event that has found no counter is woken to see it. */
  override perf_event_in_error(leader: PerfEvent): void {
    super.perf_event_in_error(leader);
    if (this.perf_event_fasync(leader) !== null) WRITE_ONCE(leader.pending_kill, POLL_ERR);
    this.perf_event_wakeup(leader);
  }
}
