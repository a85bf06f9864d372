/** Kernels that are broken in one place each, the kind under which that is found, and by which question. */
import { effect } from '../../sim/memory.ts';
import {
  POLLIN, READ_ONCE, WRITE_ONCE, atomic_inc, list_add, mutex_lock, mutex_unlock, spin_lock_irqsave,
  spin_unlock_irqrestore, type File, type KernelClass, type PerfEvent, type RingBuffer, type WaitQueueHead,
} from '../../kernel/index.ts';
import type { PerfOutputHandle } from '../../kernel/ring_buffer.ts';
import type { Scenario } from '../../kernel/explore/scenario.ts';
import type { Setup } from '../../kernel/explore/setup.ts';
import { V6_12 } from '../../kernel/variants/v6.12.ts';
import { ClearBeforeKill } from '../../kernel/variants/clear-before-kill.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

/** The kernel that has none of the defects below. */
export const Whole = ClearBeforeKill;

function named(name: string): Scenario {
  return SCENARIOS.find((scenario) => scenario.name === name)!;
}

function asked(build: (setup: Setup) => void): Scenario {
  return { name: 'asked', question: 'Is anything wrong?', expected: [], build };
}

const writeAndUnmap = asked((setup) => {
  const event = setup.event();
  const vma = setup.map(event);
  setup.overflow('NMI', event, event);
  setup.task('T1', () => setup.unmap(vma));
});

const setBothWays = asked((setup) => {
  const [first, second, third] = [setup.event(), setup.event(), setup.event()];
  setup.map(third);
  setup.redirect(first, third);
  setup.redirect(second, third);
  setup.task('T1', () => {
    setup.redirect(first, second);
    setup.redirect(second, first);
  });
});

/** A task reports what was lost while an NMI loses another record. */
function lostWithin(): Scenario {
  return asked((setup) => {
    const event = setup.event();
    const { rb } = setup.map(event);
    setup.written(event, rb.size - 48);
    atomic_inc(rb.lost);
    setup.account.record_dropped(rb, event);
    setup.onEventCpu('task', () => setup.write(event));
    setup.overflow('NMI', event);
  });
}

