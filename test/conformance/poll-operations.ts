/** The operations of a case that ask who is ready: poll, select, epoll, and pollers that wait in a thread of their own. */
import {
  EPOLLET, EPOLLONESHOT, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, POLLERR, POLLHUP, POLLIN, type PollFd,
} from '../../kernel/index.ts';
import { text, type Fields, type Operation, type Step } from './cases.ts';
import { known } from './attr.ts';
import { POLL_BITS, maskNames, returned, tellRevents } from './tell.ts';
import type { Poller, World } from './world.ts';

const MS = 1e6;
export const EPOLL_BITS: Record<string, number> = {
  ...Object.fromEntries(Object.entries(POLL_BITS).map(([name, bit]) => [`E${name}`, bit])), EPOLLET, EPOLLONESHOT,
};

const bits = (names: readonly string[], table: Record<string, number>): number =>
  names.reduce((sum, name) => sum | known(table[name], name), 0);

function pollFds(world: World, step: Step): PollFd[] {
  const events = bits((step['events'] ?? []) as string[], POLL_BITS);
  return (step['evs'] as string[]).map((ev) => ({ fd: world.fd(ev), events }));
}

function startPoller(world: World, step: Step): void {
  const names = step['evs'] as string[];
  const poller: Poller = { returns: 0, by: Object.fromEntries(names.map((ev) => [ev, 0])), seen: new Set(), task: world.self.clone() };
  const fds = pollFds(world, step);
  world.pollers.set(text(step['as']), poller);
  poller.task.start(function* (sys) {
    for (;;) {
      const result = yield* sys.poll(fds, -1);
      poller.returns++;
      for (const [ev, seen] of Object.entries(tellRevents(names, result.revents)) as [string, string[]][]) {
        poller.by[ev]++;
        for (const name of seen) poller.seen.add(name);
      }
      if (step['on_return'] !== 'count') for (const map of world.maps.values()) map.data_tail = map.data_head;
      // Nobody is left who could write: a poller has no more to wait for.
      if (names.some((_, i) => result.revents[i] & (POLLHUP | POLLERR))) return;
    }
  });
}

/** What poller `p` has seen, once all wakeups have arrived. */
function pollerState(world: World, { p }: Step): Fields {
  world.self.sleep(MS);
  const { returns, by, seen } = known(world.pollers.get(text(p)), p);
  return { poll_returns: returns, returns_by_ev: by, revents_seen: [...seen] };
}

function select(world: World, { ev, sets, timeout_ms }: Step): Fields {
  const fd = world.fd(ev);
  const asked = (name: string): number[] => ((sets as string[]).includes(name) ? [fd] : []);
  const result = world.self.select(
    { read: asked('read'), write: asked('write'), except: asked('except') }, (timeout_ms ?? 0) as number,
  );
  return { ...returned(result.result), readable: result.read.length > 0, writable: result.write.length > 0, except: result.except.length > 0 };
}

function epollCtl(world: World, { ev, events = [] }: Step, operation: number): Fields {
  return returned(world.self.epoll_ctl(world.epfd, operation, world.fd(ev), bits(events as string[], EPOLL_BITS)));
}

function epollWait(world: World, { maxevents, timeout_ms }: Step): Fields {
  const { result, events } = world.self.epoll_wait(world.epfd, (maxevents ?? 8) as number, (timeout_ms ?? 0) as number);
  const name = (fd: number): string => [...world.fds].find(([, own]) => own === fd)?.[0] ?? '?';
  return { ...returned(result), events: Object.fromEntries(events.map(({ events: mask, data }) => [name(data), maskNames(mask)])) };
}

export const POLL_OPERATIONS: Record<string, Operation<World>> = {
  poll: (world, step) => {
    const result = world.self.poll(pollFds(world, step), (step['timeout_ms'] ?? 0) as number);
    world.polled = result.revents.some((mask) => mask & POLLIN);
    return { ...returned(result.result), revents: tellRevents(step['evs'] as string[], result.revents) };
  },
  select,
  epoll_ctl_add: (world, step) => epollCtl(world, step, EPOLL_CTL_ADD),
  epoll_ctl_mod: (world, step) => epollCtl(world, step, EPOLL_CTL_MOD),
  epoll_ctl_del: (world, step) => epollCtl(world, step, EPOLL_CTL_DEL),
  epoll_wait: epollWait,
  drain_and_clear_poll: (world, { ev }) => {
    world.map(ev).data_tail = world.map(ev).data_head;
    world.self.poll([{ fd: world.fd(ev), events: POLLIN }], 0);
  },
  start_blocking_poller: startPoller,
  'poller_returned?': pollerState,
  stop_poller: pollerState,
};
