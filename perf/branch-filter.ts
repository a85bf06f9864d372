/**
 * The words of `record -j` (and the `any` of `-b`), and of the term branch_type.
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

function modeOf(word: string): bigint {
  const name = word.toLowerCase();
  if (!Object.hasOwn(MODES, name)) throw new InputError(`unknown branch filter ${word}, check man page: there are ${Object.keys(MODES).join(', ')}.`);
  return MODES[name];
}

const namesBranches = (mode: bigint): boolean => (mode & ~PERF_SAMPLE_BRANCH_PLM_ALL) !== 0n;

/** attr.branch_sample_type, as a number. Who names privilege levels alone gets any branch, and no levels, as with perf. */
export function parse_branch_str(text: string): number {
  const mode = text.split(',').reduce((mask, word) => mask | modeOf(word), 0n);
  return Number(namesBranches(mode) ? mode : BRANCH.ANY);
}

/** `branch_type=`: one word; `no` is none (0). perf reads it twice, so that here a level alone is kept. */
export function parse_branch_term(word: string): number {
  if (word === 'no') return 0;
  const mode = modeOf(word);
  return Number(namesBranches(mode) ? mode : mode | BRANCH.ANY);
}
