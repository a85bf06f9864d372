/** The measured cases: their form, and which of them a kernel of v3.2's time answers in the same way. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/source-file.ts';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Fields = { readonly [key: string]: Value };
/** One step of a case: an operation with its arguments, or what it answered. */
export type Step = Fields & { readonly i: number; readonly op: string };

export type Answer = Fields | null;
/** What an operation answers; `perform` carries out a step inside it. */
export type Operation<W> = (world: W, step: Step, perform: (step: Step) => Answer) => Answer | void;

/** A name, or whatever stands in its place. */
export const text = (value: Value | undefined): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

export interface Case {
  readonly id: string;
  readonly area: string;
  readonly what: string;
  readonly setup: readonly Step[];
  readonly observed: { readonly steps: readonly (Fields & { readonly i: number })[] };
  readonly kernel_quirk: boolean;
  readonly emulated: boolean;
  /** The release that was measured, where it is not 6.18. */
  readonly linux?: string;
  readonly since_v3_2?: readonly { readonly note: string }[];
}

/** Numbers that a double cannot hold, as strings. */
const exact = (json: string): string => json.replaceAll(/(?<=:\s*)\d{16,}(?=\s*[,}\]])/g, '"$&"');

const path = process.env['PERFSIM_CASES'] ?? join(ROOT, '../shared/conformance/cases.json');

/** All cases; none where the file is not at hand. */
export const CASES: readonly Case[] = existsSync(path) ? (JSON.parse(exact(readFileSync(path, 'utf8'))) as Case[]) : [];

/** Cases in which the simulator once differed from the same kernel: found by programs made at random (docs/real-kernel.md). */
export const FOUND = JSON.parse(exact(readFileSync(join(ROOT, 'test/conformance/found.json'), 'utf8'))) as readonly Case[];

/** What kernels of other ages answered to programs made at random, where v6.18 answers otherwise. */
export const OLDER = (JSON.parse(exact(readFileSync(join(ROOT, 'test/conformance/older.json'), 'utf8'))) as readonly { linux: string; setup: Case['setup']; observed: Case['observed']['steps'] }[])
  .map(({ linux, setup, observed }): Case => ({ id: '', area: '', what: '', setup, observed: { steps: observed }, kernel_quirk: false, emulated: false, linux }));

/** Notes on what has changed since v3.2 that do not change the answer, or only by a field that the replay leaves away. */
const HARMLESS = [
  'v3.x has the same arithmetic', 'v3.x rule perf_output_space()', 'IDENTIFIER since', 'PERF_FORMAT_LOST since',
  'deater/perf_event_tests calls',
];

/** Whether the case's answer is v3.2's too, as far as its notes tell. */
export function answersAlike({ since_v3_2: notes = [], kernel_quirk, emulated }: Case): boolean {
  return !kernel_quirk && !emulated && notes.every(({ note }) => HARMLESS.some((start) => note.startsWith(start)));
}
