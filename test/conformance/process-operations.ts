/** The operations of a case in which tasks run, sleep, fault, fork, exec and end. */
import { KERNEL_COPY, PERF_RECORD_MISC_SWITCH_OUT, type Process } from '../../kernel/index.ts';
import { text, type Fields, type Operation, type Step, type Value } from './cases.ts';
import { index, known } from './attr.ts';
import { SETTLE_NS } from './signal-operations.ts';
import { FAULT_ADDRESS, type World } from './world.ts';

const MS = 1e6;
/** Faults of a program that has just been started, and of a forked child that writes to what it shares. */
const EXEC_FAULTS = 40;

const valueOf = (world: World, ev: Value | undefined): number => (world.self.read(world.fd(ev)) as readonly number[])[0];

/** A child that faults and ends; what the events of the case have got of it. */
function forkFaultExit(world: World, step: Step): Fields {
  const child = world.task(step['task']).fork();
  child.fault(step['n'] as number);
  child.exit();
  const count = (ev: string): number => (world.fds.has(ev) ? valueOf(world, ev) : 0);
  const samples = [...world.maps.keys()].flatMap((ev) => world.records({ ...step, ev, attribute_by: 'IDENTIFIER' }, false))
    .filter(({ type }) => type === 'SAMPLE');
  return {
    value_at_least_105: count('a') >= 105, value_below_105: count('a') < 105,
    samples_of_b_at_least_5: samples.filter(({ ev }) => ev === 'b').reduce((sum, { n }) => sum + (n as number), 0) >= 5,
    samples_other_than_b: samples.filter(({ ev }) => ev !== 'b').length,
  };
}

function sleepTimes(world: World, { task, n, ms }: Step): Fields {
  const who = text(task ?? 'self').startsWith('self') ? world.self : world.task(task);
  if (text(task).includes('pinned to cpu 0')) who.sched_setaffinity([0]);
  for (const ev of world.fds.keys()) world.enable(ev, true);
  const before = new Map([...world.fds.keys()].map((ev) => [ev, valueOf(world, ev)]));
  for (let i = 0; i < (n as number); i++) who.sleep((ms as number) * MS);
  const grew = Math.max(...[...before].map(([ev, value]) => valueOf(world, ev) - value));
  for (const ev of world.fds.keys()) world.enable(ev, false);
  const records = [...world.maps.keys()].flatMap((ev) => world.map(ev).peek(world.attrs.get(ev)));
  const out = records.filter(({ misc }) => misc & PERF_RECORD_MISC_SWITCH_OUT);
  return {
    at_least_5: grew >= 5, at_least_2: records.length >= 2, record_size: records[0]?.size ?? 0, voluntary_out: out.length,
    in_equals_out: 2 * out.length === records.length, first_record_misc: records[0]?.misc ?? 0,
    all_records_are_SWITCH_CPU_WIDE_of_16_bytes: records.every(({ type, size }) => type === 15 && size === 16),
  };
}

/** Enabled and running time of event a, while it is enabled. */
function times(world: World, during: () => void): { value: number; enabled: number; running: number } {
  world.enable('a', true);
  const [from, to] = [0, 1].map((i) => {
    if (i === 1) during();
    return world.self.read(world.fd('a')) as readonly number[];
  });
  return { value: to[0] - from[0], enabled: to[1] - from[1], running: to[2] - from[2] };
}

const spawn = (world: World, { as }: Step): void => void world.tasks.set(text(as), world.linux.spawn(text(as), { parent: world.self }));

function faultRate(world: World, step: Step): void {
  const { per_ms, one_every_us, ms } = step as unknown as { per_ms?: number; one_every_us?: number; ms: number };
  const [burst, pause] = per_ms === undefined ? [1, one_every_us! * 1000] : [per_ms, MS];
  const process = world.task(step['task']);
  const begun = world.linux.now;
  for (let at = 0; at < ms * MS; at += pause) {
    process.fault(burst);
    const left = begun + at + pause - world.linux.now;
    if (left > 0) process.run(left);
  }
}

