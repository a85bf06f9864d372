/** All scenarios, in the order of the verdict table: a question is a file of this folder, and a line here. */
import type { Scenario } from '../kernel/explore/scenario.ts';
import { scenario as bothPollers } from './both-pollers.ts';
import { scenario as childWakeup } from './child-wakeup.ts';
import { scenario as closeOfCounting } from './close-of-counting.ts';
import { scenario as closeOfPolled } from './close-of-polled.ts';
import { scenario as closeVsPoll } from './close-vs-poll.ts';
import { scenario as dataHead } from './data-head.ts';
import { scenario as doubleMmap } from './double-mmap.ts';
import { scenario as drainingReader } from './draining-reader.ts';
import { scenario as exitOfChild } from './exit-of-child.ts';
import { scenario as exitOfPolled } from './exit-of-polled.ts';
import { scenario as fullBuffer } from './full-buffer.ts';
import { scenario as irqWorkCoalescing } from './irq-work-coalescing.ts';
import { scenario as mixedWakeups } from './mixed-wakeups.ts';
import { scenario as mmapOfRedirected } from './mmap-of-redirected.ts';
import { scenario as munmapOfOutput } from './munmap-of-output.ts';
import { scenario as munmapOfSleeper } from './munmap-of-sleeper.ts';
import { scenario as munmapVsMmap } from './munmap-vs-mmap.ts';
import { scenario as munmapVsPoll } from './munmap-vs-poll.ts';
import { scenario as munmapVsWakeup } from './munmap-vs-wakeup.ts';
import { scenario as munmapVsWrite } from './munmap-vs-write.ts';
import { scenario as mutualSetOutput } from './mutual-set-output.ts';
import { scenario as nmiInLost } from './nmi-in-lost.ts';
import { scenario as nmiInWrite } from './nmi-in-write.ts';
import { scenario as nmiInWriteAtMark } from './nmi-in-write-at-mark.ts';
import { scenario as oversizedRecord } from './oversized-record.ts';
import { scenario as pinnedInError } from './pinned-in-error.ts';
import { scenario as pollForRdnorm } from './poll-for-rdnorm.ts';
import { scenario as pollThenMmap } from './poll-then-mmap.ts';
import { scenario as pollVsSetOutput } from './poll-vs-set-output.ts';
import { scenario as pollVsTwoSetOutputs } from './poll-vs-two-set-outputs.ts';
import { scenario as pollWithoutBuffer } from './poll-without-buffer.ts';
import { scenario as reTarget } from './re-target.ts';
import { scenario as refreshAtLimit } from './refresh-at-limit.ts';
import { scenario as runawayStamp } from './runaway-stamp.ts';
import { scenario as setOutputOfSleeper } from './set-output-of-sleeper.ts';
import { scenario as setOutputTwice } from './set-output-twice.ts';
import { scenario as setOutputVsClose } from './set-output-vs-close.ts';
import { scenario as setOutputVsMunmap } from './set-output-vs-munmap.ts';
import { scenario as sigioOfInherited } from './sigio-of-inherited.ts';
import { scenario as sigioWithoutMmap } from './sigio-without-mmap.ts';
import { scenario as signalWindow } from './signal-window.ts';
import { scenario as stampDrift } from './stamp-drift.ts';
import { scenario as threeEvents } from './three-events.ts';
import { scenario as throttleLimit } from './throttle-limit.ts';
import { scenario as tickInWrite } from './tick-in-write.ts';
import { scenario as twoPollers } from './two-pollers.ts';
import { scenario as twoUnmappers } from './two-unmappers.ts';
import { scenario as wakeVsEnqueue } from './wake-vs-enqueue.ts';
import { scenario as wakeupAfterClose } from './wakeup-after-close.ts';
import { scenario as wakeupEvents } from './wakeup-events.ts';

export const SCENARIOS: readonly Scenario[] = [
  threeEvents,
  nmiInWrite,
  nmiInWriteAtMark,
  tickInWrite,
  wakeupEvents,
  mixedWakeups,
  stampDrift,
  runawayStamp,
  irqWorkCoalescing,
  drainingReader,
  twoPollers,
  bothPollers,
  pollForRdnorm,
  wakeVsEnqueue,
  pollVsSetOutput,
  setOutputTwice,
  pollVsTwoSetOutputs,
  setOutputOfSleeper,
  mutualSetOutput,
  munmapOfSleeper,
  munmapVsMmap,
  munmapVsPoll,
  munmapVsWakeup,
  munmapVsWrite,
  munmapOfOutput,
  pollThenMmap,
  pollWithoutBuffer,
  closeOfPolled,
  wakeupAfterClose,
  closeVsPoll,
  closeOfCounting,
  reTarget,
  setOutputVsMunmap,
  setOutputVsClose,
  twoUnmappers,
  mmapOfRedirected,
  doubleMmap,
  exitOfPolled,
  exitOfChild,
  pinnedInError,
  childWakeup,
  sigioWithoutMmap,
  sigioOfInherited,
  signalWindow,
  refreshAtLimit,
  throttleLimit,
  dataHead,
  fullBuffer,
  nmiInLost,
  oversizedRecord,
];
