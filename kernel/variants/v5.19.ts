/**
 * v5.19: SET_OUTPUT holds the mutexes of both events and refuses a buffer without mappings; a wakeup of an inherited event
 * goes to its parent's sleepers.
 *
 * Parent: v5.13.
 * Upstream commit: 68e3c69803da (July 2022), with 961c39121759 and 09f5e7dc7ad7 (v5.17: times of samples are the context's).
 * Claim: no event is given a buffer whose last mapping is going, and mmap never waits for one to go.
 * Known to fail: a munmap that meets an mmap of the same event leaks the buffer's accounting (detach-by-buffer repairs
 * it); of several sleepers on one buffer only the first to look is told of data.
 * Reference: section 6.5 of kernel.md; E17, E18.
 * Not modelled: AUX areas, whose PMUs SET_OUTPUT compares.
 */
import { EINVAL } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { READ_ONCE, mutex_lock, mutex_unlock } from '../primitives.ts';
import type { PerfEvent, RingBuffer } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { V5_13 } from './v5.13.ts';

export class V5_19 extends V5_13 {
  static override readonly variant: VariantInfo = {
    name: 'v5.19',
    parent: 'v5.13',
    commit: '68e3c69803da',
    claim: 'SET_OUTPUT excludes munmap of its target',
    known_to_fail: 'of several sleepers on one buffer only the first to look is told of data',
  };

  override readonly attr_limits = attr_limits('5.19');

  /** 8 MiB (9dcc38e2813e, v5.16). */
  override get default_rlimit_memlock(): number {
    return 8 * 1024 * 1024;
  }

  /** Tasks are compared, and not contexts, of which a new event has none yet: so 6.1 and late updates of 5.10 answer, but not 5.10.13. */
  override same_owner(event: PerfEvent, output: PerfEvent): boolean {
    return output.target === event.target;
  }

  override perf_event_time_now({ ctx }: PerfEvent): number {
    const { time, timestamp, is_active } = ctx!;
    return is_active === 0 ? time : time + this.perf_clock() - timestamp;
  }

  /** Both mutexes, in the order of the events' addresses; ids stand for addresses. */
  override perf_event_set_output(event: PerfEvent, output: PerfEvent | null): number {
    if (output === null || output.id >= event.id) return super.perf_event_set_output(event, output);
    mutex_lock(output.mmap_mutex);
    const result = super.perf_event_set_output(event, output);
    mutex_unlock(output.mmap_mutex);
    return result;
  }

  override set_output_locked(event: PerfEvent, output: PerfEvent | null): { old: RingBuffer | null } | number {
    const second = output !== null && output.id > event.id ? output : null;
    if (second !== null) mutex_lock(second.mmap_mutex);
    const rb = output === null ? null : READ_ONCE(output.rb);
    const refused = rb !== null && READ_ONCE(rb.mmap_count) === 0;
    const result = refused ? -EINVAL : super.set_output_locked(event, output);
    if (second !== null) mutex_unlock(second.mmap_mutex);
    return result;
  }

  override perf_mmap_dying(event: PerfEvent): void {
    this.perf_event_replace_buffer(event, null);
  }

  override ring_buffer_wakeup(event: PerfEvent): void {
    super.ring_buffer_wakeup(event.parent ?? event);
  }
}
