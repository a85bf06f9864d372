/**
 * Tracepoints of a recording: what it tells of their formats, and where its kernel's symbols are.
 * Reference: trace_event__init() and machine__resolve_kernel_addr() of tools/perf, v6.1.
 * Not modelled: formats that a pipe brings.
 */
import type { PerfData } from '../../data/index.ts';
import { readTracingData } from '../../data/tracing-data.ts';
import type { Machine } from '../machine.ts';
import { TracepointPrinter } from './print.ts';

export function tracepointPrinter({ features: { tracing_data } }: PerfData, { kernelMaps }: Machine): TracepointPrinter {
  const tracing = tracing_data === undefined ? { little: true, formats: [], texts: new Map<bigint, string>() } : readTracingData(tracing_data);
  return new TracepointPrinter(tracing, (ip) => {
    const { found, address } = kernelMaps.locate(Number(ip & 0xffffffffn), Number(ip >> 32n));
    return found === null ? null : { name: found.name, offset: address - found.start };
  });
}
