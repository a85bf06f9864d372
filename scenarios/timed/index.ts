/** The scenarios of the suite that are written in TypeScript, by name; a test keeps list and folder equal. */
import type { TimedScenario } from '../suite/timed-scenario.ts';
import outcomesOfTheBug from './outcomes-of-the-bug.ts';

export const TIMED: Readonly<Record<string, TimedScenario>> = {
  'outcomes-of-the-bug': outcomesOfTheBug,
};
