/**
 * The one error of this folder: a recording that cannot be read, said in a sentence that names the thing and the offset.
 * Not modelled: causes and codes; the sentence is all that a user needs.
 */
import { InputError } from '../input-error.ts';

export class PerfDataError extends InputError {
  override name = 'PerfDataError';
}

/** Offsets are shown the way perf shows them. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
