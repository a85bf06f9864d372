/**
 * What a recording of tracepoints says of their formats: the texts that the kernel has below its folder of events.
 * Reference: trace_report() of tools/perf/util/trace-event-read.c, v6.1, and tracing_data_get() of trace-event-info.c.
 * Not modelled: the formats of ring buffer pages and of ftrace's own records, commands by task.
 */
import { ByteReader, textOf } from './bytes.ts';
import { PerfDataError } from './error.ts';

export interface TracingData {
  /** Whether the traced machine has its least byte first. */
  readonly little: boolean;
  /** The format texts of all recorded tracepoints. */
  readonly formats: readonly string[];
  /** Texts that stayed in the kernel, by address: records hold pointers to them. */
  readonly texts: ReadonlyMap<bigint, string>;
}

const MAGIC = '\x17\x08Dtracing';

/** A text that ends with NUL. */
function stringOf(from: ByteReader): string {
  let text = '';
  for (let byte = from.u8(); byte !== 0; byte = from.u8()) text += String.fromCharCode(byte);
  return text;
}

/** The texts that stand behind their lengths. */
function sized(from: ByteReader): string {
  return textOf(from.slice(from.size()));
}

/** Reads the section, or the payload of a TRACING_DATA record. Throws PerfDataError if it is none. */
export function readTracingData(bytes: Uint8Array): TracingData {
  const head = new ByteReader(bytes, 'the tracing data', 0);
  if (textOf(head.slice(MAGIC.length)) !== MAGIC) throw new PerfDataError('the tracing data do not begin with their magic number');
  stringOf(head);
  const little = head.u8() === 0;
  const from = new ByteReader(bytes.subarray(head.at), 'the tracing data', head.at, little);
  // Bytes of a long, and of a page.
  from.take(1 + 4);
  for (const header of ['header_page', 'header_event']) {
    if (stringOf(from) !== header) throw new PerfDataError(`the tracing data have no '${header}' where it belongs`);
    sized(from);
  }
  for (let left = from.count(BigInt(from.u32()), 8); left > 0; left--) sized(from);
  const formats: string[] = [];
  for (let systems = from.u32(); systems > 0; systems--) {
    stringOf(from);
    for (let events = from.u32(); events > 0; events--) formats.push(sized(from));
  }
  // The kernel's symbols.
  from.take(from.u32());
  return { little, formats, texts: textsOf(textOf(from.slice(from.u32()))) };
}

/** Lines such as `0xffffffff8281a585 : "rcu_preempt"`. */
function textsOf(lines: string): Map<bigint, string> {
  return new Map([...lines.matchAll(/^(0x[0-9a-f]+) : "(.*)"$/gm)].map(([, address, text]) => [BigInt(address), text.replaceAll('\\n', '')]));
}
