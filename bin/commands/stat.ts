/** `perfsim stat`: runs a workload on the simulated machine and prints what perf would have counted. */
import { writeFileSync } from 'node:fs';
import { InputError } from '../../perf/input-error.ts';
import type { BootHooks } from '../../perf/boot.ts';
import type { StatTable } from '../../perf/stat/format.ts';
import type { StatResult, StatSpec } from '../../perf/stat/stat-spec.ts';
import type { Command } from '../command.ts';
import { isModuleFile, moduleFailure } from '../load-module.ts';
import { loadKernel } from '../load-kernel.ts';
import { MACHINE_OPTIONS } from '../options/machine.ts';
import { STAT_NOT_MODELLED } from '../options/not-modelled.ts';
import { HELP, type Values } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { splitOptions } from '../options/split-options.ts';
import { ALL_STAT_OPTIONS, STAT_OPTIONS, statSpec } from '../options/stat.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';
import { loadSimulation, type LoadSimulation } from '../simulation.ts';
import { systemReason } from '../system-reason.ts';

const USAGE = ['perfsim stat [<options>] <workload> [<arguments>]', 'perfsim stat [<options>] -- <workload> [<arguments>]'];

export function statCommand(load: LoadSimulation): Command {
  return {
    name: 'stat',
    summary: 'Run a workload on the simulated machine and gather performance counter statistics',
    async run(argv) {
      const { options: words, rest } = splitOptions(argv, ALL_STAT_OPTIONS, STAT_NOT_MODELLED);
      if (words.includes('--help')) {
        printText(usage(USAGE, [
          { title: "perf's options", options: STAT_OPTIONS },
          { title: "perfsim's machine", options: { ...MACHINE_OPTIONS, ...HELP } },
        ]));
        return 0;
      }
      const options = parseOptions(words, ALL_STAT_OPTIONS);
      const spec = await statSpec(options, words.filter((word) => word === '--detailed').length, rest, await load());
      const kernel = isModuleFile(spec.kernel) ? await loadKernel(spec.kernel) : undefined;
      const result = await counted(spec, { kernel });
      if (options.quiet) return 0;
      process.stderr.write(delayNote(spec));
      print(await textOf(spec, result, options), options.output, options.append ?? false);
      return 0;
    },
  };
}

export const command = statCommand(loadSimulation);

async function counted(spec: StatSpec, hooks: BootHooks): Promise<StatResult> {
  const { runStat } = await import('../../perf/stat/run-stat.ts');
  try {
    return runStat(spec, hooks);
  } catch (error) {
    throw hooks.kernel === undefined ? error : moduleFailure('kernel', spec.kernel, error);
  }
}

type Form = Pick<Values<typeof ALL_STAT_OPTIONS>, 'field-separator' | 'json-output' | 'big-num' | 'scale' | 'verbose' | 'summary' | 'interval-count'>;

async function textOf(spec: StatSpec, { runs: all }: StatResult, form: Form): Promise<string> {
  const { stat, tool, nmi_watchdog } = spec;
  const { 'field-separator': separator, 'interval-count': intervals } = form;
  const runs = all.map((run) => ({ ...run, intervals: run.intervals.slice(0, intervals) }));
  const table: StatTable = {
    events: stat.events, tool, subject: subjectOf(spec), nmi_watchdog, isChild: isChild(spec), big_num: form['big-num'] ?? false, no_scale: form.scale === false,
  };
  if (separator !== undefined || form['json-output']) {
    const { csvText, jsonText } = await import('../../perf/stat/machine-readable.ts');
    return separator === undefined ? jsonText(table, runs) : csvText(table, runs, separator === '\\t' ? '\t' : separator);
  }
  const { intervalText, statText, verboseText } = await import('../../perf/stat/text.ts');
  if (stat.interval_ms === null) return (form.verbose ? verboseText(table, runs) : '') + statText(table, runs);
  return intervalText(table, runs[0]) + (form.summary ? statText(table, runs) : '');
}

/** What perf says meanwhile. */
function delayNote({ stat: { delay_ms = 0 } }: StatSpec): string {
  if (delay_ms === 0) return '';
  return delay_ms < 0 ? 'Events disabled\n' : 'Events disabled\nEvents enabled\n';
}

function isChild({ stat }: StatSpec): boolean {
  return stat.target === undefined && !stat.system_wide && stat.cpu_list === null;
}

/** Whose counts they are. */
function subjectOf({ stat, workload, tool }: StatSpec): string {
  if (stat.target !== undefined) return `${stat.target.thread ? 'thread' : 'process'} id '${stat.target.workload.name}'`;
  if (tool === '6.1' && stat.system_wide) return "'system wide'";
  if (tool === '6.1' && stat.cpu_list !== null) return `'CPU(s) ${stat.cpu_list.join(',')}'`;
  return `'${[workload.name, ...workload.args].join(' ')}'`;
}

/** perf prints to standard error, where the workload's own output is not in the way. */
function print(text: string, path: string | undefined, append: boolean): void {
  if (path === undefined) {
    process.stderr.write(text);
    return;
  }
  try {
    writeFileSync(path, text, { flag: append ? 'a' : 'w' });
  } catch (error) {
    throw new InputError(`cannot write '${path}': ${systemReason(error)}.`);
  }
}
