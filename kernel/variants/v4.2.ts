/**
 * v4.2: the grace period is counted from after the event has left its list; SIGIO goes to the parent's owner.
 *
 * Parent: v3.18.
 * Upstream commit: 2f993cf09364 (May 2015), with fed66e2cdd4f, c3c87e770458 (v4.0: a group is of one CPU), d6d55f0b9d90
 * (v4.0: ranges as breakpoints, which the processors here do not know) and ff303e66c240 (v4.1: migrations are counted for who
 * migrates).
 * Claim: every reader that can stand on the event is waited for.
 * Known to fail: data_head may go back for a moment; two unmappers may both take themselves for the last.
 * Reference: section 6.4 of kernel.md with E10; E11.
 * Not modelled: see the files in kernel/.
 */
import { EACCES, EBADF, EINVAL, EOPNOTSUPP, PERF_COUNT_SW_CPU_MIGRATIONS, PERF_EVENT_IOC_SET_BPF, type PerfEventAttr } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import type { BreakpointPmu } from '../breakpoint-pmu.ts';
import { READ_ONCE } from '../primitives.ts';
import type { PerfEvent, PerfEventContext, RingBuffer, TaskStruct } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { BreakpointPmuV3_15 } from './v3.15.ts';
import { V3_18 } from './v3.18.ts';

/** The last of the descriptors that every program has, which are not modelled. */
const STDERR = 2;

export class BreakpointPmuV4_2 extends BreakpointPmuV3_15 {
  protected override readonly unknown_length: number = -EOPNOTSUPP;
}

export class V4_2 extends V3_18 {
  static override readonly variant: VariantInfo = {
    name: 'v4.2',
    parent: 'v3.18',
    commit: '2f993cf09364',
    claim: 'the grace period begins after the event has left its list',
    known_to_fail: 'data_head may go back for a moment',
  };

  override readonly attr_limits = attr_limits('4.2');

  override make_breakpoint_pmu(): BreakpointPmu {
    return new BreakpointPmuV4_2(this);
  }

  override perf_target_task(pid: number, attr: PerfEventAttr, leader: PerfEvent | null): TaskStruct | number {
    const task = super.perf_target_task(pid, attr, leader);
    if (typeof task === 'number') return task;
    if (leader !== null && leader.attr.inherit !== attr.inherit) return -EINVAL;
    return this.perf_permission_denied('leader', task) ? -EACCES : task;
  }

  override perf_group_unfit(event: PerfEvent, leader: PerfEvent | null, ctx: PerfEventContext): number {
    if (leader !== null && leader.cpu !== event.cpu) return -EINVAL;
    return super.perf_group_unfit(event, leader, ctx);
  }

  /** Nothing here is a BPF program (v4.1). */
  override perf_ioctl_later(event: PerfEvent, command: number, argument: number): number {
    if (command !== PERF_EVENT_IOC_SET_BPF) return super.perf_ioctl_later(event, command, argument);
    return argument > STDERR && this.file_of(argument) === null ? -EBADF : -EINVAL;
  }

  /** A migration is counted when the task comes onto its new CPU, for itself. */
  override set_task_cpu(task: TaskStruct, cpu: number): void {
    if (task.cpu !== cpu) task.sched_migrated = true;
    task.cpu = cpu;
  }

  override sched_switch(previous: TaskStruct | null, next: TaskStruct | null, preempt = false): void {
    super.sched_switch(previous, next, preempt);
    if (next === null || !next.sched_migrated) return;
    next.sched_migrated = false;
    this.perf_sw_event(PERF_COUNT_SW_CPU_MIGRATIONS, 1, null);
  }

  override ring_buffer_leave(event: PerfEvent, old: RingBuffer): void {
    this.ring_buffer_unlink(event, old);
    this.ring_buffer_snapshot(event);
  }

  override perf_event_fasync(event: PerfEvent): PerfEvent | null {
    const owner = event.parent ?? event;
    return READ_ONCE(owner.fasync) === null ? null : owner;
  }
}
