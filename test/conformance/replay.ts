/** Replays the steps of a case through the API, and says what came of each. */
import {
  F_SETFL, F_SETOWN, F_SETSIG, O_ASYNC, O_NONBLOCK, POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLL_HUP, SIGRTMIN, errnoName,
  type PollFd, type PollResult,
} from '../../kernel/index.ts';
import { BUFFER_OPERATIONS } from './buffer-operations.ts';
import { text, type Case, type Fields, type Step, type Value } from './cases.ts';
import { FAULT_ADDRESS, NotCovered, index, known, type Poller, type World } from './world.ts';

const COMMANDS = ['ENABLE', 'DISABLE', 'REFRESH', 'RESET', 'PERIOD', 'SET_OUTPUT', 'SET_FILTER', 'ID', 'SET_BPF', 'PAUSE_OUTPUT'];
const POLL_BITS: Record<string, number> = { POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP };
const MS = 1e6;

type Answer = Fields | null;

const returned = (result: number): Fields => (result < 0 ? { errno: errnoName(result) } : { ret: result });

function pollFds(world: World, step: Step): PollFd[] {
  const events = ((step['events'] ?? []) as string[]).reduce((sum, name) => sum | known(POLL_BITS[name], name), 0);
  return (step['evs'] as string[]).map((ev) => ({ fd: world.fd(ev), events }));
}

function revents(step: Step, { revents: masks }: PollResult): Fields {
  const named = (mask: number): string[] => Object.keys(POLL_BITS).filter((name) => mask & POLL_BITS[name]);
  return Object.fromEntries((step['evs'] as string[]).flatMap((ev, i) => (masks[i] === 0 ? [] : [[ev, named(masks[i])]])));
}

function read(world: World, step: Step): Fields {
  const values = world.self.read(world.fd(step['ev']), (step['count'] as number | undefined) ?? 4096);
  if (typeof values === 'number') return { errno: errnoName(values) };
  const format = Number(known(world.attrs.get(text(step['ev'])), step['ev']).read_format);
  const rest = [...values];
  const answer: Record<string, Value> = { bytes: 8 * values.length };
  const isGroup = (format & 8) !== 0;
  const value = isGroup ? 0 : rest.shift()!;
  if (isGroup) answer['nr'] = rest.shift()!;
  const [enabled, running] = [format & 1 ? rest.shift()! : NaN, format & 2 ? rest.shift()! : NaN];
  if (format & 1) answer['enabled_is_zero'] = enabled === 0;
  if (format & 2) answer['running_is_zero'] = running === 0;
  if ((format & 3) === 3) answer['enabled_eq_running'] = enabled === running;
  const id = (): Fields => (format & 4 ? { id: world.nameOf(rest.shift()!) } : {});
  const lost = (): Fields => (format & 16 ? { lost: rest.shift()! } : {});
  if (!isGroup) return { ...answer, value, ...id(), ...lost() };
  const members: Fields[] = [];
  while (rest.length > 0) members.push({ value: rest.shift()!, ...id(), ...lost() });
  return { ...answer, members };
}

function repeat(world: World, step: Step): Fields {
  const body = known(step['body'], 'repeat without body') as unknown as readonly Step[];
  const at: number[] = [];
  for (let round = 1; round <= (step['n'] as number); round++) {
    for (const inner of body) {
      const { revents: ready } = (perform(world, inner) ?? {}) as { revents?: Record<string, string[]> };
      if (ready !== undefined && Object.values(ready).some((names) => names.includes('POLLIN'))) at.push(round);
    }
  }
  return { pollin_count: at.length, pollin_at: at };
}

function collectSignals({ self, fds }: World): Fields {
  const name = (fd: number): string => [...fds].find(([, number]) => number === fd)?.[0] ?? '?';
  const list: { si_code: string; ev: string; si_band: number; n: number }[] = [];
  for (const { si_code, si_fd, si_band } of self.signals) {
    const code = si_code === POLL_HUP ? 'POLL_HUP' : 'POLL_IN';
    const last = list.at(-1);
    if (last?.si_code === code && last.ev === name(si_fd)) last.n++;
    else list.push({ si_code: code, ev: name(si_fd), si_band, n: 1 });
  }
  const count = self.signals.length;
  self.signals.length = 0;
  return { signals: list, count };
}

