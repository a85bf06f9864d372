/** Text to standard output, which Node opens when it is first asked for: a command that prints nothing does without. */

let isOpen = false;

export function printText(text: string): void {
  if (!isOpen) process.stdout.on('error', endQuietly);
  isOpen = true;
  process.stdout.write(text);
}

/** `perfsim list | head` closes the pipe early, which is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