/** What is broken, the kind under which it is found, and by which question. */
export const BROKEN: readonly (readonly [string, string, Scenario, KernelClass])[] = [
  ['a wakeup that is never queued', 'lost wakeup', named('three-events'), class extends Whole {
    override irq_work_queue(): boolean {
      return true;
    }
  }],
  ['a writer that never publishes what came within', 'lost record', named('data-head'), class extends Whole {
    override perf_output_put_handle({ rb }: PerfOutputHandle): void {
      const nest = READ_ONCE(rb.nest);
      if (nest === 1) WRITE_ONCE(rb.user_page.data_head, READ_ONCE(rb.head));
      WRITE_ONCE(rb.nest, nest - 1);
    }
  }],
  ['an overflow that writes nothing', 'lost record', named('three-events'), class extends Whole {
    override perf_event_output(): void {}
  }],
  ['a record that is dropped without being counted', 'lost record', named('full-buffer'), class extends Whole {
    override perf_output_count_lost(): void {}
  }],
  ['a count of lost records that is read and cleared in two steps', 'lost record', lostWithin(), class extends Whole {
    override perf_output_lost(handle: PerfOutputHandle, size: number): void {
      const lost = READ_ONCE(handle.rb.lost);
      WRITE_ONCE(handle.rb.lost, 0);
      effect(() => this.trace.lost_reported(handle.rb, handle.event, lost));
      this.perf_output_copy(handle, size);
    }
    override perf_output_copy(handle: PerfOutputHandle, size: number): void {
      handle.offset += size;
    }
  }],
  ['a buffer that takes whatever comes', 'overwritten record', named('oversized-record'), class extends Whole {
    override perf_output_space(): boolean {
      return true;
    }
  }],
  ['a poll that is always ready', 'wrong poll result', named('two-pollers'), class extends Whole {
    override perf_poll(): number {
      return POLLIN;
    }
  }],
  ['a buffer that keeps its last reference', 'leak', named('double-mmap'), class extends V6_12 {
    override ring_buffer_put(rb: RingBuffer): void {
      if (READ_ONCE(rb.refcount) > 1) super.ring_buffer_put(rb);
    }
  }],
  ['an event that is never freed', 'leak', named('close-vs-poll'), class extends Whole {
    override free_event(event: PerfEvent): void {
      this.perf_event_drop_buffer(event);
    }
  }],
  ['pages that stay locked', 'leak', writeAndUnmap, class extends Whole {
    override perf_mmap_uncharge(): void {}
  }],
  ['pages that nobody is charged for', 'unaccounted memory', asked((setup) => {
    const event = setup.event();
    setup.task('T1', () => void setup.map(event));
  }), class extends Whole {
    override perf_mmap_charge(): number {
      return 0;
    }
  }],
  ['a buffer that is freed twice', 'double free', writeAndUnmap, class extends Whole {
    override rb_free_after_grace_period(rb: RingBuffer): void {
      super.rb_free_after_grace_period(rb);
      super.rb_free_after_grace_period(rb);
    }
  }],
  ['a buffer that is freed without a grace period', 'use after free', writeAndUnmap, class extends Whole {
    override rb_free_after_grace_period(rb: RingBuffer): void {
      WRITE_ONCE(rb.freed, true);
    }
  }],
  ['two mutexes taken in the order of the arguments', 'lock order', setBothWays, class extends Whole {
    override perf_event_set_output(event: PerfEvent, output: PerfEvent | null): number {
      mutex_lock(event.mmap_mutex);
      if (output !== null) {
        mutex_lock(output.mmap_mutex);
        mutex_unlock(output.mmap_mutex);
      }
      mutex_unlock(event.mmap_mutex);
      return 0;
    }
  }],
  ['a mutex that is not given back', 'deadlock', named('mutual-set-output'), class extends Whole {
    override perf_event_set_output(event: PerfEvent, output: PerfEvent | null): number {
      mutex_lock(event.mmap_mutex);
      return super.perf_event_set_output(output ?? event, null);
    }
  }],
  ['a wakeup that sleeps', 'sleeping in atomic context', named('three-events'), class extends Whole {
    override perf_event_wakeup(event: PerfEvent): void {
      mutex_lock(event.mmap_mutex);
      super.perf_event_wakeup(event);
      mutex_unlock(event.mmap_mutex);
    }
  }],
  ['a spinlock in an NMI', 'lock in NMI', named('three-events'), class extends Whole {
    override perf_output_wakeup(handle: PerfOutputHandle): void {
      spin_lock_irqsave(handle.rb.event_lock);
      super.perf_output_wakeup(handle);
      spin_unlock_irqrestore(handle.rb.event_lock);
    }
  }],
  ['a list whose entry points to itself', 'endless loop', named('three-events'), class extends Whole {
    override ring_buffer_wakeup(event: PerfEvent): void {
      list_add(event.rb_entry, event.rb_entry);
      super.ring_buffer_wakeup(event);
    }
  }],
  ['a signal that is forgotten', 'lost signal', named('sigio-without-mmap'), class extends Whole {
    override kill_fasync(): void {}
  }],
  ['an exit that nobody is told of', 'lost hang-up', named('exit-of-polled'), class extends Whole {
    override wake_up_all(queue: WaitQueueHead, event: PerfEvent): void {
      if (event.state >= 0) super.wake_up_all(queue, event);
    }
  }],
  ['a poll that looks before it waits', 'lost wakeup', named('wake-vs-enqueue'), class extends Whole {
    override perf_poll(file: File): number {
      const { rb } = file.event!;
      const events = READ_ONCE(READ_ONCE(rb)!.poll);
      return events === 0 ? 0 : super.perf_poll(file, null);
    }
  }],
  ['data_head set to where the writer began', 'data_head goes back', named('data-head'), class extends Whole {
    override perf_output_begin(handle: PerfOutputHandle, event: PerfEvent, size: number, type: number): number {
      const result = super.perf_output_begin(handle, event, size, type);
      if (result === 0) WRITE_ONCE(handle.rb.user_page.data_head, handle.offset);
      return result;
    }
  }],
  ['a LOST record for nothing', 'empty LOST record', named('data-head'), class extends Whole {
    override perf_output_end(handle: PerfOutputHandle): void {
      this.perf_output_lost(handle, 24);
      super.perf_output_end(handle);
    }
  }],
  ['a munmap that leaves the redirected events', 'unreachable buffer', named('munmap-of-output'), class extends Whole {
    override perf_mmap_next(): null {
      return null;
    }
  }],
];
