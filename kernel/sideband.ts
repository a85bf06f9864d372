/**
 * Records beside the samples: COMM, MMAP, MMAP2, FORK, EXIT, NAMESPACES, READ, SWITCH, THROTTLE, UNTHROTTLE.
 *
 * Reference: perf_event_comm, perf_event_mmap, perf_event_task and perf_log_throttle of kernel/events/core.c, v3.2; MMAP2
 * (v3.16) and SWITCH (v4.3) are written for attrs that ask for them, which older kernels refuse.
 * Not modelled: records for kernel threads; KSYMBOL, BPF_EVENT, CGROUP, TEXT_POKE: nothing here makes such things.
 */
import { load } from '../sim/memory.ts';
import {
  MAP_PRIVATE, PERF_RECORD_COMM, PERF_RECORD_EXIT, PERF_RECORD_FORK, PERF_RECORD_MISC_SWITCH_OUT, PERF_RECORD_MISC_SWITCH_OUT_PREEMPT,
  PERF_RECORD_MISC_USER, PERF_RECORD_MMAP, PERF_RECORD_MMAP2, PERF_RECORD_NAMESPACES, PERF_RECORD_SWITCH, PERF_RECORD_SWITCH_CPU_WIDE, PROT_EXEC, PROT_READ,
  PERF_RECORD_READ, PERF_RECORD_THROTTLE, PERF_RECORD_UNTHROTTLE,
} from './abi/index.ts';
import { list_for_each } from './list.ts';
import { HEADER_SIZE, OutputCode } from './output.ts';
import { PerfOutputHandle, padded_length } from './ring_buffer.ts';
import {
  PERF_EVENT_STATE_INACTIVE, type PerfEvent, type PerfEventContext, type TaskStruct,
} from './structs/index.ts';

/** The file system of namespaces, and the initial ones: network, UTS, IPC, PID, user, mount, cgroup. */
const NSFS_DEVICE = 4;
const NAMESPACES = [0xf000_0000, 0xefff_fffe, 0xefff_ffff, 0xefff_fffc, 0xefff_fffd, 0xf000_0001, 0xefff_fffb];

/** A mapping as MMAP records report it; bytes. */
export interface MappedFile {
  readonly start: number;
  readonly length: number;
  readonly offset: number;
  readonly filename: string;
  /** Its device and inode, which MMAP2 records report; absent: nothing is mapped, as for the vdso. */
  /** PROT_ bits and MAP_ bits; absent: code that cannot be written, private. */
  readonly prot?: number;
  readonly flags?: number;
  readonly inode?: { readonly major: number; readonly minor: number; readonly number: number };
}

/** Bytes that an MMAP2 record has beyond MMAP: device, inode, its generation, protection and flags. */
const MMAP2_SIZE = 32;

export abstract class SidebandCode extends OutputCode {
  abstract perf_event_enable_on_exec(ctx: PerfEventContext): void;

  /** Writes one record with a sample_id trailer into the buffer of `event`. `size` counts header and body. */
  perf_output_record(
    event: PerfEvent,
    type: number,
    misc: number,
    size: number,
    body: (handle: PerfOutputHandle) => void,
  ): void {
    const total = size + (event.attr.sample_id_all ? event.id_header_size : 0);
    const id = this.perf_event_header__init_id(event);
    const handle = new PerfOutputHandle();
    if (this.perf_output_begin(handle, event, total, type) !== 0) return;
    this.perf_output_copy(handle, total, () => {
      handle.put_header(type, misc, total);
      body(handle);
      handle.put_sample_id(event, id);
    });
    this.perf_output_end(handle);
  }

  /** The task's context number `ctxn`, if it has one. */
  task_context(task: TaskStruct | null, ctxn: number): PerfEventContext | null {
    return task === null ? null : load(task.perf_event_ctxp[ctxn]);
  }

