/**
 * brstack LOOPS: calls, returns and jumps, direct and indirect, so many times. Made to test branch recording; here its
 * work is known exactly, whatever the clock.
 *
 * Reference: tools/perf/tests/workloads/brstack.c of v6.1.
 * Not modelled: that two loops of three take the other way at the condition, and call brstack_foo directly, too.
 */
import { branches } from '../branches.ts';
import { called_from, mixture } from '../location.ts';
import { START, text, type Workload } from '../workload.ts';

/** One loop: a call to each of two functions, the second by a pointer, which calls the first; 40 instructions, 11 of them branches, in 25 cycles. */
const CYCLES_PER_LOOP = 25;

/** A call stores where to return to, a return loads it, and frame pointers come and go with them. */
const CALLS = { 'L1-dcache-loads': 0.25, 'L1-dcache-stores': 0.25 };

const code = text({
  brstack_bar: { bytes: 0x10, rates: { instructions: 1.5, branches: 0.5, 'branch-misses': 0.0001, ...CALLS } },
  brstack_foo: { bytes: 0x20, rates: { instructions: 1.5, branches: 0.5, 'branch-misses': 0.0001, ...CALLS } },
  brstack_bench: { bytes: 0x60, rates: { instructions: 1.7, branches: 0.4, 'branch-misses': 0.002, ...CALLS } },
  brstack: { bytes: 0x50, rates: { instructions: 1.6, branches: 0.4 } },
});

const BENCH = called_from(code.brstack, code.brstack_bench);
const FOO = called_from(BENCH, code.brstack_foo);
const MIX = mixture([
  { location: called_from(FOO, code.brstack_bar), share: 0.2 },
  { location: FOO, share: 0.2 },
  { location: BENCH, share: 0.5 },
  { location: code.brstack, share: 0.1 },
], {
  taken: branches(code, [
    ['brstack+0x24', 'brstack_bench', 'call'],
    // if ((cnt++) % 3), past the direct call of brstack_foo
    ['brstack_bench+0x10', 'brstack_bench+0x18', 'conditional'],
    ['brstack_bench+0x1c', 'brstack_bar', 'call'], ['brstack_bar+0xc', 'brstack_bench+0x20', 'return'],
    ['brstack_bench+0x2c', 'brstack_foo', 'indirect call'],
    ['brstack_foo+0xc', 'brstack_bar', 'call'], ['brstack_bar+0xc', 'brstack_foo+0x10', 'return'],
    ['brstack_foo+0x1c', 'brstack_bench+0x30', 'return'], ['brstack_bench+0x5c', 'brstack+0x28', 'return'],
    ['brstack+0x30', 'brstack+0x10', 'jump'],
  ]),
  // if ((cnt++) > num_loops)
  notTaken: 1,
});

/** BENCH_RUNS of brstack.c; and as many as clocks here hold exactly. */
const DEFAULT_LOOPS = 999_999;
const MAX_LOOPS = 1e12;

export const brstack: Workload = {
  name: 'brstack',
  summary: `calls and jumps, LOOPS times (default ${DEFAULT_LOOPS})`,
  usage: 'brstack [LOOPS]',
  code: [START, ...Object.values(code)],
  parse(args) {
    if (args.length > 1) throw new Error(`brstack takes one argument, the number of loops, not ${args.length}`);
    const loops = args.length === 0 ? DEFAULT_LOOPS : Number(args[0]);
    if (!(Number.isInteger(loops) && loops > 0 && loops <= MAX_LOOPS)) {
      throw new Error(`brstack runs a whole number of loops above 0 and up to ${MAX_LOOPS}, not '${args[0]}'`);
    }
    return { start: START, phases: [{ does: 'run', code: MIX, amount: { cycles: loops * CYCLES_PER_LOOP } }] };
  },
};
