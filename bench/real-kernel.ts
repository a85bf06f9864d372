/**
 * What perfsim's v6.18 answers, beside the kernel that runs here: `npm run bench -- real-kernel [SEED [PROGRAMS]]`.
 *
 * Programs of perf system calls, made at random, run on both; where they differ, the shortest program that shows it is
 * printed, with what the kernel answered, as a case for test/conformance/found.json. The cases there run first.
 * Needs Linux 6.18 on x86-64, a C compiler, and the permission to use perf_event_open: root.
 */
import { Random } from '../sim/random.ts';
import { FOUND, type Step } from '../test/conformance/cases.ts';
import { isMeasurable } from './real-kernel/lines.ts';
import { buildProbe, otherKernel } from './real-kernel/probe.ts';
import { randomOpening } from './real-kernel/random-attrs.ts';
import { randomGroup } from './real-kernel/random-groups.ts';
import { randomMappings } from './real-kernel/random-mappings.ts';
import { randomProgram } from './real-kernel/random-programs.ts';
import { differencesOfUsable, kindOf, shrink, type Difference } from './real-kernel/shrink.ts';

const [seed = '1', programs = '1000'] = process.argv.slice(3);
/** Programs that one process of the probe is given. */
const AT_ONCE = 500;
/** Kinds of differences that are shown in full. */
const SHOWN = 12;

function print(subject: string, all: readonly (readonly Step[])[]): void {
  const kinds = new Map<string, { first: Difference; n: number }>();
  for (let from = 0; from < all.length; from += AT_ONCE) {
    for (const found of differencesOfUsable(all.slice(from, from + AT_ONCE))) {
      if (found === null) continue;
      const known = kinds.get(kindOf(found));
      kinds.set(kindOf(found), { first: known?.first ?? found, n: (known?.n ?? 0) + 1 });
    }
  }
  console.log(`${subject}: ${all.length} programs, ${[...kinds.values()].reduce((sum, { n }) => sum + n, 0)} differ`);
  for (const { first, n } of [...kinds.values()].slice(0, SHOWN)) {
    const { steps, observed, why } = shrink(first);
    console.log(`\n${n} of this kind: ${why}`);
    for (const step of steps) console.log(`  ${JSON.stringify(step)}`);
    console.log(`  ${JSON.stringify(observed)}`);
  }
}

const impossible = buildProbe();
if (impossible === null) {
  const warning = otherKernel();
  if (warning !== null) console.log(warning);
  const [openings, groups, mappings, others] = ['openings', 'groups', 'mappings', 'programs'].map((name) => new Random(seed).stream(`real-kernel/${name}`));
  print('cases found before', FOUND.map(({ setup }) => setup).filter(isMeasurable));
  print('perf_event_open', Array.from({ length: Number(programs) }, () => randomOpening(openings)));
  print('mappings', Array.from({ length: Number(programs) }, () => randomMappings(mappings)));
  print('groups of several PMUs', Array.from({ length: Number(programs) }, () => randomGroup(groups)));
  print('programs', Array.from({ length: Number(programs) }, () => randomProgram(others)));
} else {
  console.log(impossible);
  process.exitCode = 1;
}
