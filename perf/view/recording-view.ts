/**
 * A recording as a page shows it: what its records say, and what they cannot say.
 * Reference: perf/data/index.ts.
 * Not modelled: recordings whose samples hold no time are counted, not drawn.
 */
import { PERF_RECORD_SAMPLE } from '../../kernel/abi/index.ts';
import { deliverInOrder, type Block, type PerfData, type PerfRecord, type RecordedEvent } from '../data/index.ts';
import { StepSeries } from '../trace/step-series.ts';
import { Thinned } from '../trace/thinned.ts';
import { duration, instant, points, thousands, type EventView, type Moment, type RunView } from './page-data.ts';

const U32 = 2 ** 32;
const SPANS = 600;
const MOMENTS = 300;

/** A silence is shown that lasts so much of the whole. */
const SILENCE = 0.05;

const UNKNOWN = [
  'How full the buffer was, and when: a recording holds only what the reader took out.',
  'When the kernel sent wakeups, and whether they found the reader.',
  'When the reader slept.',
  'How many samples were lost without a LOST record: the kernel reports a loss only with the next record that finds space.',
];

interface Counted {
  readonly event: RecordedEvent;
  readonly series: StepSeries;
  count: number;
}

class Survey {
  readonly #data: PerfData;
  readonly #events = new Map<RecordedEvent, Counted>();
  readonly #moments = new Thinned<Moment>(MOMENTS);
  #first = Number.NaN;
  #last = 0;
  #silence = { from: 0, to: 0 };
  #lost = 0n;
  #rounds = 0;

  constructor(data: PerfData) {
    this.#data = data;
  }

  walk(): void {
    deliverInOrder(this.#data, { deliver: (block, at) => this.#record(block, at) });
  }

  #record(block: Block, at: number): void {
    if (block.type(at) === PERF_RECORD_SAMPLE) this.#sample(block, at);
    else this.#other(this.#data.decode(block, at));
  }

  #sample(block: Block, at: number): void {
    const event = this.#data.events.eventOf(block.view, at, PERF_RECORD_SAMPLE, block.size(at));
    if (event === undefined) return;
    let counted = this.#events.get(event);
    if (counted === undefined) {
      counted = { event, series: new StepSeries(SPANS), count: 0 };
      this.#events.set(event, counted);
    }
    counted.count++;
    const { time } = event.layout.head;
    if (time < 0) return;
    const ns = this.#passes(block.view.getUint32(at + time + 4, true) * U32 + block.view.getUint32(at + time, true));
    counted.series.push(ns, counted.count);
  }

  /** A record of this time: nanoseconds since the first. */
  #passes(time: number): number {
    if (Number.isNaN(this.#first)) this.#first = time;
    const ns = Math.max(0, time - this.#first);
    if (ns - this.#last > this.#silence.to - this.#silence.from) this.#silence = { from: this.#last, to: ns };
    this.#last = Math.max(this.#last, ns);
    return ns;
  }

  #other(record: PerfRecord): void {
    if (record.name === 'FINISHED_ROUND') this.#rounds++;
    if (!('sample_id' in record) || record.sample_id?.time === undefined || record.sample_id.time === 0n) return;
    const at = this.#passes(Number(record.sample_id.time));
    if (record.name === 'LOST') {
      this.#lost += record.lost;
      this.#moments.offer({ at, kind: 'loss', label: `${record.lost} lost`, text: `${instant(at)}: a LOST record says that ${record.lost} records before it found no space.` });
    } else if (record.name === 'LOST_SAMPLES') {
      this.#lost += record.lost;
      this.#moments.offer({ at, kind: 'loss', label: `${record.lost} lost`, text: `${instant(at)}: a LOST_SAMPLES record says that the processor lost ${record.lost} samples before it.` });
    } else if (record.name === 'THROTTLE' || record.name === 'UNTHROTTLE') {
      const text = record.name === 'THROTTLE' ? 'too many interrupts: the kernel stops the event until the next tick' : 'the event goes on';
      this.#moments.offer({ at, kind: 'throttle', label: record.name.toLowerCase(), text: `${instant(at)}: ${text}.` });
    }
  }

  view(title: string): RunView {
    const views = this.#data.events.all.map((event): EventView => {
      const counted = this.#events.get(event);
      return { name: event.name, kept: counted?.count ?? 0, samples: counted === undefined ? { t: [], v: [] } : points(counted.series.series()) };
    });
    const total = views.reduce((sum, { kept }) => sum + kept, 0);
    return {
      title,
      headline: this.#headline(total, views.length),
      good: this.#lost === 0n,
      buffers: [],
      reader: null,
      events: views,
      wakesAt: null,
      asked: null,
      askedText: this.#rate(),
      moments: [...this.#moments.entries, ...this.#silences()].sort((a, b) => a.at - b.at),
      unknown: [...(total > 0 && this.end === 0 ? ['When: the samples hold no time.'] : []), ...UNKNOWN],
    };
  }

  get end(): number {
    return this.#last;
  }

  #headline(total: number, events: number): string {
    const lost = this.#lost === 0n ? 'no loss is reported' : `at least ${thousands(Number(this.#lost))} records are lost, as LOST records report`;
    const rounds = this.#rounds === 0 ? '' : ` in ${thousands(this.#rounds)} ${this.#rounds === 1 ? 'round' : 'rounds'} of the reader`;
    return `${thousands(total)} samples of ${events} ${events === 1 ? 'event' : 'events'} in ${duration(this.end)}${rounds}; ${lost}.`;
  }

  #rate(): string {
    const { attr } = this.#data.events.all[0] ?? {};
    if (attr === undefined) return '';
    return attr.freq ? `${thousands(Number(attr.sample_period))} samples for each second of work` : `one sample for every ${thousands(Number(attr.sample_period))} events`;
  }

  #silences(): Moment[] {
    const { from, to } = this.#silence;
    if (to - from < SILENCE * this.end) return [];
    return [{ at: from, to, kind: 'silence', label: 'silence', text: `${instant(from)}: for ${duration(to - from)} nothing was recorded.` }];
  }
}

/** The view, and where its time ends. */
export function recordingView(title: string, data: PerfData): { view: RunView; end: number } {
  const survey = new Survey(data);
  survey.walk();
  return { view: survey.view(title), end: survey.end };
}
