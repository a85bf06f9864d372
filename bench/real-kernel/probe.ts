/** The probe: a C program that makes system calls on a real kernel (probe.c). */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { PROBE, type RealKernel } from './real-kernel.ts';

/** What the probe prints of one call. */
export type Raw = Readonly<Record<string, unknown>> & { readonly ret?: number; readonly errno?: number };

/** What it prints of one program: its pid and the answers, as far as it got, and the status with which it ended. */
export interface Run {
  readonly pid: number;
  readonly answers: readonly Raw[];
  readonly status: number;
}

const PERMITTED = 'open a 010000004800000009 0 -1 -1 0\nend\n';

/** Builds the probe, for any machine; why it cannot be built, or null. */
export function buildProbe(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'real-kernel measures Linux on x86-64, and this is another system.';
  mkdirSync('dist/bench', { recursive: true });
  const cc = spawnSync('cc', ['-O1', '-Wall', '-static', '-o', PROBE, 'bench/real-kernel/probe.c'], { encoding: 'utf8' });
  return cc.error === undefined && cc.status === 0 ? null : `The probe needs a C compiler: ${cc.error?.message ?? cc.stderr}`;
}

/** Why nothing can be measured on `kernel`, or null. */
export function refusal(kernel: RealKernel): string | null {
  const [{ answers: [answer] }] = runProbe(kernel, [PERMITTED]);
  if (answer?.errno === undefined) return null;
  return `perf_event_open is not permitted here (error ${answer.errno}). Be root, or lower /proc/sys/kernel/perf_event_paranoid.`;
}

/** Runs programs, each of lines that end with `end`. */
export function runProbe(kernel: RealKernel, programs: readonly string[]): Run[] {
  // A machine that was switched off has left a line unfinished.
  const lines = kernel.run(programs.join('')).split('\n').filter((line) => line.endsWith('}')).map(parse);
  let at = 0;
  return programs.map(() => {
    const first = at;
    while (at < lines.length && lines[at]['end'] === undefined) at++;
    const [begin, ...answers] = lines.slice(first, at);
    const status = (lines[at]?.['end'] ?? -1) as number;
    at++;
    return { pid: (begin?.['pid'] ?? 0) as number, answers, status };
  });
}

/** A program that is killed may leave a line unfinished in front of its end. */
function parse(line: string): Raw {
  const end = /\{"end":(\d+)\}$/.exec(line);
  return end === null ? (JSON.parse(line) as Raw) : { end: Number(end[1]) };
}
