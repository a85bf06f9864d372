/** Terminal sessions in documents, executed: indented blocks of `$ command` and what it prints. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, textOf } from './source-file.ts';

export interface Exchange {
  readonly command: string;
  readonly output: string;
}

/** The commands of a document, in order. Blank lines belong to the output of the command above them. */
export function exchanges(document: string): Exchange[] {
  const text = textOf(document).replaceAll(/\n\n(?= {4}[^$])/g, '\n    \n');
  return [...text.matchAll(/^ {4}\$ (.+)\n((?: {4}(?!\$).*\n)*)/gm)].map(([, command, output]) => ({ command, output: output.replaceAll(/^ {4}/gm, '') }));
}

/** Runs `use` with a shell in an empty folder, where `perfsim` is the built command, and the package is installed. `cat FILE` makes the file that it shows. */
export function inFolder(use: (execute: (exchange: Exchange) => string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'session-'));
  try {
    const script = join(folder, 'perfsim');
    writeFileSync(script, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'dist/bin/perfsim.cjs')}' "$@"\n`);
    chmodSync(script, 0o755);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/perfsim'));
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, NODE_OPTIONS: '' };
    use(({ command, output }) => {
      const [, shown] = /^cat (\S+)$/.exec(command) ?? [];
      if (shown !== undefined) writeFileSync(join(folder, shown), output);
      return spawnSync('sh', ['-c', `{ ${command}; } 2>&1`], { cwd: folder, env, encoding: 'utf8' }).stdout;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
