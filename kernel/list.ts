/**
 * Doubly linked lists with the head among the links: list_head and its RCU variants, pointer by pointer.
 *
 * Reference: include/linux/list.h and rculist.h of v3.2.
 * Not modelled: the poison that list_del leaves in the removed entry (the object's own poison catches such use).
 */
import { load, store, struct, shared } from '../sim/memory.ts';
import { READ_ONCE, WRITE_ONCE } from './primitives.ts';

/** A link of a list: the head, or embedded in `entry`. Walkers without a lock read `next`; `prev` is for writers. */
export class ListHead<T> extends struct({ next: shared(null as object | null), prev: null as object | null }) {
  /** The object that this link is part of; null for a head. */
  readonly entry: T | null;

  constructor(entry: T | null = null) {
    super();
    this.entry = entry;
    this.next.v = this;
    this.prev = this;
  }
}

/** The link after `link`, read as the holder of the list's lock reads it; behind the last one stands the head. */
export function list_next<T>(link: ListHead<T>): ListHead<T> {
  return load(link.next) as ListHead<T>;
}

export function list_empty<T>(head: ListHead<T>): boolean {
  return list_next(head) === head;
}

/** The same test without the lock: another CPU may be about to change the answer. */
export function list_empty_unlocked<T>(head: ListHead<T>): boolean {
  return READ_ONCE(head.next) === head;
}

/** Inserts `entry` after `head`. The pointer that publishes it is written like any other. */
export function list_add<T>(entry: ListHead<T>, head: ListHead<T>): void {
  insert(entry, head, list_next(head));
}

export function list_add_tail<T>(entry: ListHead<T>, head: ListHead<T>): void {
  insert(entry, head.prev as ListHead<T>, head);
}

function insert<T>(entry: ListHead<T>, prev: ListHead<T>, following: ListHead<T>): void {
  following.prev = entry;
  store(entry.next, following);
  entry.prev = prev;
  WRITE_ONCE(prev.next, entry);
}

/** The objects on the list, in order, as it is now. */
export function list_entries<T>(head: ListHead<T>): T[] {
  const entries: T[] = [];
  list_for_each(head, (entry) => entries.push(entry));
  return entries;
}

/** Unlinks `entry`; its own pointers stay, so that a walker standing on it finds its way (list_del_rcu). */
export function list_del_rcu<T>(entry: ListHead<T>): void {
  const following = list_next(entry);
  const prev = entry.prev as ListHead<T>;
  following.prev = prev;
  WRITE_ONCE(prev.next, following);
}

/** Unlinks `entry` and makes it an empty list of its own: a walker standing on it never leaves it. */
export function list_del_init<T>(entry: ListHead<T>): void {
  list_del_rcu(entry);
  WRITE_ONCE(entry.next, entry);
  entry.prev = entry;
}

/** Moves the first entry behind all others. */
export function list_rotate_left<T>(head: ListHead<T>): void {
  if (list_empty(head)) return;
  const first = list_next(head);
  list_del_rcu(first);
  list_add_tail(first, head);
}

/** The link after `link` for a walker without the lock; null when it meets the head. */
export function list_next_rcu<T>(link: ListHead<T>, head: ListHead<T>): ListHead<T> | null {
  const following = READ_ONCE(link.next) as ListHead<T>;
  return following === head ? null : following;
}

/** Calls `visit` for each entry, in list order, under the list's lock; `visit` may remove the entry it is given. */
export function list_for_each<T>(head: ListHead<T>, visit: (entry: T) => void): void {
  for (let link = list_next(head); link !== head; ) {
    const following = list_next(link);
    visit(link.entry as T);
    link = following;
  }
}
