/** A counterexample as a page's data, and as a timeline: the steps of the table, with the state after each. */
import type { Snapshot } from '../../kernel/explore/snapshot.ts';
import { InputError } from '../../perf/input-error.ts';
import type { Timeline, TraceEvent } from '../../perf/trace/trace-events.ts';
import type { StepsPage } from '../view/steps-data.ts';
import { exploreCell, partsOf, usersOwn, type CellJob } from './cell.ts';
import { replayCommand, summary } from './print.ts';

/** The schedule of the job's counterexample; a sentence if there is none. */
export async function scheduleOf(job: CellJob): Promise<string> {
  const { verdict } = await exploreCell({ ...job, steps: false }, () => {});
  if (verdict.schedule === null) {
    throw new InputError(`there is no counterexample to show: ${job.scenario} on ${job.kernel}: ${summary(verdict, job.bounds)}.`);
  }
  return verdict.schedule;
}

export async function stepsPage(job: CellJob, word: string): Promise<StepsPage> {
  const [{ explain }, { decodeSchedule }, { worldOf }, { snapshot }, { placedRows }] = await Promise.all([
    import('../../sim/explore/explain.ts'), import('../../sim/explore/schedule.ts'), import('../../kernel/explore/scenario.ts'),
    import('../../kernel/explore/snapshot.ts'), import('../counterexample.ts'),
  ]);
  const { scenario, kernel } = await partsOf(job);
  return usersOwn(job, async () => {
    const schedule = decodeSchedule(word);
    const world = worldOf(scenario, kernel);
    const states: Snapshot[] = [];
    const explanation = schedule === null ? null : explain(world, schedule, () => states.push(snapshot(world)));
    if (explanation === null) throw new InputError(`the schedule '${word}' does not fit ${scenario.name} on ${kernel.variant.name}.`);
    const rows = placedRows(explanation);
    const { violation } = explanation;
    return {
      kind: 'steps',
      title: `${scenario.name} on ${kernel.variant.name}`,
      question: scenario.question,
      kernel: kernel.variant.name,
      violation: violation === null ? null : { kind: violation.kind, message: violation.message },
      replay: replayCommand(job, word),
      before: states[rows[0]?.step ?? 0],
      // From another folder the way to our own sources says nothing.
      steps: rows.map(({ row, excerpt }, i) => ({ ...row, source: row.source.replace(/^(?:\.\.\/)+.*?(?=kernel\/)/, ''), excerpt, after: states[rows[i + 1]?.step ?? states.length - 1] })),
    };
  });
}

/** A step takes a millisecond here; only the order means anything. */
const STEP_US = 1000;

export function stepsTimeline({ steps, before, title, replay, violation }: StepsPage): Timeline {
  const names = before.threads.map(({ name }) => name);
  const shown = names.filter((name) => steps.some(({ thread }) => thread === name));
  const events: TraceEvent[] = [
    { name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: title } },
    ...shown.map((name): TraceEvent => ({ name: 'thread_name', ph: 'M', pid: 1, tid: names.indexOf(name) + 1, args: { name } })),
  ];
  steps.forEach(({ thread, function: name, statement, source, after }, i) => {
    const ts = i * STEP_US;
    events.push({ name, ph: 'X', pid: 1, tid: names.indexOf(thread) + 1, ts, dur: STEP_US, args: { step: `t${i}`, statement, source } });
    after.buffers.forEach(({ unread }, buffer) => events.push({ name: `unread in buffer ${buffer + 1}`, ph: 'C', pid: 1, tid: 0, ts: ts + STEP_US, args: { bytes: unread } }));
  });
  const last = steps.at(-1);
  if (violation !== null && last !== undefined) {
    events.push({ name: `${violation.kind}: ${violation.message}`, ph: 'i', s: 't', pid: 1, tid: names.indexOf(last.thread) + 1, ts: steps.length * STEP_US });
  }
  return { traceEvents: events, displayTimeUnit: 'ns', otherData: { recorded: replay, clock: 'steps: one every millisecond, of which only the order means anything' } };
}
