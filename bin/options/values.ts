/**
 * Conversions of option values, each with a sentence for what it refuses: what was given, what is right, and the
 * nearest valid values where there are such.
 */
import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME, CLOCK_TAI, PAGE_SIZE } from '../../kernel/abi/constants.ts';
import { InputError } from '../../perf/input-error.ts';
import type { ToolVersion } from '../../perf/run-spec.ts';

/** kernel.perf_event_max_sample_rate, which perf_event_open enforces. */
export const MAX_SAMPLE_RATE = 100_000;

/** A bound of this simulator, not of Linux: 512 MiB of data for each ring buffer. */
const MAX_MMAP_PAGES = 131_072;

const BYTES: Readonly<Record<string, number>> = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

export function wholeNumber(flag: string, text: string, min: number, max: number, what: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new InputError(`invalid ${flag} value '${text}': ${what} is a whole number from ${min} to ${max}.`);
}

/** -F: a number, or `max` as in newer perf. What exceeds the kernel's limit the tool refuses or lowers. */
export function frequency(text: string): number {
  if (text === 'max') return MAX_SAMPLE_RATE;
  const isBeyond = /^\d{6,9}$/.test(text) && Number(text) > MAX_SAMPLE_RATE;
  return isBeyond ? Number(text) : wholeNumber('-F', text, 1, MAX_SAMPLE_RATE, 'a frequency in samples per second');
}

/** The frequency that the tool asks for: v3.2, and --strict-freq, refuse one above the limit, where v6.1 takes the limit. */
export function allowedFrequency(freq: number, tool: ToolVersion, strict: boolean): number {
  if (freq <= MAX_SAMPLE_RATE) return freq;
  if (tool === '6.1' && !strict) return MAX_SAMPLE_RATE;
  throw new InputError(`invalid -F value '${freq}': the kernel allows ${MAX_SAMPLE_RATE} samples per second (perf_event_max_sample_rate); give -F max or less.`);
}

/** -c: events per sample; perf_event_open takes 63 bits, of which a number holds 53 exactly. */
export function period(text: string): number {
  return wholeNumber('-c', text, 1, Number.MAX_SAFE_INTEGER, 'a period in events per sample');
}

const PAGES = /^(\d+)([BKMG]?)$/i;

/** -m: data pages, or with one of B, K, M, G their size in bytes. */
export function mmapPages(text: string): string {
  if (PAGES.test(text)) return text;
  if (PAGES.test(text.replace(/,.*/s, ''))) throw new InputError(`invalid -m value '${text}': there are no AUX areas here, give the data pages alone.`);
  throw new InputError(`invalid -m value '${text}': it is a number of pages such as 128, or a size such as 512K.`);
}

/** The pages that a number of them, or a size, comes to: with a size not always whole ones. */
export function pagesOf(text: string): number {
  const [, digits, unit] = PAGES.exec(text)!;
  return unit === '' ? Number(digits) : (Number(digits) * BYTES[unit.toUpperCase()]) / PAGE_SIZE;
}

/** The data pages that the tool maps: v3.2 refuses what is no power of two, v6.1 takes the next. */
export function allowedPages(text: string, tool: ToolVersion): number {
  const pages = pagesOf(text);
  const next = Math.max(1, 2 ** Math.ceil(Math.log2(pages)));
  if (pages > 0 && next <= MAX_MMAP_PAGES && (tool === '6.1' || next === pages)) return next;
  const shown = nearestPowers(pages).map((power) => (/\d$/.test(text) ? String(power) : `${(power * PAGE_SIZE) / 1024}K`));
  throw new InputError(`invalid -m value '${text}': the data pages must be a power of two up to ${MAX_MMAP_PAGES}; nearest ${shown.length > 1 ? 'are' : 'is'} ${shown.join(' and ')}.`);
}

function nearestPowers(pages: number): number[] {
  const below = 2 ** Math.floor(Math.log2(pages));
  return [...new Set([below, 2 * below].map((power) => Math.min(Math.max(power, 1), MAX_MMAP_PAGES)))];
}

/** clockid_t by the names that perf 6.1 takes, with or without CLOCK_. */
const CLOCKS: Readonly<Record<string, number>> = {
  monotonic: CLOCK_MONOTONIC, mono: CLOCK_MONOTONIC, monotonic_raw: CLOCK_MONOTONIC_RAW, raw: CLOCK_MONOTONIC_RAW,
  realtime: CLOCK_REALTIME, real: CLOCK_REALTIME, boottime: CLOCK_BOOTTIME, boot: CLOCK_BOOTTIME, tai: CLOCK_TAI,
};

/** -k */
export function clockid(text: string): number {
  const name = text.toLowerCase().replace(/^clock_/, '');
  const number = Object.hasOwn(CLOCKS, name) ? CLOCKS[name] : /^\d+$/.test(text) ? Number(text) : -1;
  if (Object.values(CLOCKS).includes(number)) return number;
  throw new InputError(`unknown clockid '${text}' in -k: it is monotonic, monotonic_raw, realtime, boottime or tai.`);
}

/** --call-graph */
export function callGraphMode(text: string): 'fp' {
  if (text === 'fp') return text;
  if (/^(?:dwarf|lbr)\b/.test(text)) throw new InputError(`call chains by ${text.replace(/,.*/, '')} are not modelled: give --call-graph fp.`);
  throw new InputError(`invalid --call-graph value '${text}': it is fp.`);
}

/** -C: `0,2-3` is 0, 2 and 3. */
export function cpuList(text: string): number[] {
  const cpus = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) throw new InputError(`invalid -C value '${text}': it is a list of CPUs such as 0,2-3.`);
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
  return [...new Set(cpus)].toSorted((a, b) => a - b);
}

/** A share, in percent. */
export function percent(flag: string, text: string): number {
  if (/^\d+(?:\.\d*)?$/.test(text) && Number(text) <= 100) return Number(text);
  throw new InputError(`invalid ${flag} value '${text}': it is a number from 0 to 100.`);
}

export function oneOf<Choice extends string>(flag: string, text: string, choices: readonly Choice[]): Choice {
  const chosen = choices.find((choice) => choice === text);
  if (chosen === undefined) throw new InputError(`invalid ${flag} value '${text}': it is ${new Intl.ListFormat('en', { type: 'disjunction' }).format(choices)}.`);
  return chosen;
}

/** A day. */
const MAX_DELAY_MS = 86_400_000;

const TOOLS = ['3.2', '6.1'] as const;

/** -D of newer perf, in milliseconds. */
export function delay(text: string): number {
  return text === '-1' ? -1 : wholeNumber('-D', text, 0, MAX_DELAY_MS, 'a delay in ms, or -1,');
}

/** --tool */
export function toolVersion(text: string): ToolVersion {
  return oneOf('--tool', text, TOOLS);
}

/** perf is built with its kernel: the old tool for kernels of its time, the new one for those since v4.0. */
export function toolOf(kernel: string): ToolVersion {
  return Number(/^v(\d+)\./.exec(kernel)?.[1] ?? 0) >= 4 ? '6.1' : '3.2';
}
