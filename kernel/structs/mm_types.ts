/**
 * Address spaces and mappings of events.
 *
 * Reference: include/linux/mm_types.h of v3.2.
 * Not modelled: addresses; mappings of anything else.
 */
import { struct } from '../../sim/memory.ts';
import { Mutex } from '../primitives.ts';
import type { File } from './fs.ts';
import type { PerfEvent } from './perf_event.ts';
import type { RingBuffer } from './ring_buffer.ts';

/** An address space, which the threads of a process share: who changes its mappings holds mmap_sem for writing. */
export class MmStruct extends struct({
  /** Tasks that use it; its mappings, newest first; pages locked beyond what perf grants the user. Under mmap_sem. */
  mm_users: 1, mmap: null as VmArea | null, pinned_vm: 0,
}) {
  readonly mmap_sem = new Mutex();
}

/** A mapping of a perf event. Offsets and lengths in pages. */
export class VmArea extends struct({
  open: true,
  /** Pages that are still mapped, and the areas that they have been split into. Under mmap_sem. */
  pages: 0, parts: 1,
  vm_next: null as VmArea | null,
  vm_mm: null as MmStruct | null,
}) {
  readonly file: File;
  readonly event: PerfEvent;
  readonly rb: RingBuffer;
  readonly writable: boolean;
  constructor(file: File, event: PerfEvent, rb: RingBuffer, pages: number, writable: boolean) {
    super();
    this.file = file;
    this.event = event;
    this.rb = rb;
    this.pages = pages;
    this.writable = writable;
  }
}
