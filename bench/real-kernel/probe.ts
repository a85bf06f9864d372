/** The probe: a C program that makes system calls on the kernel that runs here (probe.c). */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { release } from 'node:os';

/** What the probe prints of one call. */
export type Raw = Readonly<Record<string, unknown>> & { readonly ret?: number; readonly errno?: number };

/** What it prints of one program: its pid and the answers, as far as it got, and the status with which it ended. */
export interface Run {
  readonly pid: number;
  readonly answers: readonly Raw[];
  readonly status: number;
}

const BINARY = 'dist/bench/real-kernel-probe';
const PERMITTED = 'open a 010000004800000009 0 -1 -1 0\nend\n';
/** Milliseconds after which the kernel is believed to hang. */
const PATIENCE_MS = 300_000;

/** Builds the probe; why nothing can be measured here, or null. */
export function buildProbe(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'real-kernel measures Linux on x86-64, and this is another system.';
  mkdirSync('dist/bench', { recursive: true });
  const cc = spawnSync('cc', ['-O1', '-Wall', '-o', BINARY, 'bench/real-kernel/probe.c'], { encoding: 'utf8' });
  if (cc.error !== undefined || cc.status !== 0) return `The probe needs a C compiler: ${cc.error?.message ?? cc.stderr}`;
  const [{ answers: [answer] }] = runProbe([PERMITTED]);
  if (answer?.errno !== undefined) return `perf_event_open is not permitted here (error ${answer.errno}). Be root, or lower /proc/sys/kernel/perf_event_paranoid.`;
  return null;
}

/** The kernel is not the one that v6.18 models; null if it is. */
export function otherKernel(): string | null {
  return release().startsWith('6.18.') ? null : `This kernel is ${release()}, and v6.18 models 6.18: differences may be changes in Linux.`;
}

/** Runs programs, each of lines that end with `end`. */
export function runProbe(programs: readonly string[]): Run[] {
  const { stdout, error } = spawnSync(BINARY, {
    input: programs.join(''), encoding: 'utf8', maxBuffer: 2 ** 30, timeout: PATIENCE_MS, killSignal: 'SIGKILL',
  });
  if (error !== undefined) throw error;
  const lines = stdout.split('\n').filter((line) => line !== '').map(parse);
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
