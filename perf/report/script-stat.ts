/**
 * `script` of what `perf stat record` wrote: at the end of each round a line for each counter, with its values so far.
 * Reference: process_stat_round_event() and __process_stat() of tools/perf/builtin-script.c, v6.1.
 * Not modelled: events that have CPUs of their own (EVENT_UPDATE).
 */
import type { PerfRecord, RecordOf, RecordedEvent } from '../data/index.ts';
import { cpusOf } from './dump-record.ts';

type Stat = RecordOf<'STAT'>;

const VALUE_LEN = 15;
const row = (cpu: string, thread: string, values: readonly (bigint | string)[], event: string): string =>
  `${cpu.padStart(3)} ${thread.padStart(8)} ${values.map((value) => String(value).padStart(VALUE_LEN)).join(' ')} ${event}\n`;

const HEAD = row('CPU', 'THREAD', ['VAL', 'ENA', 'RUN', 'TIME'], 'EVENT');

export class ScriptStat {
  readonly #events: readonly RecordedEvent[];
  readonly #eventOf: (id: bigint) => RecordedEvent | undefined;
  #cpus: readonly number[] = [];
  #threads: readonly number[] = [];
  /** The last value of each counter: by event, thread's place and CPU. */
  readonly #values = new Map<string, Stat>();
  #hasHead = false;

  constructor(events: readonly RecordedEvent[], eventOf: (id: bigint) => RecordedEvent | undefined) {
    this.#events = events;
    this.#eventOf = eventOf;
  }

  /** What the record makes perf print. */
  take(record: PerfRecord): string {
    switch (record.name) {
      case 'CPU_MAP':
        this.#cpus = cpusOf(record.cpus);
        break;
      case 'THREAD_MAP':
        this.#threads = record.threads.map(({ pid }) => Number(BigInt.asIntN(32, pid)));
        break;
      case 'STAT': {
        const event = this.#eventOf(record.id);
        if (event !== undefined) this.#values.set(key(event, record.thread, record.cpu | 0), record);
        break;
      }
      case 'STAT_ROUND':
        return this.#round(record.time);
    }
    return '';
  }

  #round(time: bigint): string {
    const lines = this.#events.flatMap((event) => this.#threads.flatMap((thread, place) => this.#cpus.map((cpu) => {
      const { val, ena, run } = this.#values.get(key(event, place, cpu)) ?? { val: 0n, ena: 0n, run: 0n };
      return row(String(cpu), String(thread), [val, ena, run, time], event.name);
    })));
    const head = this.#hasHead ? '' : HEAD;
    this.#hasHead = true;
    return head + lines.join('');
  }
}

const key = ({ index }: RecordedEvent, thread: number, cpu: number): string => `${index} ${thread} ${cpu}`;
