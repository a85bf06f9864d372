/** All scenarios, in the order of the verdict table: a question is a file of this folder, and a line here. */
import type { Scenario } from '../kernel/explore/scenario.ts';
import { scenario as closeOfPolled } from './close-of-polled.ts';
import { scenario as dataHead } from './data-head.ts';
import { scenario as doubleMmap } from './double-mmap.ts';
import { scenario as mmapOfRedirected } from './mmap-of-redirected.ts';
import { scenario as munmapVsWakeup } from './munmap-vs-wakeup.ts';
import { scenario as nmiInWrite } from './nmi-in-write.ts';
import { scenario as nmiInWriteAtMark } from './nmi-in-write-at-mark.ts';
import { scenario as pollThenMmap } from './poll-then-mmap.ts';
import { scenario as pollVsSetOutput } from './poll-vs-set-output.ts';
import { scenario as reTarget } from './re-target.ts';
import { scenario as setOutputOfSleeper } from './set-output-of-sleeper.ts';
import { scenario as setOutputTwice } from './set-output-twice.ts';
import { scenario as setOutputVsMunmap } from './set-output-vs-munmap.ts';
import { scenario as sigioWithoutMmap } from './sigio-without-mmap.ts';
import { scenario as threeEvents } from './three-events.ts';
import { scenario as twoPollers } from './two-pollers.ts';
import { scenario as twoUnmappers } from './two-unmappers.ts';
import { scenario as wakeVsEnqueue } from './wake-vs-enqueue.ts';
import { scenario as wakeupEvents } from './wakeup-events.ts';

export const SCENARIOS: readonly Scenario[] = [
  threeEvents,
  nmiInWrite,
  nmiInWriteAtMark,
  wakeupEvents,
  twoPollers,
  wakeVsEnqueue,
  pollVsSetOutput,
  setOutputTwice,
  setOutputOfSleeper,
  munmapVsWakeup,
  pollThenMmap,
  closeOfPolled,
  reTarget,
  setOutputVsMunmap,
  twoUnmappers,
  sigioWithoutMmap,
  mmapOfRedirected,
  doubleMmap,
  dataHead,
];
