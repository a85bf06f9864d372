/**
 * The form of a workload file, of which `perf/workload/schema.json` is the published copy.
 *
 * Reference: docs/workloads.md; JSON Schema 2020-12.
 * Not modelled: what one script says of another; perf/workload/load.ts checks it.
 */
import * as z from 'zod';
import { NEAR_BRANCHES } from '../../pmu/branches.ts';
import { SIGNALS } from '../../pmu/location.ts';

const DURATION = 'expected a duration with its unit, such as 20 ms, 1.5 s, 300 us, 700 ns or 5000 cycles';
const TIME = 'expected a time with its unit, such as 20 ms, 1.5 s, 300 us or 700 ns';
const RATE = 'expected events per cycle, a number from 0 to 100';
const BYTES = 'expected the bytes of its code, a whole number from 4 to 1048576';
const CODE = "expected a function, with its callers in front of it as in 'main > parse', or several with their shares as in { parse: 30 %, main > hash: 70 % }";
const SHARE = 'expected a share such as 30 %';
const SCRIPT = 'expected the name of one of the scripts';
const COUNT = 'expected a whole number from 1 to 1000000';
const PHASES = 'expected a list of phases, each of them one of run, sleep, fault, thread, fork or repeat';
const PLACE = "expected a place in a function, such as parse or parse+0x1c";
const TAKEN = 'expected a list of branches, each with from, to and kind';
const SYMBOL = 'ASCII letters, digits, _, ., @ and $, no digit first';
const NAME = /^[A-Za-z_][\w.@$]*$/;
const NAME_AND_OFFSET = /^[A-Za-z_][\w.@$]*(\+0x[\da-f]+)?$/;
const CHAIN = /^[A-Za-z_][\w.@$]*( *> *[A-Za-z_][\w.@$]*)*$/;
const MOST_CODE = 2 ** 20;
const MOST_TIMES = 1_000_000;

const duration = z.string({ error: DURATION }).regex(/^\d+(\.\d+)? ?(ns|us|ms|s|cycles)$/, { error: DURATION });
const time = z.string({ error: TIME }).regex(/^\d+(\.\d+)? ?(ns|us|ms|s)$/, { error: TIME });
const count = z.int({ error: COUNT }).min(1, { error: COUNT }).max(MOST_TIMES, { error: COUNT });
const rate = z.number({ error: RATE }).min(0, { error: RATE }).max(100, { error: RATE });
const name = (what: string): z.ZodString => z.string({ error: what }).regex(NAME, { error: what });
const chain = z.string({ error: CODE }).regex(CHAIN, { error: CODE });
const share = z.union([z.number(), z.string().regex(/^\d+(\.\d+)? ?%$/, { error: SHARE })], { error: SHARE });

/** What else each phase may say. */
export const VERBS = {
  run: { needs: ['for', 'alarm'], may: ['taken', 'not-taken'] },
  sleep: { needs: [], may: [] },
  fault: { needs: [], may: ['count', 'major'] },
  thread: { needs: [], may: [] },
  fork: { needs: [], may: [] },
  repeat: { needs: ['phases'], may: [] },
} as const;
export type Verb = keyof typeof VERBS;

/** Exactly one verb, and with it what belongs to it. */
function checkPhase(phase: Readonly<Record<string, unknown>>, ctx: z.RefinementCtx): void {
  const issue = (message: string, key?: string): void => ctx.addIssue({ code: 'custom', message, path: key === undefined ? [] : [key] });
  const given = Object.keys(phase).filter((key) => phase[key] !== undefined);
  const verbs = given.filter((key): key is Verb => Object.hasOwn(VERBS, key));
  if (verbs.length !== 1) {
    issue(`expected one of ${Object.keys(VERBS).join(', ')} in each phase, ${verbs.length === 0 ? 'and found none' : `not both ${verbs.join(' and ')}`}`, verbs[1]);
    return;
  }
  const [verb] = verbs;
  const { needs, may }: { needs: readonly string[]; may: readonly string[] } = VERBS[verb];
  const stray = given.find((key) => key !== verb && !needs.includes(key) && !may.includes(key));
  if (stray !== undefined) issue(`'${stray}' does not belong to '${verb}'`, stray);
  const there = needs.filter((key) => given.includes(key));
  if (needs.length > 0 && there.length !== 1) issue(`expected ${needs.map((key) => `'${key}'`).join(' or ')} with '${verb}'`, there[1]);
}

const place = z.string({ error: PLACE }).regex(NAME_AND_OFFSET, { error: PLACE });
const branch = z.strictObject({
  from: place.describe('The instruction'), to: place.describe('Where it leads'),
  kind: z.enum(NEAR_BRANCHES, { error: `expected one of ${NEAR_BRANCHES.join(', ')}` }),
}, { error: TAKEN });

const phase = z.strictObject({
  run: z.union([chain, z.record(chain, share)], { error: CODE }).describe('Runs a function, or a mixture of functions').optional(),
  for: duration.describe('CPU time that it takes').optional(),
  alarm: time.describe('Real time after which it ends').optional(),
  taken: z.array(branch, { error: TAKEN }).min(1, { error: TAKEN }).describe('The branches that one turn of the code takes, in their order').optional(),
  'not-taken': z.int({ error: COUNT }).min(0, { error: COUNT }).max(MOST_TIMES, { error: COUNT }).describe('Branches of a turn that are not taken').optional(),
  sleep: time.describe('Sleeps').optional(),
  fault: chain.describe('A function touches a page that is not there').optional(),
  count: count.describe('Pages that it touches, 1 unless told').optional(),
  major: z.boolean({ error: 'expected true or false: whether the page must be read from disk' }).optional(),
  thread: name(SCRIPT).describe('Begins a thread that runs this script').optional(),
  fork: name(SCRIPT).describe('Begins a child process that runs this script').optional(),
  repeat: count.describe('Does its phases so many times').optional(),
  get phases() {
    return z.array(phase, { error: PHASES }).optional();
  },
}, { error: PHASES }).superRefine(checkPhase);

const phases = z.array(phase, { error: PHASES }).min(1, { error: PHASES });

const code = z.strictObject({
  ...Object.fromEntries(SIGNALS.filter((signal) => signal !== 'cycles').map((signal) => [signal, rate.optional()])),
  bytes: z.int({ error: BYTES }).min(4, { error: BYTES }).max(MOST_CODE, { error: BYTES }).describe('Size of its code, 64 unless told').optional(),
  ring: z.enum(['user', 'kernel'], { error: 'expected user or kernel' }).describe('Where it runs, user unless told').optional(),
}, { error: 'expected events per cycle, such as { instructions: 1.5, branches: 0.2 }' });

export const workloadSchema = z.strictObject({
  title: z.string({ error: 'expected a title' }).describe('What the program does, in a few words').optional(),
  functions: z.record(name(`expected the name of a function: ${SYMBOL}`), code, { error: 'expected functions by name, each with its events per cycle' }),
  main: phases.describe('What the main thread does'),
  scripts: z.record(name(`expected the name of a script: ${SYMBOL}`), phases, { error: 'expected scripts by name, each a list of phases' })
    .describe('What threads and child processes do').optional(),
}, { error: 'expected a workload: functions, main, scripts' });

export type WorkloadText = z.infer<typeof workloadSchema>;
export type PhaseText = z.infer<typeof phase>;

/** The JSON schema that editors check workload files against. */
export function jsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(workloadSchema), null, 2)}\n`;
}