export const PROCESS_OPERATIONS: Record<string, Operation<World>> = {
  fault: (world, { task, n }) => {
    world.task(task).fault(n as number, { address: FAULT_ADDRESS });
    const returns = [...world.pollers.values()].reduce((sum, { returns: own }) => sum + own, 0);
    return { poll_returns_between_1_and_100: returns >= 1 && returns <= 100 };
  },
  kernel_fault: (world, { n }) => world.self.fault(n as number, { address: FAULT_ADDRESS, code: KERNEL_COPY }),
  fault_and_read_growth: (world, step) => {
    const before = valueOf(world, step['ev']);
    world.task(step['task']).fault(step['n'] as number);
    return { [`${text(step['ev'])}_grew`]: valueOf(world, step['ev']) !== before };
  },
  fault_rate: faultRate,
  sleep: (world, { ms }) => void world.self.sleep((ms as number) * MS),
  sleep_n_times: sleepTimes,
  busy: (world, { ms }) => {
    const { value, enabled, running } = times(world, () => world.self.run((ms as number) * MS));
    world.enable('a', false);
    return { enabled_eq_running: enabled === running, value_close_to_enabled: Math.abs(value - enabled) < 0.1 * enabled };
  },
  sleep_then_read_disabled: (world, { ms }) => {
    const enabled = (): number => (world.self.read(world.fd('a')) as readonly number[])[1];
    const before = enabled();
    world.self.sleep((ms as number) * MS);
    return { enabled_frozen: enabled() === before };
  },
  enable_sleep_read: (world, { ms }) => {
    const { enabled } = times(world, () => void world.self.sleep((ms as number) * MS));
    return { sleep_counts_as_enabled: enabled > 0.5 * (ms as number) * MS };
  },
  busy_cpu_time: (world, { task, ms }) => {
    const begun = world.linux.now;
    world.task(task).run((ms as number) * MS);
    world.busyMs = (world.linux.now - begun) / MS;
    world.phases.push(world.linux.now);
  },
  run_pinned_to_cpu0: (world, { ms, faults }) => {
    world.self.sched_setaffinity([0]);
    world.enable('a', true);
    const [, enabledBefore, runningBefore] = world.self.read(world.fd('a')) as readonly number[];
    world.self.fault(faults as number);
    world.self.run((ms as number) * MS);
    const [value, enabled, running] = world.self.read(world.fd('a')) as readonly number[];
    return {
      value_at_most_few: value <= 12, running_le_enabled: running <= enabled,
      running_much_smaller: running - runningBefore < 0.1 * (enabled - enabledBefore),
    };
  },
  spawn_task: spawn,
  fork_task: (world, { task, as }) => void world.tasks.set(text(as), world.task(task).fork()),
  spawn_thread: (world, { as }) => void world.tasks.set(text(as), world.self.clone()),
  exit_task: (world, { task }) => world.task(task).exit(),
  exec_and_exit: (world, { task }) => {
    world.task(task).exec({ comm: 'true', maps: [] });
    world.task(task).fault(EXEC_FAULTS);
    world.task(task).exit();
  },
  fork_fault_exit_reap: forkFaultExit,
  fork_grandchild: forkFaultExit,
  read_in_forked_child: (world, { ev }) => inChild(world, (child) => ({ value: (child.read(world.fd(ev)) as readonly number[])[0] })),
  // SIGSEGV, as touching memory that is not mapped ends.
  access_mapping_in_forked_child: (world, { ev }) =>
    inChild(world, (child) => ({ killed_by: child.has_mapped(world.map(ev)) ? 0 : 11 })),
  prctl_set_name: (world, { task, name, times: repeated }) => {
    for (let i = 0; i < ((repeated ?? 1) as number); i++) {
      world.task(task).prctl_set_name(text(name));
      // The call takes its time, in which the work that it has left is done.
      world.task(task).run(SETTLE_NS);
    }
  },
  prctl: (world, { name }) => {
    const at = index(['PR_TASK_PERF_EVENTS_DISABLE', 'PR_TASK_PERF_EVENTS_ENABLE'], name);
    world.self.prctl_perf_events(at === 1);
  },
  unshare: (world) => world.self.unshare(),
  drop_privileges: (world, { uid }) => void world.self.setuid((uid ?? 65_534) as number),
  setrlimit: (world, step) => void world.self.setrlimit_memlock(known(step['RLIMIT_MEMLOCK'], 'RLIMIT') as number),
};

function inChild(world: World, look: (child: Process) => Fields): Fields {
  const child = world.self.fork();
  const found = look(child);
  child.exit();
  return found;
}
