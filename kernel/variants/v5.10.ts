/**
 * v5.10: who takes the last mapping of a buffer away is decided once, by the decrement itself.
 *
 * Parent: v5.3.
 * Upstream commit: f91072ed1b72 (CVE-2020-14351, September 2020), with c4b75479741c (v5.5) and 003461559ef7 (v5.6): pages
 * are charged to the user or to the process, not to both; db0503e4f675 (v5.5: what is added disabled), 3ca270fc9edb (v5.5: a
 * period is fetched before anything is asked of the event), f3bed55e8509 (v5.7: the record of an exit names the parent), 90c91dfb86d0 (a
 * timer that nothing ended).
 * Claim: of two unmappers one is the last.
 * Known to fail: SET_OUTPUT may hand out a buffer whose last mapping is going; the next mmap loops for ever.
 * Reference: section 6.2 of kernel.md, E16.
 * Not modelled: see the files in kernel/.
 */
import { EFAULT } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { atomic_dec_and_test } from '../primitives.ts';
import { PERF_EVENT_STATE_OFF, type PerfEvent, type PerfEventContext, type RingBuffer, type TaskStruct, type UserStruct } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { V5_3 } from './v5.3.ts';

export class V5_10 extends V5_3 {
  static override readonly variant: VariantInfo = {
    name: 'v5.10',
    parent: 'v5.3',
    commit: 'f91072ed1b72',
    claim: 'of two unmappers one is the last',
    known_to_fail: 'SET_OUTPUT may hand out a buffer whose last mapping is going',
  };

  override readonly attr_limits = attr_limits('5.10');

  /** What is off needs no interrupt on the CPU of its context, and nothing goes off for it (db0503e4f675, v5.5). */
  override perf_install_in_context(ctx: PerfEventContext, event: PerfEvent, cpu: number): void {
    const leader = event.group_leader!;
    const { state } = leader.state <= PERF_EVENT_STATE_OFF ? leader : event;
    if (state === PERF_EVENT_STATE_OFF && ctx.nr_events > 0) this.add_event_to_ctx(event, ctx);
    else super.perf_install_in_context(ctx, event, cpu);
  }

  override perf_period_unreadable(): number {
    return -EFAULT;
  }

  /** Asked once, which ends the timer where only pinned events are left (90c91dfb86d0, 2020). */
  override ctx_event_to_rotate(ctx: PerfEventContext): PerfEvent | null {
    const event = super.ctx_event_to_rotate(ctx);
    ctx.rotate_necessary = false;
    return event;
  }

  override perf_mmap_user_share(pages: number, extra: number): number {
    return pages - extra;
  }

  /** The sysctl may have been lowered since: who has more than is granted now has all of it. */
  override perf_mmap_extra(user: UserStruct, pages: number): number {
    return Math.min(pages, super.perf_mmap_extra(user, pages));
  }

  override perf_mmap_last(rb: RingBuffer): () => boolean {
    const last = atomic_dec_and_test(rb.mmap_count);
    return () => last;
  }

  /** The parent of the process, for all its threads, and its number in place of a thread's. */
  override perf_parent_of_exit(task: TaskStruct): readonly [ppid: number, ptid: number] {
    let parent = task.real_parent;
    while (parent?.tgid === task.tgid) parent = parent.real_parent;
    const pid = parent?.tgid ?? 0;
    return [pid, pid];
  }
}
