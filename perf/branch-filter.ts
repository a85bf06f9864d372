/**
 * The words of `record -j` (and the `any` of `-b`).
 * Reference: tools/perf/util/parse-branch-options.c of v6.1.
 * Not modelled: nothing.
 */
import { PERF_SAMPLE_BRANCH as BRANCH, PERF_SAMPLE_BRANCH_PLM_ALL } from '../kernel/abi/constants.ts';
import { InputError } from './input-error.ts';

const MODES: Readonly<Record<string, bigint>> = {
  u: BRANCH.USER, k: BRANCH.KERNEL, hv: BRANCH.HV, any: BRANCH.ANY, any_call: BRANCH.ANY_CALL, any_ret: BRANCH.ANY_RETURN, ind_call: BRANCH.IND_CALL,
  abort_tx: BRANCH.ABORT_TX, in_tx: BRANCH.IN_TX, no_tx: BRANCH.NO_TX, cond: BRANCH.COND, ind_jmp: BRANCH.IND_JUMP, call: BRANCH.CALL,
  save_type: BRANCH.TYPE_SAVE, stack: BRANCH.CALL_STACK, priv: BRANCH.PRIV_SAVE,
};

/** attr.branch_sample_type, as a number. Who names privilege levels alone gets any branch, and no levels, as with perf. */
export function parse_branch_str(text: string): number {
  const mode = text.split(',').reduce((mask, word) => {
    const name = word.toLowerCase();
    if (!Object.hasOwn(MODES, name)) throw new InputError(`unknown branch filter ${word}, check man page: there are ${Object.keys(MODES).join(', ')}.`);
    return mask | MODES[name];
  }, 0n);
  return Number(mode & ~PERF_SAMPLE_BRANCH_PLM_ALL ? mode : BRANCH.ANY);
}
