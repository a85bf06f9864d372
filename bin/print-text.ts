/** Text to standard output, which Node opens when it is first asked for: a command that prints nothing does without. */
import { BAD_INPUT, BROKEN_PIPE } from './exit-status.ts';
import { systemReason } from './system-reason.ts';

let isOpen = false;

export function printText(text: string): void {
  if (!isOpen) process.stdout.on('error', end);
  isOpen = true;
  process.stdout.write(text);
}

/** `perfsim list | head` closes the pipe early, which needs no words; a full disk does. */
function end(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
  process.stderr.write(`perfsim: ${unwritable(error)}\n`);
  process.exit(BAD_INPUT);
}

/** What is to be said when standard output takes no more. */
export function unwritable(error: unknown): string {
  return `cannot write to standard output: ${systemReason(error)}.`;
}
