/** The experiments with several events in one buffer and a reader of it, which may behave as on a kernel before the fix. */
import { POLLIN, PERF_RECORD_LOST, PERF_RECORD_SAMPLE, USER_LOOP, type DriverRecord } from '../../kernel/index.ts';
import { text, type Fields, type Operation, type Step } from './cases.ts';
import type { World } from './world.ts';

const MS = 1e6;

/** Reads the buffer of event a whenever it may, and keeps count. */
class Recorder {
  #drains = 0;
  #ignored = 0;
  #lost = 0;
  #lostSum = 0;
  #samples = 0;
  readonly #byEvent = new Map<string, number>();
  readonly #world: World;
  /** Whether it is told of a crossing only if a record of a's own has crossed, as before the fix. */
  readonly #emulatesBug: boolean;
  readonly #polls: readonly string[];
  /** Whose record is of which size: events that one fault overflows share their ids on this kernel. Null: told by id. */
  readonly #bySize: ReadonlyMap<number, string> | null;

  constructor(world: World, how: string, sizes: string | undefined) {
    this.#world = world;
    this.#bySize = sizes === undefined ? null : ownersBySize(sizes);
    this.#emulatesBug = how.includes('emulate_bug');
    this.#polls = how.includes('poll_a_b_c') ? ['a', 'b', 'c'] : how.includes('never') ? [] : ['a'];
  }

  get fds(): { fd: number; events: number }[] {
    return this.#polls.map((ev) => ({ fd: this.#world.fd(ev), events: POLLIN }));
  }

  afterTrigger(): void {
    if (this.#world.self.poll(this.fds, 0).result > 0) this.ready();
  }

  /** The kernel has said that there is data. */
  ready(): void {
    if (this.#emulatesBug && this.#crosser() !== 'a') this.#ignored++;
    else this.drain();
  }

  /** Whose record has crossed the last mark that has been crossed. */
  #crosser(): string {
    const map = this.#world.map('a');
    const { size, watermark } = { size: map.size, watermark: map.vma.rb.watermark };
    const mark = Math.floor((map.data_head - 1) / watermark) * watermark;
    const unread = map.from(map.data_tail, this.#world.attrs.get('a'));
    let end = map.data_tail;
    for (const record of unread) {
      end += record.size;
      if (end > mark) return this.#owner(record);
    }
    return size > 0 ? 'a' : '';
  }

  #owner({ size, body }: DriverRecord): string {
    return this.#bySize === null ? this.#world.nameOf(Number(body.getBigInt64(8, true))) : (this.#bySize.get(size) ?? '');
  }

  drain(): void {
    const map = this.#world.map('a');
    this.#drains++;
    for (const record of map.read(this.#world.attrs.get('a'))) {
      if (record.type === PERF_RECORD_LOST) {
        this.#lost++;
        this.#lostSum += record.lost!;
      }
      if (record.type !== PERF_RECORD_SAMPLE) continue;
      this.#samples++;
      const ev = this.#owner(record);
      this.#byEvent.set(ev, (this.#byEvent.get(ev) ?? 0) + 1);
    }
  }

  /** What has been stored, read or not. */
  result(): Fields & { readonly by_event: readonly number[]; readonly samples_stored: number; readonly lost_records: number } {
    const drains = this.#drains;
    this.drain();
    const by_event = ['a', 'b', 'c'].map((ev) => this.#byEvent.get(ev) ?? 0);
    return {
      drains, ignored_crossings: this.#ignored, samples_stored: this.#samples, by_event,
      lost_records: this.#lost, lost_sum_reported: this.#lostSum,
    };
  }
}

/** `c,b,a of 48,40,32 bytes`; nobody's, if the sizes do not differ. */
function ownersBySize(records: string): ReadonlyMap<number, string> {
  const [owners, sizes] = records.replace(' bytes', '').split(' of ').map((list) => list.split(','));
  const owner = new Map(owners.map((ev, i) => [Number(sizes[i]), ev]));
  return owner.size === owners.length ? owner : new Map();
}

export function recorderOf(world: World, { recorder, records_per_trigger: records }: Step): Recorder | undefined {
  return recorder === undefined ? undefined : new Recorder(world, text(recorder), records === undefined ? undefined : text(records));
}

/** A task that is busy and then exits, and a recorder that sleeps in poll meanwhile. */
function record(world: World, step: Step): Fields {
  const [, name, seconds] = /^(\w+) busy (\d+) s/.exec(text(step['workload']))!;
  const recorder = recorderOf(world, step)!;
  const workload = world.task(name);
  workload.start(function* work(sys) {
    yield* sys.run(USER_LOOP, Number(seconds) * 1000 * MS);
    yield* sys.exit();
  });
  while (workload.isAlive) {
    const { result, revents } = world.self.poll(recorder.fds, recorder.fds.length === 0 ? 1000 : -1);
    if (result > 0 && revents.some((mask) => mask & POLLIN)) recorder.ready();
  }
  const { by_event, samples_stored, lost_records } = recorder.result();
  const wanted = 1000 * Number(seconds);
  const capacity = Math.floor((world.map('a').size - 1) / (step['record_size'] as number));
  return {
    [`each_event_within_7_percent_of_${wanted}`]: by_event.every((n) => Math.abs(n - wanted) <= 0.07 * wanted),
    lost_records_seen: lost_records > 0, total_at_most_capacity_plus_1_percent: samples_stored <= capacity * 1.01,
  };
}

export const EXPERIMENTS: Record<string, Operation<World>> = { record };