function startPoller(world: World, step: Step): void {
  const names = step['evs'] as string[];
  const poller: Poller = { returns: 0, by: Object.fromEntries(names.map((ev) => [ev, 0])) };
  const fds = pollFds(world, step);
  world.pollers.set(text(step['as']), poller);
  const thread = world.self.clone();
  thread.start(function* (sys) {
    for (;;) {
      const result = yield* sys.poll(fds, -1);
      poller.returns++;
      for (const ev of Object.keys(revents(step, result))) poller.by[ev]++;
      if (step['on_return'] !== 'count') for (const map of world.maps.values()) map.data_tail = map.data_head;
    }
  });
}

function forkFaultExit(world: World, step: Step): void {
  const child = world.task(step['task']).fork();
  child.fault(step['n'] as number);
  child.exit();
}

/** Each operation by its name. */
const OPERATIONS: Record<string, (world: World, step: Step) => Answer | void> = {
  ...BUFFER_OPERATIONS,
  note: () => null,
  perf_event_open: (world, step) => {
    const fd = world.open(step);
    return fd < 0 ? returned(fd) : { ret: 'fd' };
  },
  mmap: (world, step) => {
    const result = world.mmap(step);
    return result < 0 ? returned(result) : { ret: 'ok' };
  },
  munmap: (world, { ev }) => returned(world.self.munmap(world.map(ev))),
  close: (world, { ev }) => returned(world.self.close(world.fd(ev))),
  ioctl: (world, { ev, cmd, arg, value }) => {
    const argument = typeof arg === 'string' ? world.fd(arg) : ((arg ?? value) as number | undefined);
    return returned(world.self.ioctl(world.fd(ev), index(COMMANDS, cmd), known(argument, `${text(cmd)} argument`)));
  },
  fault: (world, { task, n }) => world.task(task).fault(n as number, { address: FAULT_ADDRESS }),
  fault_and_read_growth: (world, step) => {
    const value = (): Value => (world.self.read(world.fd(step['ev'])) as readonly number[])[0];
    const before = value();
    world.task(step['task']).fault(step['n'] as number);
    return { [`${text(step['ev'])}_grew`]: value() !== before };
  },
  read,
  repeat,
  poll: (world, step) => {
    const result = world.self.poll(pollFds(world, step), step['timeout_ms'] as number);
    world.polled = result.revents.some((mask) => mask & POLLIN);
    return { ...returned(result.result), revents: revents(step, result) };
  },
  sleep: (world, { ms }) => void world.self.sleep((ms as number) * MS),
  busy_cpu_time: (world, { task, ms }) => {
    const begun = world.linux.now;
    world.task(task).run((ms as number) * MS);
    world.busyMs = (world.linux.now - begun) / MS;
  },
  spawn_task: (world, { as }) => void world.tasks.set(text(as), world.linux.spawn(text(as))),
  exit_task: (world, { task }) => world.task(task).exit(),
  exec_and_exit: (world, { task }) => {
    world.task(task).exec({ comm: 'true', maps: [] });
    world.task(task).fault(40);
    world.task(task).exit();
  },
  fork_fault_exit_reap: forkFaultExit,
  prctl_set_name: (world, { task, name, times }) => {
    for (let i = 0; i < ((times ?? 1) as number); i++) world.task(task).prctl_set_name(text(name));
  },
  prctl: (world, { name }) => {
    const at = index(['PR_TASK_PERF_EVENTS_DISABLE', 'PR_TASK_PERF_EVENTS_ENABLE'], name);
    world.self.prctl_perf_events(at === 1);
  },
  drop_privileges: (world) => void world.tasks.set('self', world.linux.spawn('probe', { capable: false })),
  fasync: (world, { ev }) => {
    const fd = world.fd(ev);
    world.self.fcntl(fd, F_SETSIG, SIGRTMIN + fd % 10);
    world.self.fcntl(fd, F_SETOWN, world.self.tid);
    world.self.fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
  },
  collect_signals: collectSignals,
  start_blocking_poller: startPoller,
  'poller_returned?': (world, { p }) => ({ poll_returns: known(world.pollers.get(text(p)), p).returns }),
  stop_poller: (world, { p }) => {
    world.self.sleep(MS);
    const { returns, by } = known(world.pollers.get(text(p)), p);
    return { poll_returns: returns, returns_by_ev: by };
  },
};

function perform(world: World, step: Step): Answer {
  const operation = OPERATIONS[step.op] ?? (() => { throw new NotCovered(step.op); });
  return operation(world, step) ?? null;
}

/** What each step of the case answers here; null where it answers nothing. Throws NotCovered. */
export function replay({ setup }: Case, world: World): Map<number, Answer> {
  return new Map(setup.map((step) => [step.i, perform(world, step)]));
}
