/**
 * The kernel code that a timed run spends time in, with the symbols that samples there show.
 *
 * Reference: function names of v3.2; rates as `perf stat -e …:k` shows for kernel entry code.
 * Not modelled: which instruction of these functions runs.
 */
import type { Flow } from '../../pmu/branches.ts';
import { KERNEL_TEXT, location } from '../../pmu/location.ts';

const KERNEL_RATES = {
  instructions: 0.7, branches: 0.14, 'branch-misses': 0.004, 'cache-references': 0.01, 'cache-misses': 0.001,
  'L1-dcache-loads': 0.2, 'L1-dcache-stores': 0.1, 'L1-icache-loads': 0.2, 'L1-icache-load-misses': 0.005,
  'dTLB-loads': 0.002, 'dTLB-load-misses': 0.0005, 'iTLB-loads': 0.0005, 'iTLB-load-misses': 0.0001,
} as const;

/** Not called, but entered at any instruction of other code. */
const HANDLER: Flow = { entry: 'interrupt' };

export const SYSCALL = location('kernel', 'system_call', KERNEL_TEXT + 0x7a00, 0x80, KERNEL_RATES);
export const TICK = location('kernel', 'update_process_times', KERNEL_TEXT + 0x2c40, 0x70, KERNEL_RATES, HANDLER);
export const IRQ = location('kernel', 'irq_work_run', KERNEL_TEXT + 0x3100, 0xa0, KERNEL_RATES, HANDLER);
export const NMI = location('kernel', 'intel_pmu_handle_irq', KERNEL_TEXT + 0x1d80, 0x300, KERNEL_RATES, HANDLER);
export const EXEC = location('kernel', 'load_elf_binary', KERNEL_TEXT + 0x4e00, 0x1b00, KERNEL_RATES);

/** Where a page fault is handled: by programs that a test drives, so that no symbol table needs it. */
export const PAGE_FAULT = location('kernel', 'handle_mm_fault', KERNEL_TEXT + 0x6c20, 0x1e0, KERNEL_RATES, HANDLER);

/** All others, as a symbol table of the kernel names them. */
export const KERNEL_LOCATIONS = [NMI, TICK, IRQ, EXEC, SYSCALL];
