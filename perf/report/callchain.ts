/**
 * A sample's callchain as places: the context markers taken out, each address looked up in the mode they set.
 * Reference: thread__resolve_callchain_sample() of tools/perf/util/machine.c, v6.1.
 * Not modelled: unwinding with DWARF, last branch records, inlined functions.
 */
import { PERF_CONTEXT_KERNEL, PERF_CONTEXT_USER, PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER } from '../../kernel/abi/index.ts';
import type { Machine, Thread } from './machine.ts';
import type { Location } from './maps.ts';

/** From here on an "address" is a marker. */
const PERF_CONTEXT_MAX = 0xfffffffffffff001n;
const PERF_CONTEXT_HV = 0xffffffffffffffe0n;
const PERF_RECORD_MISC_HYPERVISOR = 3;

/** More frames than this perf does not show. */
export const MAX_STACK = 127;

export interface Frame {
  ip: bigint;
  location: Location | null;
}

/** Which mode a marker sets; undefined if perf does not know it. */
const MODE_OF_MARKER = new Map<bigint, number>([
  [PERF_CONTEXT_KERNEL, PERF_RECORD_MISC_KERNEL], [PERF_CONTEXT_USER, PERF_RECORD_MISC_USER],
  [PERF_CONTEXT_HV, PERF_RECORD_MISC_HYPERVISOR],
]);

/** All frames, innermost first. Markers that nobody knows are passed over. */
export function resolveFrames(machine: Machine, thread: Thread, ips: readonly bigint[]): Frame[] {
  const frames: Frame[] = [];
  let mode = PERF_RECORD_MISC_USER;
  for (const ip of ips) {
    if (ip >= PERF_CONTEXT_MAX) mode = MODE_OF_MARKER.get(ip) ?? mode;
    else frames.push({ ip, location: machine.locate(thread, mode, Number(ip & 0xffffffffn), Number(ip >> 32n)) });
  }
  return frames;
}

/** The frames that perf shows of a chain: no more than MAX_STACK, and none if a marker is unknown. */
export function resolveCallchain(machine: Machine, thread: Thread, ips: readonly bigint[]): Frame[] {
  if (ips.some((ip) => ip >= PERF_CONTEXT_MAX && !MODE_OF_MARKER.has(ip))) return [];
  return resolveFrames(machine, thread, ips).slice(0, MAX_STACK);
}
