/**
 * The objects of the perf_event core, field by field, each file one header of Linux.
 *
 * Fields declared `shared` are touched without a common lock; all others belong to whoever holds the lock named beside
 * them, or to the CPU on which the event runs, with interrupts off.
 * Reference: kernel.md sections 1.4 and 1.5 of the project's reference.
 * Not modelled: see the files.
 */
export * from './fs.ts';
export * from './mm_types.ts';
export * from './perf_event.ts';
export * from './pmu.ts';
export * from './ring_buffer.ts';
export * from './sched.ts';
export * from './wait.ts';
