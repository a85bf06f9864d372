/**
 * v3.2: the fix, and the NULL check that it lacked.
 *
 * Parent: fix-as-committed.
 * Upstream commit: 44b7f4b98d88 "perf: Fix ring_buffer_wakeup() brown paperbag bug" (December 2011).
 * Claim: a wakeup for an event without a buffer does nothing. And from the same release: events that find no counters are
 * refused with EINVAL (section 8.3).
 * Known to fail: a closed event stays linked to its buffer; the list is edited under readers; the flag is tested before
 * the waiter is queued; and what else section 5.9 lists.
 * Reference: kernel/events/core.c of v3.2.
 * Not modelled: see the files in kernel/.
 */
import { EINVAL } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { rcu_dereference } from '../primitives.ts';
import type { PerfEvent, RingBuffer } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { X86Pmu } from '../x86/x86-pmu.ts';
import { FixAsCommitted } from './fix-as-committed.ts';

export class X86PmuV3_2 extends X86Pmu {
  protected override readonly out_of_counters: number = -EINVAL;
}

export class V3_2 extends FixAsCommitted {
  static override readonly variant: VariantInfo = {
    name: 'v3.2',
    parent: 'fix-as-committed',
    commit: '44b7f4b98d88',
    claim: 'a wakeup for an event without a buffer does nothing',
    known_to_fail: 'closing a polled event leaves it linked to the buffer',
  };

  override readonly attr_limits = attr_limits('3.2');

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV3_2(this);
  }

  override wakeup_buffer(event: PerfEvent): RingBuffer | null {
    return rcu_dereference(event.rb);
  }
}
