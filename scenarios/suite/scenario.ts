/**
 * A scenario as the suite runs it, from what its file says.
 * Reference: schema.ts. Not modelled: whether its command line is right; reading it as `perfsim record` does decides that.
 */
import { InputError } from '../../perf/input-error.ts';
import type { ExpectationText, ScenarioText } from './schema.ts';
import type { Check, TimedScenario } from './timed-scenario.ts';
import { valueList, type Axis, type FileSetting } from './variation.ts';

export interface Scenario {
  name: string;
  title: string;
  command: string;
  /** The one kernel that the scenario is about, or null. */
  kernel: string | null;
  /** The machine and the tool. */
  settings: FileSetting[];
  vary: Axis[];
  seeds: string[];
  fails_on: readonly string[];
  expect: ExpectationText;
  /** Further expectations, in TypeScript. */
  check: Check | null;
  /** The error for what stands at that path of the file. */
  error(path: readonly PropertyKey[], message: string): InputError;
}

/** Counts depend on the tool as much as on the kernel: it is the same with all kernels, unless the scenario says otherwise. */
const DEFAULT_TOOL = '3.2';

/** `error` makes the error for what stands at a path of the file. */
export function scenarioOf(name: string, { check, ...text }: TimedScenario, error: Scenario['error']): Scenario {
  const orError = <Result>(path: readonly PropertyKey[], action: () => Result): Result => {
    try {
      return action();
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause;
      throw error(path, cause.message.replace(/\.$/, ''));
    }
  };
  if (check === undefined && Object.keys(text.expect).length === 0) throw error(['expect'], 'expected at least one expectation: without any, nothing can fail');
  const values = (value: string | number | boolean): (string | boolean)[] => (typeof value === 'boolean' ? [value] : valueList(String(value)));
  return {
    name,
    title: text.title,
    command: text.command,
    kernel: text.kernel ?? null,
    settings: machineSettings(text),
    vary: Object.entries(text.vary ?? {}).map(([option, given]) => ({
      option,
      // In a list each item is one value, commas and all.
      values: orError(['vary', option], () => (Array.isArray(given) ? given.map((one) => (typeof one === 'boolean' ? one : String(one))) : values(given))),
    })),
    seeds: orError(['seeds'], () => valueList(String(text.seeds ?? '1'))),
    fails_on: text.fails_on ?? [],
    expect: text.expect,
    check: check ?? null,
    error,
  };
}

function machineSettings({ machine = {}, tool = DEFAULT_TOOL, workload }: ScenarioText): FileSetting[] {
  const { watchdog, latencies = {}, ...others } = machine;
  return [
    ...Object.entries(others).map(([option, value]) => ({ option, value: String(value), path: ['machine', option] })),
    ...Object.entries(latencies).map(([name, range]) => ({ option: 'latency', value: `${name}=${range}`, path: ['machine', 'latencies', name] })),
    ...(watchdog === undefined ? [] : [{ option: 'no-watchdog', value: !watchdog, path: ['machine', 'watchdog'] }]),
    { option: 'tool', value: String(tool), path: ['tool'] },
    ...(workload === undefined ? [] : [{ option: 'workload', value: workload, path: ['workload'] }]),
  ];
}
