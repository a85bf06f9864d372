/**
 * PHOLD with one process per timer: N timers, each of which arms itself again after a random while. Millions of events
 * per second on the queue alone, and as handlers of the machine's CPUs; `bench/peers.ts` has the same load elsewhere.
 */
import { EventQueue, Priority } from '../sim/event-queue.ts';
import { Machine } from '../sim/machine.ts';

const CPUS = 4;
const KHZ = 1e6;

/** Delays of 1 to 2^24, the same in all programs. */
function delays(): () => number {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return 1 + (state >>> 8);
  };
}

function millionsPerSecond(events: number, run: () => void): number {
  const start = performance.now();
  run();
  return events / (performance.now() - start) / 1000;
}

export function onQueue(timers: number, events: number): number {
  const queue = new EventQueue();
  const delay = delays();
  const again = (timer: number): void => queue.arm(timer, queue.now + delay());
  for (let i = 0; i < timers; i++) queue.arm(queue.timer(Priority.IRQ, again), delay());
  return millionsPerSecond(events, () => {
    for (let i = 0; i < events; i++) queue.step();
  });
}

export function onMachine(timers: number, events: number): number {
  const machine = new Machine(CPUS, KHZ, '1');
  const { queue, cpus } = machine;
  const delay = delays();
  let left = events;
  for (let i = 0; i < timers; i++) {
    const timer: number = cpus[i % CPUS].timer(Priority.IRQ, () => {
      left--;
      queue.arm(timer, queue.now + delay());
    });
    queue.arm(timer, delay());
  }
  return millionsPerSecond(events, () => machine.run(() => left === 0));
}
