/**
 * One to eight equal events on every chip: while each has a counter all run all the time; beyond that they take turns, and
 * each has its share of the counters.
 * Reference: kernel.md 7.3 (rotation), 8.1 to 8.3 (counters) and 8.6 (the watchdog holds one).
 */
import { CHIPS } from '../../pmu/chips/index.ts';
import { asked } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

/** Counters that can count cycles, less the watchdog's. */
function countersFor(pmu: string, watchdog: boolean): number {
  const { events, general } = CHIPS.find(({ name }) => name === pmu)!;
  const { counters, fixed } = events.find(({ signal }) => signal === 'cycles')!;
  return (counters?.length ?? general.count) + (fixed === undefined ? 0 : 1) - (watchdog ? 1 : 0);
}

export default {
  title: 'one to eight equal events on every chip',
  command: 'record -m 16 -e cycles noploop 1',
  vary: {
    pmu: CHIPS.map(({ name }) => name),
    'no-watchdog': [false, true],
    event: [1, 2, 3, 4, 5, 6, 7, 8].map((events) => Array.from({ length: events }, () => 'cycles').join(',')),
  },
  fails_on: ['v3.1'],
  expect: { lost: 0 },
  check({ spec, result, expect }) {
    const samples = result.events.map((event) => event.samples);
    const share = Math.min(1, countersFor(spec.pmu, spec.nmi_watchdog) / samples.length);
    // A turn ends at a tick, wherever the period is: what is left of it waits for the next turn. And time between two
    // overflows in which the event had no counter shortens its period, which makes up for a part of the turns missed (12.6).
    // While it looks for its size at first, a period may be too long for some twenty samples.
    const [below, above] = share === 1 ? [0.02, 0.015] : [0.1, 0.15];
    const [least, most] = [(1 - below) * share * asked(spec), Math.min((1 + above) * share, 1.015) * asked(spec)];
    expect('fewest samples of an event', Math.min(...samples), least, most);
    expect('most samples of an event', Math.max(...samples), least, most);
    if (share < 1) expect('how far the fewest lie below the most', 1 - Math.min(...samples) / Math.max(...samples), 0, 0.1);
  },
} satisfies TimedScenario;
