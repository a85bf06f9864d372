/**
 * The public face of the kernel: for the tool, for drivers of system calls, and for a user's own kernel class.
 *
 * Reference: docs/ARCHITECTURE.md.
 * Not modelled: nothing.
 */
export { Violation } from '../sim/explore/model.ts';
export { Cell, effect, shared, struct, u64 } from '../sim/memory.ts';
export * from './abi/index.ts';
export { attr_limits, type AttrLimits } from './attr-limits.ts';
export { DEFAULT_CONFIG, KernelOops, type Hardware, type KernelConfig } from './base.ts';
export { Pending } from './driver/desk.ts';
export { Linux, SleepsForEver, type LinuxSpec, type SpawnOptions } from './driver/linux.ts';
export { KERNEL_COPY, USER_LOOP } from './driver/locations.ts';
export { Mapping } from './driver/mapping.ts';
export { Process } from './driver/process.ts';
export { parse_record, type DriverRecord } from './driver/record.ts';
export type { Scenario } from './explore/scenario.ts';
export type { Setup } from './explore/setup.ts';
export * from './list.ts';
export * from './primitives.ts';
export type { Executable } from './process.ts';
export { PerfOutputHandle, type SampleId } from './ring_buffer.ts';
export type { PollFd, PollResult } from './select.ts';
export type { MappedFile } from './sideband.ts';
export * from './structs/index.ts';
export { KERNEL_LOCATIONS } from './timed/locations.ts';
export { Sys } from './timed/sys.ts';
export { TimedSystem } from './timed/system.ts';
export type { Program } from './timed/thread.ts';
export { SilentTracepoints, type Tracepoints } from './tracepoints.ts';
export type { Kernel, KernelClass, VariantInfo } from './variant.ts';
export * from './variants/index.ts';