  /** Calls `visit` for the events that may report on what happens on this CPU: of each CPU context, then of the task. */
  perf_event_aux(task_ctx: PerfEventContext | null, visit: (event: PerfEvent) => void): void {
    this.this_cpu().contexts.forEach((cpuctx, ctxn) => {
      this.perf_event_aux_ctx(cpuctx.ctx, visit);
      const ctx = task_ctx ?? this.task_context(this.current(), ctxn);
      if (ctx !== null) this.perf_event_aux_ctx(ctx, visit);
    });
  }

  perf_event_aux_ctx(ctx: PerfEventContext, visit: (event: PerfEvent) => void): void {
    const cpu = this.hardware.smp_processor_id;
    list_for_each(ctx.event_list, (event) => {
      if (event.state >= PERF_EVENT_STATE_INACTIVE && (event.cpu === -1 || event.cpu === cpu)) visit(event);
    });
  }

  /** Enables events that waited for this exec, as any naming of the task does in v3.2, then reports its new name. */
  perf_event_comm(task: TaskStruct, exec: boolean): void {
    this.perf_event_enable_all_on_exec(task);
    this.perf_event_comm_record(task, exec);
  }

  perf_event_enable_all_on_exec(task: TaskStruct): void {
    for (const slot of task.perf_event_ctxp) {
      const ctx = load(slot);
      if (ctx !== null) this.perf_event_enable_on_exec(ctx);
    }
  }

  perf_event_comm_record(task: TaskStruct, exec: boolean): void {
    const size = HEADER_SIZE + 8 + padded_length(task.comm);
    this.perf_event_aux(null, (event) => {
      if (!event.attr.comm) return;
      this.perf_output_record(event, PERF_RECORD_COMM, this.perf_comm_misc(exec), size, (handle) => {
        handle.put_u32(task.tgid, task.pid);
        handle.put_string(task.comm);
      });
    });
  }

  /** From v3.16 on a reader can tell an exec from a thread that names itself. */
  perf_comm_misc(_exec: boolean): number {
    return 0;
  }

  /** Reports a new mapping of the current task: of code, or of data to those who want it. */
  perf_event_mmap(map: MappedFile): void {
    if (load(this.nr_mmap_events) === 0) return;
    const task = this.current()!;
    const executable = ((map.prot ?? PROT_EXEC) & PROT_EXEC) !== 0;
    const misc = this.perf_mmap_misc(executable);
    const size = HEADER_SIZE + 8 + 24 + padded_length(map.filename);
    this.perf_event_aux(null, (event) => {
      const { mmap, mmap2, mmap_data } = event.attr;
      if (executable ? !mmap && !mmap2 : !mmap_data) return;
      const type = mmap2 ? PERF_RECORD_MMAP2 : PERF_RECORD_MMAP;
      this.perf_output_record(event, type, misc, mmap2 ? size + MMAP2_SIZE : size, (handle) => {
        handle.put_u32(task.tgid, task.pid);
        handle.put_u64(map.start);
        handle.put_u64(map.length);
        handle.put_u64(map.offset);
        if (mmap2) put_mmap2(handle, map);
        handle.put_string(map.filename);
      });
    });
  }

  /** From v3.10 on a reader can tell data from code. */
  perf_mmap_misc(_executable: boolean): number {
    return PERF_RECORD_MISC_USER;
  }

  /** Reports that `task` leaves the CPU for `other`, or has come after it. Interrupts off; `task` is current. */
  perf_event_switch(other: TaskStruct | null, sched_in: boolean, preempt: boolean): void {
    if (load(this.nr_switch_events) === 0) return;
    const misc = sched_in ? 0 : PERF_RECORD_MISC_SWITCH_OUT | (preempt ? PERF_RECORD_MISC_SWITCH_OUT_PREEMPT : 0);
    this.perf_event_aux(null, (event) => {
      if (!event.attr.context_switch) return;
      // A task's own event says no more than that it is switched; a CPU's says to whom, or from whom.
      if (event.ctx!.task !== null) this.perf_output_record(event, PERF_RECORD_SWITCH, misc, HEADER_SIZE, () => {});
      else {
        this.perf_output_record(event, PERF_RECORD_SWITCH_CPU_WIDE, misc, HEADER_SIZE + 8, (handle) => {
          handle.put_u32(other?.tgid ?? 0, other?.pid ?? 0);
        });
      }
    });
  }

