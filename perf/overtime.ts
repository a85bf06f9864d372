/**
 * How long a run may go on when its workload has ended: the tool reads what is left, writes it, and is done.
 * Not modelled: a tool that is killed for it.
 */
import { InputError } from './input-error.ts';

export const OVERTIME_NS = 60e9;

/** A slow disk takes so long only by order, and a kernel that loses a wakeup leaves the tool asleep for good. */
export function notEnded(): InputError {
  return new InputError(`the run has not ended ${OVERTIME_NS / 1e9} s after its workload: give the tool shorter delays with --latency, or it sleeps and the kernel does not wake it.`);
}
