/** The words of a workload, or the file that describes one, as a run has it. */
import { readFileSync } from 'node:fs';
import { InputError } from '../../perf/input-error.ts';
import { unknownName } from '../../perf/nearest.ts';
import type { RunSpec, WorkloadSpec } from '../../perf/run-spec.ts';
import type { Simulation } from '../simulation.ts';
import { systemReason } from '../system-reason.ts';

interface TargetOptions {
  pid?: string | undefined;
  tid?: string | undefined;
  'all-cpus'?: boolean | undefined;
  workload?: string | undefined;
}

export async function workloadSpec(file: string | undefined, [name, ...args]: readonly string[], { WORKLOADS }: Simulation): Promise<WorkloadSpec> {
  if (file !== undefined) {
    if (name !== undefined) throw new InputError(`--workload '${file}' and the workload '${name}' exclude each other.`);
    return fromFile(file);
  }
  if (name === undefined) throw new InputError("a workload is missing, such as 'noploop 10'; 'perfsim list workloads' shows them.");
  const workload = WORKLOADS.find((one) => one.name === name);
  if (workload === undefined) throw unknownName('workload', name, WORKLOADS.map((one) => one.name), 'perfsim list workloads');
  try {
    workload.parse(args);
  } catch (error) {
    // It knows best what is wrong with its arguments; what it says is meant for the user.
    throw new InputError(`${error instanceof Error ? error.message : String(error)}.`);
  }
  return { name, args };
}

/** -p and -t name a program that runs already; the words behind them, if any, what the tool starts itself. */
export async function targetOf(
  { pid, tid, 'all-cpus': system_wide, workload: file }: TargetOptions, words: readonly string[], simulation: Simulation,
): Promise<RunSpec['record']['target']> {
  const running = pid ?? tid;
  if (running === undefined) return undefined;
  if (pid !== undefined && tid !== undefined) throw new InputError('-p and -t exclude each other: give a process or a thread.');
  if (system_wide) throw new InputError(`-a and ${pid === undefined ? '-t' : '-p'} exclude each other: give CPUs or a program.`);
  const workload = await workloadSpec(undefined, running.split(/\s+/).filter((word) => word !== ''), simulation);
  return { workload, thread: tid !== undefined, alone: words.length === 0 && file === undefined };
}

/** What reads the file is loaded only when there is one. */
async function fromFile(file: string): Promise<WorkloadSpec> {
  const { loadWorkload } = await import('../../perf/workload/load.ts');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read the workload '${file}': ${systemReason(error)}.`);
  }
  const description = loadWorkload(file, text);
  return { name: description.name, args: [], description };
}
