/** One order, one memory: what runs in time, and is replayed step by step in the explorer, leaves the same values in all cells. */
import { expect, test } from '@jest/globals';
import { Call } from '../../sim/call.ts';
import { EventQueue, Priority } from '../../sim/event-queue.ts';
import { World } from '../../sim/explore/world.ts';
import { RandomStream } from '../../sim/random.ts';
import { Cell } from '../../sim/memory.ts';
import { Setup } from '../../kernel/explore/setup.ts';
import { KERNELS, type KernelClass, type PerfEvent } from '../../kernel/index.ts';

const CONTEXTS = { poller: 0, setter: 1, firstNmi: 2, secondNmi: 3 };

/** A poller, a task that redirects an event to its buffer, and two interrupts in which both events overflow. */
function system(kernel: KernelClass): { setup: Setup; events: PerfEvent[]; interrupt: number } {
  const setup = new Setup(kernel);
  const events = [setup.event(), setup.event()];
  const [polled, other] = events;
  setup.map(polled);
  setup.poller('T1', polled);
  setup.task('T2', () => setup.redirect(other, polled));
  setup.overflow('NMI', polled, other);
  setup.overflow('NMI', other, polled);
  return { setup, events, interrupt: setup.contexts.length };
}

/** Runs the system in time: a handler at one instant, a task until it must wait. The order in which contexts ran. */
function inTime(kernel: KernelClass, seed: string): { order: number[]; memory: string[] } {
  const { setup, events, interrupt } = system(kernel);
  const { contexts } = setup.model();
  const random = new RandomStream(seed);
  const queue = new EventQueue();
  const order: number[] = [];
  const ground = { contexts, running: 0, status: () => ({ masks: 0, section: 0 }), isIdle: () => false, hasEnded: () => false, pending: () => null };
  const running = (context: number, run: () => void): void => {
    order.push(context);
    setup.hardware.ground = { ...ground, running: context };
    run();
  };
  const raised = setup.hardware.arch_irq_work_raise.bind(setup.hardware);
  setup.hardware.arch_irq_work_raise = () => {
    raised();
    queue.arm(irq, queue.now);
  };
  const poll = new Call(() => contexts[CONTEXTS.poller].run());
  const task: number = queue.timer(Priority.TASK, () => running(CONTEXTS.poller, () => poll.resume()));
  const irq = queue.timer(Priority.IRQ, () => {
    running(interrupt, () => contexts[interrupt].run());
    if (order.includes(CONTEXTS.poller) && poll.blockedOn !== null && poll.ready) queue.arm(task, queue.now);
  });
  const at = (): number => 1 + random.below(1000);
  queue.arm(task, at());
  queue.arm(queue.timer(Priority.TASK, () => running(CONTEXTS.setter, () => new Call(() => contexts[CONTEXTS.setter].run()).resume())), at());
  for (const nmi of [CONTEXTS.firstNmi, CONTEXTS.secondNmi]) {
    queue.arm(queue.timer(Priority.NMI, () => running(nmi, () => contexts[nmi].run())), at());
  }
  while (queue.step());
  return { order, memory: memoryOf(events) };
}

/** The same order in the explorer: each context in turn, as far as it can go. */
function stepByStep(kernel: KernelClass, order: readonly number[]): string[] {
  const { setup, events } = system(kernel);
  const world = new World(setup.model());
  for (const context of order) {
    do world.step(context);
    while (world.enabled(context) && !world.isIdle(context));
    expect(world.violation).toBeNull();
  }
  world.store.settleAll();
  return memoryOf(events);
}

/** All cells that can be reached from the events, each once, with what they hold; objects by their kind. */
function memoryOf(events: readonly PerfEvent[]): string[] {
  const seen = new Set<object>();
  const cells: string[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    if (part instanceof Cell) {
      const { v, name, owner } = part as Cell;
      cells.push(`${owner?.constructor.name}.${name} = ${typeof v === 'object' && v !== null ? v.constructor.name : String(v)}`);
      visit(v);
    } else if ('cells' in part) {
      for (const field of Object.values(part)) visit(field);
    }
  };
  for (const event of events) visit(event);
  return cells;
}

test.each(KERNELS.map((kernel) => [kernel.variant.name, kernel] as const))('on %s', (_, kernel) => {
  const orders = new Set<string>();
  const memories = new Set<string>();
  for (let seed = 0; seed < 10; seed++) {
    const { order, memory } = inTime(kernel, `${seed}`);
    orders.add(order.join());
    memories.add(memory.join());
    expect(memory.length).toBeGreaterThan(40);
    expect(stepByStep(kernel, order)).toEqual(memory);
  }
  // The law says something: orders differ, and so do the memories that they leave.
  expect(orders.size).toBeGreaterThan(4);
  expect(memories.size).toBeGreaterThan(1);
});
