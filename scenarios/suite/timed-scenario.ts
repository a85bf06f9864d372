/** Scenarios in TypeScript: those of a YAML file, with a check where expectations need arithmetic or logic. */
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';
import { bufferSizes, type BufferSizes } from './buffer.ts';
import type { Deviation } from './judge.ts';
import { shown } from './range.ts';
import type { ScenarioText } from './schema.ts';

/** A run that is being checked. */
export interface CheckedRun {
  spec: RunSpec;
  result: RunResult;
  /** What its buffers hold, in bytes. */
  buffer: BufferSizes;
  /** States that a number lies between two others, both included; the second is the first unless given. */
  expect(this: void, what: string, found: number, least: number, most?: number): void;
}

/** States what is expected of one run; it is called for each. */
export type Check = (run: CheckedRun) => void;

export interface TimedScenario extends ScenarioText {
  check?: Check;
}

/** What a check finds that is not as it says. A check that states nothing about a run is at fault itself. */
export function deviationsOf(check: Check, spec: RunSpec, result: RunResult): Deviation[] {
  const deviations: Deviation[] = [];
  let statements = 0;
  const answer: unknown = check({
    spec,
    result,
    buffer: bufferSizes(spec),
    expect(what, found, least, most = least) {
      statements++;
      const stray = [found, least, most].find((number) => typeof number !== 'number');
      if (stray !== undefined || least === undefined) throw new TypeError(`expect('${what}', …) takes numbers: what was found, the least and the most, not '${String(stray)}'`);
      if (!(found >= least && found <= most)) deviations.push({ what, found, expected: shown({ min: least, max: most, unit: '' }) });
    },
  });
  if (answer instanceof Promise) throw new TypeError('it is asynchronous, and what it states after an await comes too late; write it without async');
  return statements > 0 ? deviations : [{ what: 'statements of the check', found: 0, expected: 'at least 1' }];
}
