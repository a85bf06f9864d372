/**
 * What is judged when nobody can go on, in every scenario: who sleeps and should not, what is left that should be gone,
 * and what is gone that should be left.
 *
 * Reference: section 12.2 of kernel.md; the account (account.ts) for what readers are owed.
 * Not modelled: what would happen if descriptors that are still open were closed.
 */
import { Violation, type Ground } from '../../sim/explore/model.ts';
import type { PerfEvent, RingBuffer, UserStruct, VmArea } from '../structs/index.ts';
import type { Account } from './account.ts';

export interface Poller {
  readonly context: number;
  readonly event: PerfEvent;
}

/** The end of a schedule. */
export interface End {
  readonly ground: Ground;
  readonly account: Account;
  readonly user: UserStruct;
  readonly events: readonly PerfEvent[];
  readonly buffers: readonly RingBuffer[];
  readonly mappings: readonly VmArea[];
  readonly pollers: readonly Poller[];
}

export type Judge = (end: End) => void;

/** A poller sleeps on something that the buffer's readers are owed, and none of them has seen. */
const lostWakeup: Judge = ({ ground, account, pollers }) => {
  for (const { context, event } of pollers) {
    const rb = event.rb.v;
    if (ground.isIdle(context) || rb === null || !account.isOwed(rb)) continue;
    throw new Violation('lost wakeup', `${ground.contexts[context].name} sleeps on event ${event.id}, whose buffer has ${rb.user_page.data_head.v} bytes for it`);
  }
};

/** Pages that are accounted to the user are those of the buffers that are mapped. */
const lockedMemory: Judge = ({ user, mappings }) => {
  const mapped = new Set(mappings.map(({ rb }) => rb));
  const pages = [...mapped].reduce((sum, { nr_pages }) => sum + nr_pages + 1, 0);
  const locked = user.locked_vm.v;
  if (locked < 0) throw new Violation('double free', `${-locked} pages of the user's locked memory were given back twice`);
  if (locked < pages) throw new Violation('unaccounted memory', `${pages - locked} pages are mapped that nobody accounts for`);
  if (locked > pages) throw new Violation('leak', `${locked - pages} pages stay locked that nobody has mapped`);
};

/** A buffer without a mapping belongs to no event; one of no event is freed. */
const buffers: Judge = ({ buffers: all, events, mappings }) => {
  for (const rb of all) {
    if (rb.freed.v || mappings.some((vma) => vma.rb === rb)) continue;
    const writers = events.filter((event) => event.rb.v === rb && !event.freed.v);
    if (writers.length === 0) throw new Violation('leak', 'a buffer is never freed that no event has and nobody has mapped');
    throw new Violation('unreachable buffer', `event ${writers[0].id} writes into a buffer that nobody has mapped`);
  }
};

/** An event whose file is closed is freed. */
const closedEvents: Judge = ({ events }) => {
  const left = events.find(({ freed, filp }) => !freed.v && filp !== null && filp.f_count.v === 0);
  if (left !== undefined) throw new Violation('leak', `event ${left.id} has been closed and is never freed`);
};

const records: Judge = ({ account, buffers: all }) => {
  for (const rb of all) if (!rb.freed.v) account.judgeRecords(rb);
  account.judgeSamples();
};

const signals: Judge = ({ account }) => account.judgeSignals();

export const JUDGES: readonly Judge[] = [lostWakeup, lockedMemory, buffers, closedEvents, records, signals];

/** For scenarios that ask whether each poller is told, whatever the others have seen. */
export const everyPoller: Judge = ({ ground, account, pollers }) => {
  for (const { context, event } of pollers) {
    const rb = event.rb.v;
    if (ground.isIdle(context) || rb === null || !account.isOwed(rb, context)) continue;
    throw new Violation('lost wakeup', `${ground.contexts[context].name} sleeps on event ${event.id} and has not seen what its buffer has for it`);
  }
};

/** For scenarios in which every event that is polled ends for good: nobody may go on sleeping on one. */
export const lostHangUp: Judge = ({ ground, pollers }) => {
  const asleep = pollers.find(({ context }) => !ground.isIdle(context));
  if (asleep === undefined) return;
  throw new Violation('lost hang-up', `${ground.contexts[asleep.context].name} sleeps on event ${asleep.event.id}, for which nothing can come any more`);
};
