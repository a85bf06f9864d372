/**
 * Which fields the records of one event carry: what its attr says, worked out once.
 * Reference: tools/perf/util/evsel.c, __evsel__sample_size(), evsel__calc_id_pos() and evsel__id_hdr_size(), v6.1.
 * Not modelled: nothing.
 */
import {
  PERF_SAMPLE_ADDR, PERF_SAMPLE_CPU, PERF_SAMPLE_ID, PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD,
  PERF_SAMPLE_READ, PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_TID, PERF_SAMPLE_TIME, type PerfEventAttr,
} from '../../kernel/abi/index.ts';
import { RECORD_HEADER_SIZE } from './record-types.ts';

/** The fields of eight bytes each that open every SAMPLE, in their order. */
const SAMPLE_HEAD = {
  identifier: PERF_SAMPLE_IDENTIFIER, ip: PERF_SAMPLE_IP, tid: PERF_SAMPLE_TID, time: PERF_SAMPLE_TIME,
  addr: PERF_SAMPLE_ADDR, id: PERF_SAMPLE_ID, stream_id: PERF_SAMPLE_STREAM_ID, cpu: PERF_SAMPLE_CPU,
  period: PERF_SAMPLE_PERIOD,
} as const;

/** The fields of eight bytes each that close every other record, in their order, when sample_id_all is set. */
const TRAILER = {
  tid: PERF_SAMPLE_TID, time: PERF_SAMPLE_TIME, id: PERF_SAMPLE_ID, stream_id: PERF_SAMPLE_STREAM_ID,
  cpu: PERF_SAMPLE_CPU, identifier: PERF_SAMPLE_IDENTIFIER,
} as const;

const HEAD_BITS = BigInt(Object.values(SAMPLE_HEAD).reduce<number>((bits, bit) => bits | bit, 0));

type HeadField = keyof typeof SAMPLE_HEAD;
type TrailerField = keyof typeof TRAILER;

export interface SampleLayout {
  readonly sample_type: bigint;
  readonly read_format: bigint;
  readonly sample_id_all: boolean;
  readonly regs_user: bigint;
  readonly regs_intr: bigint;
  readonly branch_sample_type: bigint;
  /** Offset of each head field from the start of a SAMPLE record; −1 where it has none. */
  readonly head: Readonly<Record<HeadField, number>>;
  /** Offset just behind the head fields of a SAMPLE. */
  readonly headEnd: number;
  /** Whether a SAMPLE has fields behind its head, and whether counter values are among them. */
  readonly beyondHead: boolean;
  readonly reads: boolean;
  /** Offset of each trailer field counted back from the end of a record; −1 where it has none. */
  readonly trailer: Readonly<Record<TrailerField, number>>;
  /** Bytes of the trailer; 0 without sample_id_all. */
  readonly trailerSize: number;
}

/** The layout that `attr` prescribes. */
export function sampleLayout(attr: PerfEventAttr): SampleLayout {
  const type = Number(attr.sample_type & 0xffffffffn);
  let at = RECORD_HEADER_SIZE;
  const head = place(SAMPLE_HEAD, (bit) => {
    if (!(type & bit)) return -1;
    at += 8;
    return at - 8;
  });
  const trailerSize = attr.sample_id_all ? 8 * Object.values(TRAILER).filter((bit) => type & bit).length : 0;
  let left = trailerSize;
  const trailer = place(TRAILER, (bit) => {
    if (!attr.sample_id_all || !(type & bit)) return -1;
    left -= 8;
    return left + 8;
  });
  return {
    sample_type: attr.sample_type, read_format: attr.read_format, sample_id_all: attr.sample_id_all,
    regs_user: attr.sample_regs_user, regs_intr: attr.sample_regs_intr, branch_sample_type: attr.branch_sample_type,
    head, headEnd: at, trailer, trailerSize,
    beyondHead: (attr.sample_type & ~HEAD_BITS) !== 0n, reads: (type & PERF_SAMPLE_READ) !== 0,
  };
}

function place<K extends string>(fields: Record<K, number>, where: (bit: number) => number): Record<K, number> {
  return Object.fromEntries(Object.entries<number>(fields).map(([name, bit]) => [name, where(bit)])) as Record<K, number>;
}

/** Where a SAMPLE holds the id of its event: IDENTIFIER if it has one, else ID; −1 if neither. */
export function sampleIdOffset(layout: SampleLayout): number {
  return layout.head.identifier >= 0 ? layout.head.identifier : layout.head.id;
}

/** The same, counted back from the end of any other record. */
export function trailerIdOffset(layout: SampleLayout): number {
  return layout.trailer.identifier >= 0 ? layout.trailer.identifier : layout.trailer.id;
}
