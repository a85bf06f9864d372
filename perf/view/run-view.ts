/** A simulated run as a page shows it: every sentence from what the run's trace holds. Reference: perf/trace/run-trace.ts. */
import type { RunSpec } from '../run-spec.ts';
import type { BufferTrace, RunTrace, Series, WakeupTrace } from '../trace/run-trace.ts';
import { duration, instant, points, thousands, type BufferView, type EventView, type Moment, type RunView } from './page-data.ts';

/** Of each kind of moments as many as this at most: more would be larger, and no clearer. */
const MOST_MOMENTS = 200;

function some<T>(list: readonly T[]): readonly T[] {
  const stride = Math.ceil(list.length / MOST_MOMENTS);
  return list.length <= MOST_MOMENTS ? list : list.filter((_, i) => i % stride === 0);
}

/** Buffers shown at most, the fullest first. */
const MOST_BUFFERS = 8;

export function runView(title: string, trace: RunTrace, spec: RunSpec): RunView {
  const { sent, lost } = trace.wakeupCounts;
  const taken = sum(trace.counters.map(({ overflows }) => overflows));
  const kept = sum(trace.counters.map(({ stored }) => stored));
  const buffers = trace.buffers.map((buffer, i) => ({ buffer, i })).sort((a, b) => b.buffer.peak - a.buffer.peak);
  const reader = readerOf(trace);
  return {
    title,
    headline: headline({ sent, lost, taken, missing: taken - kept }),
    good: taken === kept,
    buffers: buffers.slice(0, MOST_BUFFERS).map(({ buffer, i }) => bufferView(buffer, i, trace)),
    reader,
    events: spec.record.events.map(({ name }, event) => eventView(name, event, trace)),
    wakesAt: wakesAt(spec),
    ...asked(trace, spec),
    moments: [],
    unknown: omitted(trace, buffers.length),
  };
}

/** When the kernel sends a wakeup, beside the level at which it does. */
function wakesAt({ record: { no_delay, wakeup } }: RunSpec): string | null {
  if (wakeup !== null) return 'events' in wakeup ? `for every ${thousands(wakeup.events)} samples` : null;
  return no_delay ? 'for every sample' : null;
}

interface Counts {
  readonly sent: number;
  readonly lost: number;
  readonly taken: number;
  readonly missing: number;
}

function headline({ sent, lost, taken, missing }: Counts): string {
  const wakeups = (count: number): string => `${thousands(count)} ${count === 1 ? 'wakeup' : 'wakeups'}`;
  const sleepsThrough = lost < sent ? `${thousands(lost)} of ${wakeups(sent)}` : sent === 1 ? 'the only wakeup' : `all ${wakeups(sent)}`;
  if (missing > 0 && lost > 0) return `The reader sleeps through ${sleepsThrough}: ${thousands(missing)} of ${thousands(taken)} samples are lost.`;
  if (missing > 0) return `The buffer fills before the reader comes: ${thousands(missing)} of ${thousands(taken)} samples are lost.`;
  if (lost > 0) return `The reader sleeps through ${sleepsThrough}, but the buffer is large enough: all ${thousands(taken)} samples arrive.`;
  if (sent === 0) return `No wakeup is due before the end: all ${thousands(taken)} samples arrive.`;
  return `Every wakeup finds the reader: all ${thousands(taken)} samples arrive.`;
}

function bufferView(buffer: BufferTrace, index: number, trace: RunTrace): BufferView {
  const moments: Moment[] = [
    ...some(trace.wakeups).filter((wakeup) => wakeup.buffer === index).map((wakeup) => wakeupMoment(wakeup, trace)),
    ...some(trace.reads).filter((read) => read.buffer === index).map(({ at, bytes: taken }): Moment => (
      { at, kind: 'read', label: 'read', text: `${instant(at)}: the reader takes ${thousands(taken)} bytes.` }
    )),
    ...some(trace.losses).filter((loss) => loss.buffer === index).map(({ from, to, records }): Moment => (
      { at: from, to, kind: 'loss', label: `${thousands(records)} records lost`, text: `${instant(from)}: the buffer is full; for ${duration(to - from)} ${thousands(records)} records find no space and are lost.` }
    )),
  ];
  return { name: `CPU ${buffer.cpu}`, size: buffer.size, fill: points(buffer.fill), mark: points(buffer.mark), moments: moments.sort((a, b) => a.at - b.at) };
}

