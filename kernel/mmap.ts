/**
 * A process's mappings of perf buffers: mmap, munmap, mprotect, mremap, and what fork, exec and exit do to them.
 *
 * Reference: mm/mmap.c, mm/mremap.c and kernel/fork.c as far as they call perf's vm_ops; perf_mmap_open and
 * perf_mmap_close of kernel/events/core.c, v3.1 and v3.2.
 * Not modelled: addresses; other mappings; growing a mapping (which v3.2 allows, and later versions refuse as here).
 */
import { load } from '../sim/memory.ts';
import { EBADF, EFAULT, EINVAL, ENODEV, ENOMEM, MAP_SHARED, PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE } from './abi/index.ts';
import type { MmapRequest } from './buffer.ts';
import { OpenCode } from './open.ts';
import { atomic_inc, kzalloc, mutex_lock, mutex_unlock } from './primitives.ts';
import { MmStruct, VmArea, type TaskStruct } from './structs/index.ts';

/** Where buffers are mapped, and what of: a file that has no name and shares its inode with all others of its kind. */
const MMAP_BASE = 0x7f80_0000_0000;
const ANON_INODE = { filename: 'anon_inode:[perf_event]', offset: 0, flags: MAP_SHARED, inode: { major: 0, minor: 16, number: 1038 } };

export abstract class MmapCode extends OpenCode {
  sys_mmap(fd: number, request: MmapRequest): VmArea | number {
    const file = this.file_of(fd);
    if (file === null) return -EBADF;
    if (file.event === null) return -ENODEV;
    const { mm } = this.current()!;
    mutex_lock(mm.mmap_sem);
    const mapped = this.perf_mmap(file, request);
    if (typeof mapped !== 'number') this.mmap_region(mm, mapped, request);
    mutex_unlock(mm.mmap_sem);
    return mapped;
  }

  /** The new mapping is one of the process, and reported like any other. Holds mmap_sem. */
  mmap_region(mm: MmStruct, vma: VmArea, { writable, executable = false }: MmapRequest): void {
    this.vma_link(mm, vma);
    if (load(this.nr_mmap_events) === 0) return;
    let start = MMAP_BASE;
    for (let other = vma.vm_next; other !== null; other = other.vm_next) start += other.pages * PAGE_SIZE;
    const prot = PROT_READ | (writable ? PROT_WRITE : 0) | (executable ? PROT_EXEC : 0);
    this.perf_event_mmap({ ...ANON_INODE, start, length: vma.pages * PAGE_SIZE, prot });
  }

  vma_link(mm: MmStruct, vma: VmArea): void {
    vma.vm_mm = mm;
    vma.vm_next = mm.mmap;
    mm.mmap = vma;
  }

  vma_unlink(mm: MmStruct, vma: VmArea): void {
    let before: VmArea | null = null;
    for (let at = mm.mmap; at !== null && at !== vma; at = at.vm_next) before = at;
    if (before === null) mm.mmap = vma.vm_next;
    else before.vm_next = vma.vm_next;
  }

  /** Unmaps `pages` pages of the mapping, from page `first` on: all of it, unless told. */
  sys_munmap(vma: VmArea, first = 0, pages = vma.pages): number {
    const { mm } = this.current()!;
    mutex_lock(mm.mmap_sem);
    const result = this.do_munmap(mm, vma, first, pages);
    mutex_unlock(mm.mmap_sem);
    return result;
  }

  /** Holds mmap_sem. */
  do_munmap(mm: MmStruct, vma: VmArea, first: number, pages: number): number {
    if (pages <= 0) return -EINVAL;
    // Where nothing is mapped there is nothing to do.
    if (!vma.open) return 0;
    if (first === 0 && pages >= vma.pages) {
      this.vma_close(mm, vma);
      return 0;
    }
    const parts = first > 0 && first + pages < vma.pages ? 2 : 1;
    if (!this.vma_may_split(vma)) return -EINVAL;
    // What remains becomes areas of its own, and the piece that goes is closed like any other.
    for (let i = 0; i < parts; i++) this.vma_split(vma);
    vma.parts--;
    vma.pages -= pages;
    this.perf_mmap_close(vma);
    this.fput(vma.file);
    return 0;
  }

  /** The areas of the mapping go, one after the other. Holds mmap_sem. */
  vma_close(mm: MmStruct, vma: VmArea): void {
    vma.open = false;
    this.vma_unlink(mm, vma);
    for (let i = 0; i < vma.parts; i++) {
      this.perf_mmap_close(vma);
      this.fput(vma.file);
    }
  }

  vma_may_split(_vma: VmArea): boolean {
    return true;
  }

  /** One area becomes two (vm_ops->open for the new one). */
  vma_split(vma: VmArea): void {
    atomic_inc(vma.file.f_count);
    this.perf_mmap_open(vma);
    vma.parts++;
  }

  /** mprotect(2). What a mapping allows decides nothing after it has been made: the buffer knows who may write by then. */
  sys_mprotect(vma: VmArea, first = 0, pages = vma.pages): number {
    const { mm } = this.current()!;
    mutex_lock(mm.mmap_sem);
    const splits = !(first === 0 && pages >= vma.pages);
    const result = !vma.open ? -ENOMEM : splits && !this.vma_may_split(vma) ? -EINVAL : 0;
    if (splits && result === 0) this.vma_split(vma);
    mutex_unlock(mm.mmap_sem);
    return result;
  }

  /** mremap(2) of the mapping to `pages` pages. It cannot grow. */
  sys_mremap(vma: VmArea, pages: number): number {
    if (pages <= 0) return -EINVAL;
    if (!vma.open || pages > vma.pages) return -EFAULT;
    return pages === vma.pages ? 0 : this.sys_munmap(vma, pages, vma.pages - pages);
  }

  /** fork(2): the child gets the parent's mappings. */
  dup_mmap(from: MmStruct, to: MmStruct): void {
    mutex_lock(from.mmap_sem);
    for (let vma = from.mmap; vma !== null; vma = vma.vm_next) {
      const { file, event, rb, pages, writable } = vma;
      atomic_inc(file.f_count);
      this.perf_mmap_open(vma);
      this.vma_link(to, kzalloc(() => new VmArea(file, event, rb, pages, writable)));
    }
    mutex_unlock(from.mmap_sem);
  }

  /** The task leaves its address space; the last to leave unmaps everything. */
  exit_mm({ mm }: TaskStruct): void {
    mm.mm_users--;
    if (mm.mm_users === 0) this.exit_mmap(mm);
  }

  exit_mmap(mm: MmStruct): void {
    mutex_lock(mm.mmap_sem);
    while (mm.mmap !== null) this.vma_close(mm, mm.mmap);
    mutex_unlock(mm.mmap_sem);
  }

  /** exec(2): a new address space. The old one goes with it: other threads, which die of an exec, here only lose their memory. */
  exec_mmap(task: TaskStruct): void {
    this.exit_mmap(task.mm);
    task.mm.mm_users--;
    task.mm = kzalloc(() => new MmStruct());
  }
}
