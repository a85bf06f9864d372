/**
 * Runs one StatSpec: boots the machine, starts the tool, returns what it has counted.
 *
 * Reference: docs/ARCHITECTURE.md, "A run is a value".
 * Not modelled: several tools at once.
 */
import { longest_ns } from '../../pmu/workload-duration.ts';
import { bootMachine, workloadOf, type BootHooks } from '../boot.ts';
import { OVERTIME_NS, notEnded } from '../overtime.ts';
import { TOOL_DURATIONS_NS } from '../tool/durations.ts';
import { PERSONALITIES } from '../tool/personality.ts';
import { startTool } from '../tool/session.ts';
import { StatTool } from '../tool/stat.ts';
import type { StatResult, StatSpec } from './stat-spec.ts';

export function runStat(spec: StatSpec, hooks: BootHooks = {}): StatResult {
  const { stat, tool: version } = spec;
  const personality = PERSONALITIES[version];
  const system = bootMachine(spec, hooks);
  const program = (from: StatSpec['workload']) => {
    const workload = workloadOf(from);
    return { run: workload.parse(from.args), executable: personality.executable(workload.name) };
  };
  const workload = program(spec.workload);
  const target = stat.target === undefined ? null : program(stat.target.workload);
  const { child_startup: childStartup } = { ...TOOL_DURATIONS_NS, ...spec.latencies };
  const tool = new StatTool({ options: stat, excludesGuests: version !== '3.2', workload: stat.target?.alone ? null : workload, childStartup });
  const task = startTool(system, tool, target);
  const { khz } = system.machine;
  const end = OVERTIME_NS + stat.repeat * longest_ns(workload.run.phases, khz) + (target === null ? 0 : longest_ns(target.run.phases, khz));
  system.runUntilExit(task, system.machine.cycles(end));
  if (system.isAlive(task)) throw notEnded();
  return { runs: tool.runs };
}
