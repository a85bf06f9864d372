/**
 * The sizes on which expectations rest, from the run's own inputs: of the buffer, its mark, and the records in it.
 * Reference: kernel.md 1.3 and 10.1 to 10.4. Not modelled: call chains, branch stacks and READ values, which have no fixed size.
 */
import { PAGE_SIZE } from '../../kernel/abi/constants.ts';
import { sampleLayout } from '../../perf/data/layout.ts';
import type { RunSpec } from '../../perf/run-spec.ts';
import { PERSONALITIES } from '../../perf/tool/personality.ts';

/** In bytes. */
export interface BufferSizes {
  /** The data pages. */
  size: number;
  /** At most so many bytes are ever unread: a full buffer could not be told from an empty one. */
  usable: number;
  /** Bytes from one wakeup to the next. */
  watermark: number;
  /** One SAMPLE. */
  sample: number;
  /** A LOST record, which the next record that finds room brings with it. */
  lost: number;
  /** The records that an exec leaves in front of its samples: one COMM, and an MMAP for each part of the program. */
  exec: number;
}

const HEADER = 8;
const FIELD = 8;
/** Fields in front of the name: pid and tid; the addresses; device, inode, its generation, protection. */
const COMM_FIELDS = 1;
const MMAP_FIELDS = COMM_FIELDS + 3;
const MMAP2_FIELDS = MMAP_FIELDS + 4;

export function bufferSizes({ record, workload, tool }: RunSpec): BufferSizes {
  const personality = PERSONALITIES[tool];
  const [attr] = personality.attrs(record);
  const { headEnd, trailerSize } = sampleLayout(attr);
  const size = record.mmap_pages * PAGE_SIZE;
  const { comm, maps } = personality.executable(workload.name);
  const ownRecord = (fields: number, name: string): number => HEADER + fields * FIELD + ((name.length + 8) & ~7) + trailerSize;
  return {
    size,
    usable: size - FIELD,
    watermark: record.wakeup !== null && 'bytes' in record.wakeup ? Math.min(size, record.wakeup.bytes) : size / 2,
    sample: headEnd,
    lost: HEADER + 2 * FIELD + trailerSize,
    exec: maps.reduce((sum, { filename }) => sum + ownRecord(attr.mmap2 ? MMAP2_FIELDS : MMAP_FIELDS, filename), ownRecord(COMM_FIELDS, comm)),
  };
}
