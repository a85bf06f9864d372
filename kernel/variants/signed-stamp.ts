/**
 * A candidate: the writer compares the wakeup stamp with the end of its record as signed numbers.
 *
 * Parent: stamp-before-nest.
 * Upstream commit: none; found by the explorer, see docs/findings.md.
 * Claim: a stamp that a nested writer has moved beyond a record's end is not moved again for that record.
 * Known to fail: as stamp-before-nest, but for this.
 * Reference: step W13 of section 3.2.
 * Not modelled: barriers.
 */
import { READ_ONCE } from '../primitives.ts';
import type { RingBuffer } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { StampBeforeNest } from './stamp-before-nest.ts';

export class SignedStamp extends StampBeforeNest {
  static override readonly variant: VariantInfo = {
    name: 'signed-stamp',
    parent: 'stamp-before-nest',
    commit: 'none',
    claim: 'a stamp beyond the end of a record is left alone',
    known_to_fail: 'of several sleepers on one buffer only the first to look is told of data',
  };

  override perf_output_crosses(rb: RingBuffer, head: number): boolean {
    return Math.abs(head) - READ_ONCE(rb.wakeup) > rb.watermark;
  }
}
