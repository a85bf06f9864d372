/** --all-user and --all-kernel, of record and stat. */
import { InputError } from '../../perf/input-error.ts';
import type { EventSpec } from '../../perf/run-spec.ts';

interface RingOptions {
  'all-user'?: boolean | undefined;
  'all-kernel'?: boolean | undefined;
}

/** They stand above the modifiers. */
export function ringOf(event: EventSpec, { 'all-user': user, 'all-kernel': kernel }: RingOptions): EventSpec {
  if (user && kernel) throw new InputError('--all-user and --all-kernel exclude each other.');
  if (user) return { ...event, exclude_user: false, exclude_kernel: true };
  return kernel ? { ...event, exclude_user: true, exclude_kernel: false } : event;
}
