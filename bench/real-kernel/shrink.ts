/** A program that shows a difference, without what it does not need. */
import type { KernelClass } from '../../kernel/index.ts';
import { text, type Case, type Fields, type Step } from '../../test/conformance/cases.ts';
import { outcome } from '../../test/conformance/compare.ts';
import { measure } from './measure.ts';
import type { RealKernel } from './real-kernel.ts';

/** A real kernel, and the one of the simulator that shall answer like it. */
export interface Pair {
  readonly real: RealKernel;
  readonly model: KernelClass;
}

/** A program, what the kernel answered, and why the simulator is not alike. */
export interface Difference {
  readonly steps: readonly Step[];
  readonly observed: Case['observed']['steps'];
  readonly why: string;
}

/** Runs programs on both; what they differ in, or null. A program that the kernel does not end with tells nothing. */
export function differences({ real, model }: Pair, programs: readonly (readonly Step[])[]): (Difference | null)[] {
  const answers = measure(real, programs);
  return programs.map((steps, i) => {
    const observed = answers[i];
    if (observed === null) return null;
    const result = outcome({ id: '', area: '', what: '', setup: steps, observed: { steps: observed }, kernel_quirk: false, emulated: false, linux: real.release }, model);
    return result.kind === 'differs' ? { steps, observed, why: result.why } : null;
  });
}

/** Of which kind a difference is: the operation, and what was expected of it without numbers. */
export function kindOf({ steps, why }: Difference): string {
  const at = Number(/^step (\d+)/.exec(why)?.[1] ?? -1);
  const step = steps.find(({ i }) => i === at);
  const field = /^step \d+([.\w]*)/.exec(why)?.[1] ?? why;
  return [step?.op ?? '', text(step?.['cmd']), field, ...(why.match(/\bE[A-Z]{3,}\b/g) ?? [])].join(' ');
}

const ON_MAPPINGS = ['drain', 'peek_records', 'munmap', 'munmap_part', 'mprotect_part', 'mremap', 'write_data_tail'];

/** The steps that use nothing that could not be opened or mapped, which would tell nothing but that. */
function usable(steps: readonly Step[], observed: Difference['observed']): readonly Step[] {
  const failed = new Set(observed.filter(({ errno }) => errno !== undefined).map(({ i }) => i));
  const [missing, mapped] = [new Set<unknown>(), new Set<unknown>()];
  return steps.filter(({ i, op, as, ev, evs = [], arg, group_fd }) => {
    if (op === 'perf_event_open' && failed.has(i)) missing.add(as);
    const names = [ev, ...(evs as readonly unknown[]), arg, group_fd];
    if (names.some((name) => missing.has(name)) || (ON_MAPPINGS.includes(op) && !mapped.has(ev))) return false;
    if (op === 'mmap' && !failed.has(i)) mapped.add(ev);
    if (op === 'munmap') mapped.delete(ev);
    return true;
  });
}

/** Programs of which what fails at first has been left out, so that they do more. */
export function differencesOfUsable(pair: Pair, programs: readonly (readonly Step[])[]): (Difference | null)[] {
  const answers = measure(pair.real, programs);
  return differences(pair, programs.map((steps, i) => (answers[i] === null ? steps : usable(steps, answers[i]))));
}

const NEEDED = ['type', 'config'];

/** Every program that is one step, or one field of an attr, shorter. */
function shorter(steps: readonly Step[]): (readonly Step[])[] {
  const without_step = steps.map((_, i) => steps.filter((__, other) => other !== i)).filter(isComplete);
  const without_field = steps.flatMap((step, i) => {
    if (step.op !== 'perf_event_open' || typeof step['attr'] !== 'object') return [];
    const attr = step['attr'] as Fields;
    return Object.keys(attr).filter((field) => !NEEDED.includes(field)).map((field) => {
      const { [field]: _, ...rest } = attr;
      return steps.map((other, at) => (at === i ? { ...step, attr: rest } : other));
    });
  });
  return [...without_step, ...without_field];
}

/** Whether all that the steps name has been made before. */
function isComplete(steps: readonly Step[]): boolean {
  const made = new Set<unknown>(['self', 'self_by_pid']);
  return steps.every((step) => {
    const { ev, evs = [], task, group_fd, pid, arg, as } = step;
    const names = [ev, ...(evs as readonly unknown[]), task, group_fd, pid, arg === 'NULL' ? undefined : arg].filter((name) => typeof name === 'string');
    if (as !== undefined) made.add(as);
    return names.every((name) => made.has(name) && name !== as);
  });
}

/**
 * The shortest programs that are found by leaving out one thing after the other, and still differ each in its own way.
 * All are measured at once, for a machine boots each time.
 */
export function shrink(pair: Pair, found: readonly Difference[]): readonly Difference[] {
  const smallest = [...found];
  for (let left = [...smallest.keys()]; left.length > 0;) {
    const candidates = left.map((i) => shorter(smallest[i].steps));
    const outcomes = differences(pair, candidates.flat());
    left = left.filter((i, at) => {
      const next = outcomes.splice(0, candidates[at].length).find((candidate) => candidate !== null && kindOf(candidate) === kindOf(smallest[i]));
      if (next) smallest[i] = next;
      return Boolean(next);
    });
  }
  return smallest;
}
