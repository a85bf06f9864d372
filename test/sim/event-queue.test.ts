import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { EventQueue, Priority } from '../../sim/event-queue.ts';
import { forAll } from '../support/property.ts';
import { SortedTimers } from './sorted-timers.ts';

type Queue = EventQueue | SortedTimers;

/** One thing that a test does to a queue; `meanwhile` is what the event does that fires. */
type Action =
  | { do: 'arm'; timer: number; delay: number }
  | { do: 'once'; priority: Priority; delay: number }
  | { do: 'cancel'; timer: number }
  | { do: 'step'; until: number; meanwhile: Action[] };

const TIMERS = 24;
const PRIORITIES = Object.values(Priority);
/** Whichever timer fired last; to a handler, its own. */
const LAST = -1;
const timer = fc.oneof(fc.nat(TIMERS - 1), fc.constant(LAST));
/** Small delays, so that many events share an instant. */
const delay = fc.nat(4);

const outside = fc.oneof(
  fc.record({ do: fc.constant('arm' as const), timer, delay }),
  fc.record({ do: fc.constant('once' as const), priority: fc.constantFrom(...PRIORITIES), delay }),
  fc.record({ do: fc.constant('cancel' as const), timer }),
);
const step = fc.record({
  do: fc.constant('step' as const),
  until: fc.oneof(delay, fc.constant(Infinity)),
  meanwhile: fc.array(outside, { maxLength: 3 }),
});
const script = fc.array(fc.oneof(outside, step), { maxLength: 200 });

/** What a queue does when it is told `actions`: which event fires when, and what it says of itself in between. */
function transcript(queue: Queue, actions: readonly Action[]): string[] {
  const log: string[] = [];
  let meanwhile: Action[] = [];
  let last = 0;
  const numbered = (timer: number): number => (timer === LAST ? last : timer);
  const armed = (): string => timers.map((one) => Number(queue.isArmed(one))).join('');
  const fired = (name: string, timer?: number) => () => {
    last = timer ?? last;
    log.push(`${name} at ${queue.now}, armed ${armed()}`);
    for (const action of meanwhile) {
      perform(action);
      log.push(armed());
    }
  };
  const perform = (action: Action): void => {
    if (action.do === 'arm') queue.arm(numbered(action.timer), queue.now + action.delay);
    else if (action.do === 'cancel') queue.cancel(numbered(action.timer));
    else if (action.do === 'once') queue.once(action.priority, queue.now + action.delay, fired(`once ${action.priority}`));
    else {
      ({ meanwhile } = action);
      log.push(`${queue.step(queue.now + action.until)}, next at ${queue.nextTime}`);
    }
  };
  const timers = Array.from({ length: TIMERS }, (_, i) => queue.timer(PRIORITIES[i % PRIORITIES.length], fired(`timer ${i}`, i)));
  for (const action of actions) {
    perform(action);
    log.push(armed());
  }
  meanwhile = [];
  while (queue.step());
  return log;
}

describe('the event queue', () => {
  test('does what a sorted list does, whatever is armed, moved, cancelled and fired in whatever order', () => {
    forAll([script], (actions) => expect(transcript(new EventQueue(), actions)).toEqual(transcript(new SortedTimers(), actions)), 500);
  });

  test('fires by time, then by priority, then in the order of arming', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    const once = (priority: Priority, time: number, name: string): void => queue.once(priority, time, () => log.push(name));
    once(Priority.TASK, 5, 'task');
    once(Priority.IRQ, 5, 'first irq');
    once(Priority.NMI, 5, 'nmi');
    once(Priority.IRQ, 5, 'second irq');
    once(Priority.SIGNAL, 5, 'signal');
    once(Priority.TASK, 4, 'earlier task');
    while (queue.step());
    expect(log).toEqual(['earlier task', 'signal', 'nmi', 'first irq', 'second irq', 'task']);
  });

  test('keeps its order beyond the size it starts with', () => {
    forAll([fc.array(fc.nat(1000), { minLength: 300, maxLength: 1000 })], (times) => {
      const queue = new EventQueue();
      const fired: number[] = [];
      for (const time of times) queue.once(Priority.IRQ, time, () => fired.push(queue.now));
      while (queue.step());
      expect(fired).toEqual(times.toSorted((a, b) => a - b));
    }, 10);
  });

  test('moves a timer that is armed again, without firing it at the old time', () => {
    const queue = new EventQueue();
    const fired: number[] = [];
    const timer = queue.timer(Priority.IRQ, () => fired.push(queue.now));
    queue.arm(timer, 3);
    queue.arm(timer, 7);
    while (queue.step());
    expect(fired).toEqual([7]);
  });

  test('lets a timer that fires arm itself again', () => {
    const queue = new EventQueue();
    const fired: number[] = [];
    const timer: number = queue.timer(Priority.IRQ, () => {
      fired.push(queue.now);
      if (queue.now < 40) queue.arm(timer, queue.now + 10);
    });
    queue.arm(timer, 10);
    while (queue.step());
    expect(fired).toEqual([10, 20, 30, 40]);
  });

  test('fires nothing later than it is told', () => {
    const queue = new EventQueue();
    queue.once(Priority.IRQ, 10, () => {});
    expect([queue.step(9), queue.now, queue.step(10), queue.now]).toEqual([false, 0, true, 10]);
  });

  test('refuses to arm a timer in the past', () => {
    const queue = new EventQueue();
    const timer = queue.timer(Priority.IRQ, () => {});
    queue.once(Priority.IRQ, 10, () => {});
    queue.step();
    expect(() => queue.arm(timer, 9)).toThrow(RangeError);
    expect(() => queue.arm(timer, Number.NaN)).toThrow(RangeError);
  });
});
