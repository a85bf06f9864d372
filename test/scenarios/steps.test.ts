/** What makes steps quick changes nothing: steps that are remembered do what they did, and who can step is who could be asked. */
import { expect, test } from '@jest/globals';
import { RandomChooser } from '../../sim/explore/choosers.ts';
import { SPINNING } from '../../sim/explore/standing.ts';
import type { World } from '../../sim/explore/world.ts';
import { RandomStream } from '../../sim/random.ts';
import { worldOf } from '../../kernel/explore/scenario.ts';
import { KERNELS } from '../../kernel/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

/** Who can step, found out by asking every context. */
function able({ points, contexts }: World): number {
  const rivals = (context: number, among: (level: number, other: number) => boolean): number[] =>
    contexts.flatMap(({ processor, level }, i) => (i !== context && processor === contexts[context].processor && among(contexts[context].level, level) ? [i] : []));
  const isAble = (context: number): boolean => {
    const { kind, parent, operation, cell, operand } = points[context];
    const isActive = (i: number): boolean => points[i].parent !== null && points[i].kind !== 'end';
    if (kind === 'end' || rivals(context, (level, other) => other > 0 && other >= level).some(isActive)) return false;
    if (operation?.ready?.(cell!, operand) === false) return false;
    const { level } = contexts[context];
    return parent !== null || level === 0 || rivals(context, (own, other) => other < own).every((i) => points[i].status.masks < level);
  };
  return contexts.reduce((mask, _, context) => (isAble(context) ? mask | (1 << context) : mask), 0);
}

/** Where everybody stands, and what all cells hold. */
const state = (world: World): string => `${world.points.map(({ id }) => id).join()} ${world.store.key()} ${world.store.low} ${world.store.high}`;

const SCHEDULES = 10;

test.each(SCENARIOS.map(({ name }) => name))('%s', (name) => {
  const scenario = SCENARIOS.find((one) => one.name === name)!;
  for (const kernel of KERNELS.filter(({ variant }) => ['waitq-in-rb', 'v3.2', 'v6.18'].includes(variant.name))) {
    const [world, performed] = [worldOf(scenario, kernel), worldOf(scenario, kernel)];
    const starts = [world, performed].map((one) => one.here());
    const chooser = new RandomChooser(new RandomStream('steps'));
    for (let i = 0; i < SCHEDULES; i++) {
      for (let choices; (choices = world.choices(SPINNING)) !== 0;) {
        world.store.settleAll();
        expect(world.choices()).toBe(able(world));
        const context = chooser.choose(choices);
        world.step(context);
        // What it remembers holds in one mode only.
        performed.reducing = false;
        performed.reducing = true;
        performed.step(context);
        expect(state(world)).toBe(state(performed));
        if (world.wrong(context) !== null) break;
      }
      world.rewind(starts[0]);
      performed.rewind(starts[1]);
    }
  }
});
