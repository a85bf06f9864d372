/**
 * The lineage, oldest first: a kernel version is a class in a file of this folder, and a line here.
 * Reference: the headers of the files. Not modelled: see there.
 */
import type { KernelClass } from '../variant.ts';
import { ClearBeforeKill } from './clear-before-kill.ts';
import { DetachByBuffer } from './detach-by-buffer.ts';
import { FixAsCommitted } from './fix-as-committed.ts';
import { NoMmapMutex } from './no-mmap-mutex.ts';
import { SignedStamp } from './signed-stamp.ts';
import { StampBeforeNest } from './stamp-before-nest.ts';
import { V3_1 } from './v3.1.ts';
import { V3_10 } from './v3.10.ts';
import { V3_11 } from './v3.11.ts';
import { V3_15 } from './v3.15.ts';
import { V3_18 } from './v3.18.ts';
import { V3_2 } from './v3.2.ts';
import { V3_4 } from './v3.4.ts';
import { V4_15 } from './v4.15.ts';
import { V4_2 } from './v4.2.ts';
import { V5_10 } from './v5.10.ts';
import { V5_13 } from './v5.13.ts';
import { V5_19 } from './v5.19.ts';
import { V5_2 } from './v5.2.ts';
import { V5_3 } from './v5.3.ts';
import { V6_12 } from './v6.12.ts';
import { V6_16 } from './v6.16.ts';
import { V6_18 } from './v6.18.ts';
import { WaitqInRb } from './waitq-in-rb.ts';

export const KERNELS: readonly KernelClass[] = [
  V3_1, WaitqInRb, NoMmapMutex, FixAsCommitted, V3_2, V3_4, V3_10, V3_11, V3_15, V3_18, V4_2, V4_15, V5_2, V5_3, V5_10,
  V5_13, V5_19, V6_12, V6_16, V6_18, StampBeforeNest, SignedStamp, ClearBeforeKill, DetachByBuffer,
];

/** Each is also there by its name, for kernels that extend it. */
export {
  ClearBeforeKill, DetachByBuffer, FixAsCommitted, NoMmapMutex, SignedStamp, StampBeforeNest, V3_1, V3_10, V3_11,
  V3_15, V3_18, V3_2, V3_4, V4_15, V4_2, V5_10, V5_13, V5_19, V5_2, V5_3, V6_12, V6_16, V6_18, WaitqInRb,
};
