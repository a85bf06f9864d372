/**
 * v5.2: data_head never goes back: the outermost writer publishes while its own depth still counts.
 *
 * Parent: v4.15.
 * Upstream commit: 1b038c6e05ff (May 2019), with 3f9fbe9bd86c, 4d839dd9e435 and 5322ea58a06d; v4.20's BTS, which is Intel's alone,
 * 81ec3f3c4c4d (v5.0: IOC_PERIOD asks the PMU) and v5.1's table of AMD's events.
 * Claim: a reader never sees data_head decrease.
 * Known to fail: two unmappers may both take themselves for the last.
 * Reference: section 3.7, N1; section 11.
 * Not modelled: barriers.
 */
import type { ChipEvent } from '../../pmu/chip.ts';
import { SIGNALS, type Signal } from '../../pmu/location.ts';
import { EFAULT, EINVAL, EPERM, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, PERF_EVENT_IOC_QUERY_BPF } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { list_add_tail } from '../list.ts';
import { READ_ONCE, WRITE_ONCE } from '../primitives.ts';
import type { PerfOutputHandle } from '../ring_buffer.ts';
import { PERF_ATTACH_CONTEXT, type PerfEvent } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { PERF_COUNT_HW_EVENTS } from '../x86/chip-event.ts';
import { has_bts_period } from '../x86/hw-config.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { V4_15, X86PmuV4_15 } from './v4.15.ts';

export class X86PmuV5_2 extends X86PmuV4_15 {
  /** AMD's table is as long as Intel's (v5.1). */
  override readonly generic_events: readonly Signal[] = PERF_COUNT_HW_EVENTS;

  /** The store is Intel's alone, and knows branches by their code (v4.20). */
  protected override wants_bts(event: PerfEvent, code: ChipEvent): boolean {
    return this.#has_bts(event, code.signal, event.attr.sample_period);
  }

  check_period(event: PerfEvent, value: bigint): number {
    return this.#has_bts(event, SIGNALS[event.hw.config], value) ? -EINVAL : 0;
  }

  #has_bts(event: PerfEvent, signal: Signal, period: bigint): boolean {
    return this.kernel.hardware.chip.vendor === 'intel' && has_bts_period(event, signal, period);
  }
}

export class V5_2 extends V4_15 {
  static override readonly variant: VariantInfo = {
    name: 'v5.2',
    parent: 'v4.15',
    commit: '1b038c6e05ff',
    claim: 'data_head never goes back',
    known_to_fail: 'two unmappers may both take themselves for the last',
  };

  override readonly attr_limits = attr_limits('5.2');

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV5_2(this);
  }

  override perf_event_period(event: PerfEvent, value: bigint): number {
    return this.perf_event_check_period(event, value) === 0 ? super.perf_event_period(event, value) : -EINVAL;
  }

  /** The PMU is asked about a new period, or frequency (81ec3f3c4c4d, v5.0). */
  perf_event_check_period(event: PerfEvent, value: bigint): number {
    return event.pmu.check_period?.(event, value) ?? 0;
  }

  override perf_ioctl_later(event: PerfEvent, command: number, argument: number): number {
    // No tracepoint has a BPF program to ask for (v4.16), and no number is the address of an attr (v4.17).
    if (command === PERF_EVENT_IOC_QUERY_BPF) return this.current()!.user.capable ? -EINVAL : -EPERM;
    if (command === PERF_EVENT_IOC_MODIFY_ATTRIBUTES) return -EFAULT;
    return super.perf_ioctl_later(event, command, argument);
  }

  /** The filter is fetched before anybody asks whether the event can have one (v4.19 has it, v4.14 does not). */
  override perf_event_set_filter(): number {
    return -EFAULT;
  }

  /** It is the last to have a turn (8e1a2031e4b5, v4.17). */
  override perf_sibling_upgraded(sibling: PerfEvent, leader: PerfEvent): void {
    if (sibling.attach_state & PERF_ATTACH_CONTEXT) list_add_tail(sibling.group_entry, this.groups_of(leader, leader.ctx!));
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
