/**
 * A candidate: who takes the last mapping of a buffer away gives it back, whatever has become of its event.
 *
 * Parent: v6.12.
 * Upstream commit: none; found by the explorer, see docs/findings.md.
 * Claim: a buffer is given back although its event has got another one between munmap's two decrements.
 * Known to fail: as v6.12, but for this.
 * Reference: perf_mmap_close, section 6.5 of kernel.md.
 * Not modelled: see the files in kernel/.
 */
import { atomic_dec_and_mutex_lock, mutex_unlock } from '../primitives.ts';
import type { VmArea } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { V6_12 } from './v6.12.ts';

export class DetachByBuffer extends V6_12 {
  static override readonly variant: VariantInfo = {
    name: 'detach-by-buffer',
    parent: 'v6.12',
    commit: 'none',
    claim: 'the last munmap of a buffer gives it back, even if its event has another one by then',
    known_to_fail: 'poll does not say that a pinned event is in error',
  };

  override perf_mmap_close(vma: VmArea): void {
    const { event } = vma;
    const rb = this.ring_buffer_get(event)!;
    const detach_rest = this.perf_mmap_last(rb);
    if (atomic_dec_and_mutex_lock(event.mmap_count, event.mmap_mutex)) {
      this.perf_event_replace_buffer(event, null);
      mutex_unlock(event.mmap_mutex);
    }
    if (detach_rest()) this.perf_mmap_detach_rest(rb, vma);
    this.ring_buffer_put(rb);
  }
}
