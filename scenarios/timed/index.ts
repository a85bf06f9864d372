/** The scenarios of the suite that are written in TypeScript, by name; a test keeps list and folder equal. */
import type { TimedScenario } from '../suite/timed-scenario.ts';
import bufferSizes from './buffer-sizes.ts';
import equalEvents from './equal-events.ts';
import frequencies from './frequencies.ts';
import longPeriods from './long-periods.ts';
import outcomesOfTheBug from './outcomes-of-the-bug.ts';
import overrunPeriods from './overrun-periods.ts';
import slowReader from './slow-reader.ts';
import throttling from './throttling.ts';
import unequalPeriods from './unequal-periods.ts';
import wakeupEvents from './wakeup-events.ts';
import watermark from './watermark.ts';

export const TIMED: Readonly<Record<string, TimedScenario>> = {
  'buffer-sizes': bufferSizes,
  'equal-events': equalEvents,
  frequencies,
  'long-periods': longPeriods,
  'outcomes-of-the-bug': outcomesOfTheBug,
  'overrun-periods': overrunPeriods,
  'slow-reader': slowReader,
  throttling,
  'unequal-periods': unequalPeriods,
  'wakeup-events': wakeupEvents,
  watermark,
};