  /**
   * Reports that `task` was made (FORK) or ends (EXIT). With `task_ctx` the record goes to that context once for each
   * distinct PMU context of the CPU: v3.2 reports an exit twice (section 2.5).
   */
  perf_event_task(task: TaskStruct, task_ctx: PerfEventContext | null, is_new: boolean): void {
    if (load(this.nr_task_events) === 0 && load(this.nr_mmap_events) === 0 && load(this.nr_comm_events) === 0) return;
    const creator = this.current();
    const [ppid, ptid] = is_new ? [creator?.tgid ?? 0, creator?.pid ?? 0] : this.perf_parent_of_exit(task);
    const size = HEADER_SIZE + 16 + 8;
    const time = this.perf_clock();
    this.perf_event_aux(task_ctx, (event) => {
      const { comm, mmap, mmap2, mmap_data, task: own } = event.attr;
      if (!comm && !mmap && !mmap2 && !mmap_data && !own) return;
      this.perf_output_record(event, is_new ? PERF_RECORD_FORK : PERF_RECORD_EXIT, 0, size, (handle) => {
        handle.put_u32(task.tgid, ppid);
        handle.put_u32(task.pid, ptid);
        handle.put_u64(time);
      });
    });
  }

  /** What the record of an exit says of the parent, process and thread: in v3.2 it is the task that is current, which is itself. */
  perf_parent_of_exit({ tgid, pid }: TaskStruct): readonly [ppid: number, ptid: number] {
    return [tgid, pid];
  }

  /** Reports the namespaces of a task that is new or has left some of them. */
  perf_event_namespaces(task: TaskStruct): void {
    this.perf_event_aux(null, (event) => {
      if (!event.attr.namespaces) return;
      this.perf_output_record(event, PERF_RECORD_NAMESPACES, 0, HEADER_SIZE + 16 + 16 * NAMESPACES.length, (handle) => {
        handle.put_u32(task.tgid, task.pid);
        handle.put_u64(NAMESPACES.length);
        for (const ino of NAMESPACES) {
          handle.put_u64(NSFS_DEVICE);
          handle.put_u64(ino);
        }
      });
    });
  }

  /** Reports what `event`, inherited with inherit_stat, has counted when `task` ends. */
  perf_event_read_event(event: PerfEvent, task: TaskStruct): void {
    this.perf_output_record(event, PERF_RECORD_READ, 0, HEADER_SIZE + 8 + event.read_size, (handle) => {
      handle.put_u32(task.tgid, task.pid);
      for (const value of this.perf_output_read(event)) handle.put_u64(value);
    });
  }

  /** Reports that `event` was stopped for sampling too often, or goes on. */
  perf_log_throttle(event: PerfEvent, enable: boolean): void {
    const time = this.perf_clock();
    const type = enable ? PERF_RECORD_UNTHROTTLE : PERF_RECORD_THROTTLE;
    this.perf_output_record(event, type, 0, HEADER_SIZE + 24, (handle) => {
      handle.put_u64(time);
      handle.put_u64(event.parent?.id ?? event.id);
      handle.put_u64(event.id);
    });
  }
}

/** Code is mapped privately, to be read and executed. */
function put_mmap2(handle: PerfOutputHandle, map: MappedFile): void {
  const { inode = { major: 0, minor: 0, number: 0 }, prot = PROT_READ | PROT_EXEC, flags = MAP_PRIVATE } = map;
  handle.put_u32(inode.major, inode.minor);
  handle.put_u64(inode.number);
  handle.put_u64(0);
  handle.put_u32(prot, flags);
}
