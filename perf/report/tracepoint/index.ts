/**
 * Tracepoints of a recording: what it tells of their formats, and where its kernel's symbols are.
 * Reference: trace_event__init() and machine__resolve_kernel_addr() of tools/perf, v6.1.
 * Not modelled: nothing.
 */
import type { PerfData } from '../../data/index.ts';
import { readTracingData } from '../../data/tracing-data.ts';
import type { Machine } from '../machine.ts';
import type { CurrentSample } from '../session.ts';
import { TracepointPrinter } from './print.ts';

/** Answers what a sample of a tracepoint says; nothing where the recording does not tell how. Formats are read with the first sample. */
export function tracepointTexts(data: PerfData, machine: () => Machine): (sample: CurrentSample) => string {
  let printer: TracepointPrinter | null = null;
  return ({ block, at, event }) => {
    const record = data.decode(block, at);
    if (record.name !== 'SAMPLE' || record.sample.raw === undefined) return '';
    printer ??= printerOf(data, machine());
    return printer.text(Number(event.attr.config), record.sample.raw) ?? '';
  };
}

function printerOf({ features: { tracing_data } }: PerfData, { kernelMaps }: Machine): TracepointPrinter {
  const tracing = tracing_data === undefined ? { little: true, formats: [], texts: new Map<bigint, string>() } : readTracingData(tracing_data);
  return new TracepointPrinter(tracing, (ip) => {
    const { found, address } = kernelMaps.locate(Number(ip & 0xffffffffn), Number(ip >> 32n));
    return found === null ? null : { name: found.name, offset: address - found.start };
  });
}
