/**
 * Intel Sandy Bridge without hyper-threading: a thread has the counters of both, eight general ones.
 *
 * Reference: Intel SDM 3B, the same section, "Core PMU Comparison": eight general counters per core, four per thread.
 * Not modelled: as for Sandy Bridge.
 */
import type { Chip } from '../chip.ts';
import { sandybridge } from './sandybridge.ts';

export const sandybridge_noht: Chip = {
  ...sandybridge,
  name: 'sandybridge-noht',
  description: 'Intel Sandy Bridge, hyper-threading off: 8 general and 3 fixed counters',
  general: { count: 8, width: 48 },
};
