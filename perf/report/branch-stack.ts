/**
 * The branch stacks of a recording, as reports of them need them.
 * Reference: sample__resolve_bstack of tools/perf/util/machine.c, print_bstack_flags of tools/perf/builtin-script.c, v6.1.
 * Not modelled: branches that itrace synthesizes.
 */
import type { BranchStack, PerfData } from '../data/index.ts';
import type { CurrentSample } from './session.ts';

const HEADER_BRANCH_STACK = 15;

/** Whether reports are of branches in place of samples: so the recording's header says, which a pipe has not yet read then. */
export function hasBranchStacks({ header, featureBits }: PerfData): boolean {
  return !header.pipe && featureBits.has(HEADER_BRANCH_STACK);
}

/** The branches of a sample, newest first. */
export function branchesOf(data: PerfData, sample: CurrentSample): BranchStack['entries'] {
  const record = data.decode(sample.block, sample.at);
  return (record.name === 'SAMPLE' && record.sample.branch_stack?.entries) || [];
}

const BRANCH_TYPES = [
  'COND', 'UNCOND', 'IND', 'CALL', 'IND_CALL', 'RET', 'SYSCALL', 'SYSRET', 'COND_CALL', 'COND_RET', 'ERET', 'IRQ',
  'SERROR', 'NO_TX',
];
/** PERF_BR_EXTEND_ABI: the type is in a field of its own. */
const EXTENDED = 15;
const NEW_BRANCH_TYPES = ['FAULT_ALGN', 'FAULT_DATA', 'FAULT_INST', 'ARCH_1', 'ARCH_2', 'ARCH_3', 'ARCH_4', 'ARCH_5'];

/** The types are counted from 1; 0 is one that is not known. */
export function branchType(flags: bigint): string {
  const type = Number((flags >> 20n) & 15n);
  return (type === EXTENDED ? NEW_BRANCH_TYPES[Number((flags >> 26n) & 15n)] : BRANCH_TYPES[type - 1]) ?? '';
}

/** "/P/-/-/25/CALL": predicted or not, in a transaction, its abort, cycles, type. */
export function branchFlags(flags: bigint): string {
  const has = (bit: bigint): boolean => (flags & bit) !== 0n;
  const predicted = has(1n) ? 'M' : has(2n) ? 'P' : '-';
  return `/${predicted}/${has(4n) ? 'X' : '-'}/${has(8n) ? 'A' : '-'}/${(flags >> 4n) & 0xffffn}/${branchType(flags)}`;
}
