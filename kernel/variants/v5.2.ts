/**
 * v5.2: data_head never goes back: the outermost writer publishes while its own depth still counts.
 *
 * Parent: v4.2.
 * Upstream commit: 1b038c6e05ff (May 2019), with 3f9fbe9bd86c, 4d839dd9e435 and 5322ea58a06d; and 86e7972f690c of v4.7,
 * PAUSE_OUTPUT.
 * Claim: a reader never sees data_head decrease.
 * Known to fail: two unmappers may both take themselves for the last.
 * Reference: section 3.7, N1; section 11.
 * Not modelled: barriers.
 */
import { EINVAL, PERF_EVENT_IOC_PAUSE_OUTPUT } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { READ_ONCE, WRITE_ONCE, rcu_dereference } from '../primitives.ts';
import type { PerfOutputHandle } from '../ring_buffer.ts';
import type { PerfEvent, RingBuffer } from '../structs.ts';
import type { VariantInfo } from '../variant.ts';
import { V4_2 } from './v4.2.ts';

export class V5_2 extends V4_2 {
  static override readonly variant: VariantInfo = {
    name: 'v5.2',
    parent: 'v4.2',
    commit: '1b038c6e05ff',
    claim: 'data_head never goes back',
    known_to_fail: 'two unmappers may both take themselves for the last',
  };

  override readonly attr_limits = attr_limits('5.2');

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

  override perf_output_put_handle(handle: PerfOutputHandle): void {
    const { rb } = handle;
    const nest = READ_ONCE(rb.nest);
    if (nest > 1) {
      WRITE_ONCE(rb.nest, nest - 1);
      return;
    }
    for (;;) {
      const head = READ_ONCE(rb.head);
      // A writer that comes in now sees the depth and publishes nothing.
      WRITE_ONCE(rb.user_page.data_head, head);
      WRITE_ONCE(rb.nest, 0);
      if (head === READ_ONCE(rb.head)) break;
      WRITE_ONCE(rb.nest, 1);
    }
    if (handle.wakeup !== READ_ONCE(rb.wakeup)) this.perf_output_wakeup(handle);
  }
}