function wakeupMoment({ at, counter, level, outcome, run_at }: WakeupTrace, trace: RunTrace): Moment {
  const event = trace.counters[counter]?.event ?? 0;
  const name = `event ${event + 1} (${trace.events[event]})`;
  const result = {
    woke: 'the reader is woken',
    awake: 'nobody sleeps, and the reader will see it',
    lost: 'nobody sleeps on that event: the reader, who sleeps on another, is not told',
  }[outcome];
  return {
    at,
    kind: outcome,
    label: { woke: 'woken', awake: 'awake', lost: `wakeup lost (event ${event + 1})` }[outcome],
    text: `${instant(at)}: a wakeup is sent through ${name}${run_at === null ? '' : ` and carried out ${duration(run_at - at)} later`}; ${result}.`,
    level,
  };
}

function eventView(name: string, event: number, { counters }: RunTrace): EventView {
  const own = counters.filter((counter) => counter.event === event);
  return { name, kept: sum(own.map(({ stored }) => stored)), samples: points(total(own.map(({ samples }) => samples))) };
}

/** The sum of step functions that begin at 0. */
function total(series: readonly Series[]): Series {
  const steps = series.flatMap(({ at, value }) => at.map((ns, i) => ({ ns, step: value[i] - (i === 0 ? 0 : value[i - 1]) })));
  steps.sort((a, b) => a.ns - b.ns);
  let sum = 0;
  return { at: steps.map(({ ns }) => ns), value: steps.map(({ step }) => (sum += step)) };
}

/** The tool: the task that reads the buffers, or has polled for them. */
function readerOf({ calls, reads, tasks }: RunTrace): RunView['reader'] {
  const polls = calls.filter(({ name }) => name === 'poll');
  const task = reads[0]?.task ?? polls[0]?.task;
  if (task === undefined) return null;
  const sleeps = polls.filter((call) => call.task === task).flatMap((call) => call.sleeps);
  return { name: tasks[task].comm, times: tasks[task].polls, sleeps: sleeps.map(({ from, to, woken }) => ({ from, to, by: woken?.by ?? 'the end of the run' })) };
}

/** Samples that the frequency asks for of each event; a period asks for as many as events occur. */
function asked({ work }: RunTrace, { record: { events, freq, period } }: RunSpec): Pick<RunView, 'asked' | 'askedText'> {
  if (events.some((event) => event.freq !== undefined || event.period !== undefined)) return { asked: null, askedText: 'what each event says for itself' };
  if (freq === null) return { asked: null, askedText: `one sample for every ${thousands(period ?? 0)} events` };
  const samples = { at: work.at, value: work.value.map((ns) => Math.round((ns * freq) / 1e9)) };
  return { asked: points(samples), askedText: `${thousands(freq)} samples for each second of work` };
}

/** What the page does not show, or only a part of. */
function omitted(trace: RunTrace, buffers: number): string[] {
  const { wakeups, reads, losses, calls } = trace.kept;
  const shown = { wakeups: some(trace.wakeups).length, reads: some(trace.reads).length, losses: some(trace.losses).length };
  return [
    ...(buffers > MOST_BUFFERS ? [`Of ${buffers} buffers the ${MOST_BUFFERS} fullest are shown.`] : []),
    ...(shown.wakeups < wakeups.seen ? [`Of ${thousands(wakeups.seen)} wakeups ${thousands(shown.wakeups)} are shown, evenly spread.`] : []),
    ...(shown.reads < reads.seen ? [`Of ${thousands(reads.seen)} reads ${thousands(shown.reads)} are shown, evenly spread.`] : []),
    ...(calls.kept < calls.seen ? [`Of ${thousands(calls.seen)} calls in which tasks may sleep ${thousands(calls.kept)} are shown, evenly spread.`] : []),
    ...(shown.losses < losses.seen ? [`Of ${thousands(losses.seen)} spells of loss ${thousands(shown.losses)} are shown, evenly spread.`] : []),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);
