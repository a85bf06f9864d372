/** Finds the one command that was asked for, loads it and nothing else, and turns its outcome into an exit status. */
import type { Command } from './command.ts';
import { BAD_INPUT } from './exit-status.ts';
import { printText } from './print-text.ts';

const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  compare: () => import('./commands/compare.ts'),
  data: () => import('./commands/data.ts'),
  evlist: () => import('./commands/evlist.ts'),
  explore: () => import('./commands/explore.ts'),
  fixture: () => import('./commands/fixture.ts'),
  list: () => import('./commands/list.ts'),
  record: () => import('./commands/record.ts'),
  report: () => import('./commands/report.ts'),
  script: () => import('./commands/script.ts'),
  stat: () => import('./commands/stat.ts'),
  sweep: () => import('./commands/sweep.ts'),
  test: () => import('./commands/test.ts'),
  view: () => import('./commands/view.ts'),
};

/** Commands of perf that are not modelled, told from those that nobody knows. */
const OTHERS_OF_PERF = [
  'annotate', 'archive', 'bench', 'buildid-cache', 'buildid-list', 'c2c', 'config', 'daemon', 'diff', 'ftrace', 'inject', 'iostat', 'kallsyms', 'kmem', 'kvm',
  'kwork', 'lock', 'mem', 'probe', 'sched', 'timechart', 'top', 'trace',
];

export async function main(argv: string[]): Promise<void> {
  process.exitCode = await dispatch(argv).catch(failure);
}

async function dispatch([name, ...argv]: string[]): Promise<number> {
  if (name === undefined) return printHelp(1);
  if (name === 'help' && argv.length > 0) return dispatch([argv[0], '--help']);
  if (name === '--help' || name === '-h' || name === 'help') return printHelp(0);
  if (!Object.hasOwn(COMMANDS, name)) {
    if (OTHERS_OF_PERF.includes(name)) {
      const { InputError } = await import('../perf/input-error.ts');
      throw new InputError(`perf's '${name}' is not modelled; 'perfsim --help' shows what there is, and perf itself reads what 'perfsim record' has written.`);
    }
    const { unknownName } = await import('../perf/nearest.ts');
    const [kind, candidates] = name.startsWith('-') ? ['option', ['--help', '--version']] : ['command', Object.keys(COMMANDS)];
    throw unknownName(kind, name, candidates, 'perfsim --help');
  }
  const { command } = await COMMANDS[name]();
  return command.run(argv);
}

async function printHelp(status: number): Promise<number> {
  const commands = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command));
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `   ${name.padEnd(width)}   ${summary}\n`);
  printText(
    `\n usage: perfsim [--version] [--help] COMMAND [ARGS]\n\n The perfsim commands are:\n${lines.join('')}\n` +
    " See 'perfsim COMMAND -h' for more information on a specific command.\n\n",
  );
  return status;
}

/** A sentence for what the user can put right; anything else is a bug and keeps its stack. */
async function failure(error: unknown): Promise<number> {
  const { InputError } = await import('../perf/input-error.ts');
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`perfsim: ${error.message}\n`);
  return BAD_INPUT;
}
