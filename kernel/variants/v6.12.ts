/**
 * v6.12: each event counts the records that it has lost, and an event at its limit is throttled by whichever overflow
 * finds it there.
 *
 * Parent: v5.19.
 * Upstream commit: 15def34e2635 (v6.3: the throttle test), with 119a784c8127 (v6.0: PERF_FORMAT_LOST).
 * Claim: no tick has more than max_samples_per_tick interrupts of an event; who has lost records can ask how many.
 * Known to fail: poll never says POLLRDNORM, nor that a pinned event is in error; of several sleepers on one buffer only
 * the first to look is told of data.
 * Reference: section 6.2 of kernel.md, E20; section 11.
 * Not modelled: E19 (SIGTRAP), E21 and E22 (AUX areas, splitting of a mapping).
 */
import { attr_limits } from '../attr-limits.ts';
import { atomic_inc } from '../primitives.ts';
import type { PerfEvent, RingBuffer } from '../structs.ts';
import type { VariantInfo } from '../variant.ts';
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

  override perf_output_count_lost(rb: RingBuffer, event: PerfEvent): void {
    atomic_inc(rb.lost);
    event.lost_samples++;
  }

  /** Tests always, the first overflow of a tick too. */
  override perf_event_throttle(event: PerfEvent, throttle: boolean): boolean {
    this.perf_event_count_interrupt(event);
    return throttle && this.perf_event_throttle_at_limit(event);
  }
}
