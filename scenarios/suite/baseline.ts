/**
 * Recorded counts of a scenario, to the last sample: a line per seed, under its subtest, under its kernel.
 * Reference: a run is a function of its input, so any difference is a change of the model.
 * Not modelled: a tolerance; what may vary belongs into `expect`.
 */
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { InputError } from '../../perf/input-error.ts';
import type { RunResult } from '../../perf/run-spec.ts';
import type { SeedVerdict, Subtest, SubtestVerdict } from './suite.ts';

/** By kernel, subtest and seed. */
const baselineSchema = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.string())));
export type Baseline = z.infer<typeof baselineSchema>;

const HEAD = "# Recorded by 'perfsim test --update'.\n";

export function parseBaseline(file: string, text: string): Baseline {
  try {
    return baselineSchema.parse(parse(text) ?? {});
  } catch {
    throw new InputError(`'${file}' is no baseline: remove it, and record it anew with 'perfsim test --update'.`);
  }
}

export function baselineText(baseline: Baseline): string {
  return `${HEAD}${stringify(baseline, { lineWidth: 0 })}`;
}

/** The baseline with these runs in place of those of their kernel. */
export function updated(baseline: Baseline, subtests: readonly SubtestVerdict[]): Baseline {
  const kernel = subtests[0].subtest.spec.kernel;
  const recorded = subtests.map(({ subtest, seeds }) => [titleOf(subtest.title), Object.fromEntries(seeds.map(({ seed, result }) => [seed, counts(result)]))] as const);
  return { ...baseline, [kernel]: Object.fromEntries(recorded) };
}

/** What differs from the baseline; a run that was not recorded differs from nothing. */
export function differences(baseline: Baseline, subtest: Subtest, seeds: readonly SeedVerdict[]): string[] {
  const recorded = baseline[subtest.spec.kernel]?.[titleOf(subtest.title)] ?? {};
  return seeds.flatMap(({ seed, result }) => {
    const found = counts(result);
    return recorded[seed] === undefined || recorded[seed] === found ? [] : [`seed ${seed}: ${found}; recorded: ${recorded[seed]}`];
  });
}

function titleOf(title: string): string {
  return title === '' ? 'the command' : title;
}

function counts({ events, lost_total, lost_reported, wakeups, buffer_high_water, bytes_written }: RunResult): string {
  const samples = events.map((event) => event.samples).join(' + ');
  return `${samples} samples, ${lost_total} lost, ${lost_reported} reported, ${wakeups} wakeups, ${buffer_high_water} bytes in use, ${bytes_written} written`;
}
