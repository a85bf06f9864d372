/**
 * A candidate: a wakeup takes the request for a signal before it sends the signal.
 *
 * Parent: signed-stamp.
 * Upstream commit: none; section 4.2 of the reference names the window.
 * Claim: an overflow while a signal is being sent is signalled, too.
 * Known to fail: as signed-stamp, but for this.
 * Reference: step W-d2 of section 4.2.
 * Not modelled: see the files in kernel/.
 */
import { xchg } from '../primitives.ts';
import type { PerfEvent } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { SignedStamp } from './signed-stamp.ts';

export class ClearBeforeKill extends SignedStamp {
  static override readonly variant: VariantInfo = {
    name: 'clear-before-kill',
    parent: 'signed-stamp',
    commit: 'none',
    claim: 'a request for a signal is forgotten before the signal is sent, not after',
    known_to_fail: 'of several sleepers on one buffer only the first to look is told of data',
  };

  override kill_fasync(event: PerfEvent): void {
    const band = xchg(event.pending_kill, 0);
    if (band !== 0) this.send_sigio(event, band);
  }
}
