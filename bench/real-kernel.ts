/**
 * What perfsim's kernels answer, beside real ones: `npm run bench -- real-kernel [SEED [PROGRAMS [KERNEL IMAGE]]]`. Without
 * an image it is v6.18 beside the kernel that runs here; an image is booted in a virtual machine.
 *
 * Programs of perf system calls, made at random, run on both; where they differ, the shortest program that shows it is
 * printed, with what the kernel answered, as a case for test/conformance/found.json. The cases there run first.
 * Needs Linux on x86-64, a C compiler, and either the permission to use perf_event_open, which root has, or qemu.
 */
import { KERNELS, type KernelClass } from '../kernel/index.ts';
import { Random } from '../sim/random.ts';
import { FOUND, type Step } from '../test/conformance/cases.ts';
import { isMeasurable, isMeasurableAnywhere } from './real-kernel/lines.ts';
import { buildProbe, refusal } from './real-kernel/probe.ts';
import { randomOpening } from './real-kernel/random-attrs.ts';
import { randomGroup } from './real-kernel/random-groups.ts';
import { randomMappings } from './real-kernel/random-mappings.ts';
import { randomProgram } from './real-kernel/random-programs.ts';
import { THIS_KERNEL } from './real-kernel/real-kernel.ts';
import { differencesOfUsable, kindOf, shrink, type Difference, type Pair } from './real-kernel/shrink.ts';
import { NoAnswer, VirtualKernel } from './real-kernel/virtual-kernel.ts';

const [seed = '1', programs = '1000', name = 'v6.18', image] = process.argv.slice(3);
/** What can be compared: a virtual machine has PMUs and tracepoints of its own. */
const canCompare = image === undefined ? isMeasurable : isMeasurableAnywhere;
/** Programs that one process of the probe is given. */
const AT_ONCE = 500;
/** Kinds of differences that are shown in full. */
const SHOWN = 12;

function print(pair: Pair, subject: string, made: readonly (readonly Step[])[]): void {
  const all = made.filter(canCompare);
  const kinds = new Map<string, { first: Difference; n: number }>();
  for (let from = 0; from < all.length; from += AT_ONCE) {
    for (const found of differencesOfUsable(pair, all.slice(from, from + AT_ONCE))) {
      if (found === null) continue;
      const known = kinds.get(kindOf(found));
      kinds.set(kindOf(found), { first: known?.first ?? found, n: (known?.n ?? 0) + 1 });
    }
  }
  console.log(`${subject}: ${all.length} programs, ${[...kinds.values()].reduce((sum, { n }) => sum + n, 0)} differ`);
  const shown = [...kinds.values()].slice(0, SHOWN);
  for (const [i, { steps, observed, why }] of shrink(pair, shown.map(({ first }) => first)).entries()) {
    console.log(`\n${shown[i].n} of this kind: ${why}`);
    for (const step of steps) console.log(`  ${JSON.stringify(step)}`);
    console.log(`  ${JSON.stringify(observed)}`);
  }
}

function compare(model: KernelClass): void {
  const pair = { real: image === undefined ? THIS_KERNEL : new VirtualKernel(image), model };
  const refused = refusal(pair.real);
  if (refused !== null) throw new NoAnswer(refused);
  const { release } = pair.real;
  console.log(`Linux ${release} beside ${name}${release.startsWith(`${name.slice(1)}.`) ? '' : ', which is another version: differences may be changes in Linux'}`);
  const [openings, groups, mappings, others] = ['openings', 'groups', 'mappings', 'programs'].map((stream) => new Random(seed).stream(`real-kernel/${stream}`));
  const times = <T>(make: () => T): T[] => Array.from({ length: Number(programs) }, make);
  print(pair, 'cases found before', FOUND.map(({ setup }) => setup));
  print(pair, 'perf_event_open', times(() => randomOpening(openings)));
  print(pair, 'mappings', times(() => randomMappings(mappings)));
  print(pair, 'groups of several PMUs', times(() => randomGroup(groups)));
  print(pair, 'programs', times(() => randomProgram(others)));
}

const model = KERNELS.find((kernel) => kernel.variant.name === name);
const impossible = model === undefined ? `There is no kernel ${name}; \`perfsim list kernels\` names them.` : (buildProbe() ?? (image === undefined ? null : VirtualKernel.missing(image)));
if (impossible === null) {
  try {
    compare(model!);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    fail(error.message);
  }
} else fail(impossible);

function fail(sentence: string): void {
  console.log(sentence);
  process.exitCode = 1;
}
