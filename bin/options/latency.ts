/** `--latency name=range`: durations of the machine and of the tool that are other than the model has them. */
import { DURATIONS_NS } from '../../kernel/timed/costs.ts';
import { InputError } from '../../perf/input-error.ts';
import { nearest } from '../../perf/nearest.ts';
import type { DurationRange } from '../../perf/run-spec.ts';
import { TOOL_DURATIONS_NS } from '../../perf/tool/durations.ts';

const NAMES = Object.keys({ ...DURATIONS_NS, ...TOOL_DURATIONS_NS });
const UNITS_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** A longer one than this would outlive any run. */
const MAX_NS = 1e12;

/** `write=20ms` and `wakeup_latency=3us-50us`, by name; of one given twice the last counts. */
export function latencies(texts: readonly string[]): Record<string, DurationRange> {
  return Object.fromEntries(texts.map(latency));
}

function latency(text: string): [string, DurationRange] {
  const [, name = '', range = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  const [first, last = first, ...more] = range.split('-').map(nanoseconds);
  if (name === '' || first === null || last === null || more.length > 0 || first > last) {
    throw new InputError(`invalid --latency value '${text}': it is a name with a duration of at most ${MAX_NS / 1e9} s, or with a range from the shorter to the longer, such as write=20ms or wakeup_latency=3us-50us.`);
  }
  if (NAMES.includes(name)) return [name, [first, last]];
  const meant = nearest(name, NAMES);
  throw new InputError(`unknown latency '${name}'; ${meant === null ? `there are ${NAMES.join(', ')}.` : `did you mean '${meant}'?`}`);
}

/** A duration with its unit; 0 needs none. */
function nanoseconds(text: string): number | null {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ns|us|ms|s)?$/.exec(text.trim()) ?? [];
  if (digits === undefined || (unit === undefined && Number(digits) !== 0)) return null;
  const ns = Number(digits) * (unit === undefined ? 0 : UNITS_NS[unit]);
  return ns <= MAX_NS ? ns : null;
}
