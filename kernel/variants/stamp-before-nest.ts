/**
 * A candidate: the writer notes the wakeup stamp before it counts itself as a writer.
 *
 * Parent: v6.18.
 * Upstream commit: none; found by the explorer, see docs/findings.md.
 * Claim: a crossing within a writer's first steps is posted by it, or by the writer that came in between.
 * Known to fail: as v6.18, but for this.
 * Reference: steps W7 and W8 of section 3.2, exchanged.
 * Not modelled: barriers.
 */
import { READ_ONCE, atomic_inc } from '../primitives.ts';
import type { PerfOutputHandle } from '../ring_buffer.ts';
import type { VariantInfo } from '../variant.ts';
import { V6_18 } from './v6.18.ts';

export class StampBeforeNest extends V6_18 {
  static override readonly variant: VariantInfo = {
    name: 'stamp-before-nest',
    parent: 'v6.18',
    commit: 'none',
    claim: 'a crossing within the first steps of a writer is posted',
    known_to_fail: 'of several sleepers on one buffer only the first to look is told of data',
  };

  override perf_output_get_handle(handle: PerfOutputHandle): void {
    // A writer that comes in between counts as the outermost and posts its own crossing; this one posts it again.
    handle.wakeup = READ_ONCE(handle.rb.wakeup);
    atomic_inc(handle.rb.nest);
  }
}
