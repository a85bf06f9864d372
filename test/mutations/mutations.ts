/**
 * Single-line mutations of kernel text that the suite of sample counts must notice: each an exact line (without its
 * indentation, and occurring once in its file), what stands in its place, and why it matters.
 */
export interface Mutation {
  file: string;
  line: string;
  replacement: string;
  why: string;
}

type Row = readonly [line: string, replacement: string, why: string];

const BY_FILE: Readonly<Record<string, readonly Row[]>> = {
  'kernel/structs/ring_buffer.ts': [
    [
      'this.watermark = watermark > 0 ? Math.min(watermark, nr_pages * PAGE_SIZE) : (nr_pages * PAGE_SIZE) / 2;',
      'this.watermark = watermark > 0 ? Math.min(watermark, nr_pages * PAGE_SIZE) : (nr_pages * PAGE_SIZE) / 4;',
      'the default mark is half the buffer',
    ],
  ],
  'kernel/ring_buffer.ts': [
    ['const event = writer.parent ?? writer;', 'const event = writer;', 'inherited events write through their parent'],
    ['const have_lost = READ_ONCE(rb.lost) !== 0;', 'const have_lost = false;', 'a loss is reported by the next record that fits'],
    [
      'if (!this.perf_output_space(rb, tail, offset, head)) return this.perf_output_fail(handle);', '',
      'what was not read is not overwritten',
    ],
    [
      'if (this.perf_output_crosses(rb, head)) atomic_add_return(rb.wakeup, rb.watermark);',
      'if (this.perf_output_crosses(rb, head)) WRITE_ONCE(rb.wakeup, Math.abs(head));',
      'marks lie at multiples of the watermark, not a watermark behind the last crossing',
    ],
    [
      'if (this.perf_output_crosses(rb, head)) atomic_add_return(rb.wakeup, rb.watermark);',
      'if (this.perf_output_crosses(rb, head)) atomic_add_return(rb.wakeup, 2 * rb.watermark);',
      'the stamp advances by one watermark',
    ],
    ['atomic_inc(rb.lost);', 'atomic_add_return(rb.lost, 2);', 'each dropped record counts once'],
    ['const lost = xchg(handle.rb.lost, 0);', 'const lost = READ_ONCE(handle.rb.lost);', 'a loss is reported once'],
    [
      'return ((head - tail) & mask) - ((offset - tail) & mask) >= 0;', 'return ((head - tail) & mask) - ((offset - tail) & mask) >= 0 && head - tail < rb.size / 2;',
      'the whole buffer is usable',
    ],
    [
      'return ((head - tail) & mask) - ((offset - tail) & mask) >= 0;', 'return head - tail <= rb.size + 64;',
      'a buffer is never fuller than its size less one byte',
    ],
    ['handle.wakeup = READ_ONCE(handle.rb.wakeup);', 'handle.wakeup = 0;', 'a writer wakes for crossings since it began'],
    ['if (atomic_add_return(rb.nest, -1) !== 0) return;', 'if (atomic_add_return(rb.nest, 0) !== 1) return;', 'the outermost writer publishes'],
    ['if (handle.wakeup !== READ_ONCE(rb.wakeup)) this.perf_output_wakeup(handle);', 'this.perf_output_wakeup(handle);', 'only a crossing wakes'],
    ['WRITE_ONCE(handle.rb.poll, this.wakeup_mask);', 'WRITE_ONCE(handle.rb.poll, 0);', 'poll finds out that there is data'],
    ['WRITE_ONCE(handle.event.pending_wakeup, 1);', 'WRITE_ONCE(handle.event.pending_wakeup, 0);', 'the irq_work finds out what to do'],
    ['if (atomic_add_return(rb.events, 1) >= wakeup_events) {', 'if (atomic_add_return(rb.events, 1) >= 2 * wakeup_events) {', 'every N-th sample wakes'],
    ['atomic_add_return(rb.events, -wakeup_events);', '', 'the count of samples begins anew at each wakeup'],
  ],
  'kernel/output.ts': [
    ['this.perf_output_sample_wakeup(handle, event);', '', 'samples count for wakeup_events'],
  ],
  'kernel/overflow.ts': [
    ['if (hw.interrupts < this.max_samples_per_tick) {', 'if (hw.interrupts < 2 * this.max_samples_per_tick) {', 'the limit of a tick'],
    ['this.perf_log_throttle(event, false);', '', 'a throttled event says so'],
    ['hw.freq_time_stamp = now;', '', 'the time since the last overflow, not since the first'],
    [
      'if (delta > 0 && delta < 2 * this.tick_nsec) this.perf_adjust_period(event, delta, hw.last_period);', '',
      'the period adapts at each overflow',
    ],
    ['const adapted = sample_period + this.perf_period_step(period - sample_period) || 1;', 'const adapted = sample_period - this.perf_period_step(period - sample_period) || 1;', 'the period moves towards what was asked for'],
    ['return Math.trunc((delta + 7) / 8);', 'return Math.trunc((delta + 7) / 64);', 'the low-pass filter'],
    ['const dividend = count * NSEC_PER_SEC;', 'const dividend = 2 * count * NSEC_PER_SEC;', 'the period for a frequency'],
    ['this.perf_event_wakeup(event);', '', 'the irq_work wakes'],
  ],
  'kernel/irq_work.ts': [
    ['if (head === null) effect(() => this.hardware.arch_irq_work_raise());', '', 'queued work raises its interrupt'],
    ['WRITE_ONCE(work.flags, IRQ_WORK_BUSY);', '', 'work that runs can be queued again'],
    ['work = next;', 'work = null;', 'all queued work is run'],
  ],
  'kernel/wait.ts': [
    ['WRITE_ONCE(entry.waiter.triggered, 1);', '', 'a woken poller looks again'],
    ['list_add(entry.link, queue.task_list);', '', 'a poller is on the queue that is woken'],
  ],
  'kernel/select.ts': [
    [
      'return this.poll_until(timeout, (table) => this.poll_sweep(fds, table), (failed) => ({ ...failed, result: -EINTR }));',
      'return this.poll_until(timeout, (table) => this.poll_sweep(fds.slice(0, 1), table), (failed) => ({ ...failed, result: -EINTR }));',
      'every descriptor is polled',
    ],
    ['this.poll_freewait(table);', '', 'a poller leaves the queues that it was on'],
  ],
  'kernel/variants/fix-as-committed.ts': [
    ['this.ring_buffer_attach(event, rb);', '', 'the fix: a polled event is linked to its buffer'],
    ['events = xchg(rb.poll, 0);', 'events = xchg(rb.poll, 1);', 'a wakeup is consumed'],
    ['this.ring_buffer_wakeup(event);', 'this.wake_up_all(event.waitq, event);', 'the fix: a wakeup is broadcast'],
  ],
  'kernel/tick.ts': [
    ['if (ctx !== null) list_rotate_left(ctx.flexible_groups);', '', 'events take turns'],
    ['if (ctx !== null) this.perf_ctx_adjust_freq(ctx);', '', "the tick looks after a task's events"],
    ['hw.interrupts = 0;', '', 'the limit of a tick is for one tick'],
    ['if (delta > 0) this.perf_adjust_period(event, this.tick_nsec, delta);', '', 'the period adapts at each tick'],
    ['hw.freq_count_stamp = now;', '', 'what the last tick counted, not all'],
  ],
  'kernel/context.ts': [
    ['if (event.pmu.add(event, PERF_EF_START) !== 0) {', 'if (event.pmu.add(event, 0) !== 0) {', 'an event that is scheduled in counts'],
    ['this.ctx_sched_out(ctx, cpuctx, EVENT_ALL);', '', "a task's events stop with it"],
  ],
  'kernel/process.ts': [
    ['if (ctx !== null && ctx.nr_events > 0) this.perf_event_context_sched_in(cpuctx, ctx);', '', "a task's events go on with it"],
  ],
  'kernel/inherit.ts': [
    ['event.state = this.perf_inherited_state(parent) >= PERF_EVENT_STATE_INACTIVE ? PERF_EVENT_STATE_INACTIVE : PERF_EVENT_STATE_OFF;', 'event.state = PERF_EVENT_STATE_OFF;', "a child's events count from the start"],
    ['event.hw.sample_period = top.hw.sample_period;', 'event.hw.sample_period = 2;', 'a child starts with the period that its parent has found'],
  ],
  'kernel/x86/x86-pmu.ts': [
    ['left += period;', 'left = period;', 'what a period was overrun by counts for the next'],
    ['left = Math.min(Math.max(left, 2), this.max_period);', 'left = Math.max(left, 2);', 'a long period is run in pieces'],
    ['hw.period_left -= delta;', 'hw.period_left -= delta - 1000;', 'every event that was counted counts'],
    ['if (cpu.enabled || this.nmi_enables) this.enable_all(cpu);', '', 'the counters go on after an interrupt'],
    ['if (this.kernel.perf_event_overflow(event, period, cpu.regs)) this.stop(event, 0);', 'this.kernel.perf_event_overflow(event, period, cpu.regs);', 'a throttled event is stopped'],
  ],
};

export const MUTATIONS: readonly Mutation[] = Object.entries(BY_FILE).flatMap(([file, rows]) =>
  rows.map(([line, replacement, why]) => ({ file, line, replacement, why })),
);

/** The text with the mutation's line replaced; null if the line is not there exactly once. */
export function mutated(text: string, { line, replacement }: Mutation): string | null {
  const lines = text.split('\n');
  const at = lines.flatMap((other, index) => (other.trim() === line ? [index] : []));
  return at.length === 1 ? lines.with(at[0], replacement).join('\n') : null;
}
