#!/usr/bin/env node
/**
 * The `perfsim` command. It loads the one command that was asked for and nothing else: `--version` and `--help` answer
 * about as fast as Node starts.
 */
import manifest from '../package.json' with { type: 'json' };
import type { Command } from './command.ts';

const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  list: () => import('./commands/list.ts'),
  record: () => import('./commands/record.ts'),
};

/** Bad input, by the convention of Unix tools. */
const STATUS_USAGE = 2;

async function main([name, ...argv]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(`perfsim version ${manifest.version}\n`);
  if (name === undefined) return print(await help(), 1);
  if (name === 'help' && argv.length > 0) return main([argv[0], '--help']);
  if (name === '--help' || name === '-h' || name === 'help') return print(await help());
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    const { unknownName } = await import('../perf/nearest.ts');
    throw unknownName(name.startsWith('-') ? 'option' : 'command', name, Object.keys(COMMANDS), 'perfsim --help');
  }
  const { command } = await load();
  return command.run(argv);
}

function print(text: string, status = 0): number {
  process.stdout.write(text);
  return status;
}

async function help(): Promise<string> {
  const loaded = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = loaded.map(({ command }) => `   ${command.name.padEnd(width)}   ${command.summary}\n`);
  return `\n usage: perfsim [--version] [--help] COMMAND [ARGS]\n\n The perfsim commands are:\n${lines.join('')}\n See 'perfsim COMMAND -h' for more information on a specific command.\n\n`;
}

/** A sentence for what the user can put right; anything else is a bug and keeps its stack. */
async function failure(error: unknown): Promise<number> {
  const { InputError } = await import('../perf/input-error.ts');
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`perfsim: ${error.message}\n`);
  return STATUS_USAGE;
}

/** `perfsim list | head` closes the pipe early, which is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2)).catch(failure);
