/**
 * A PMU without counters: events on it count or do not, and programs let those that count overflow.
 *
 * Reference: struct pmu; what a driver promises of disable, stop and del.
 * Not modelled: counting; how many events fit, beyond none or all.
 */
import { Cell } from '../../sim/memory.ts';
import { ENOSPC } from '../abi/index.ts';
import { READ_ONCE, WRITE_ONCE, atomic_add_return, operate_when } from '../primitives.ts';
import { PERF_EF_START, type PerfEvent, type PmuOperations } from '../structs/index.ts';

export class ExplorePmu implements PmuOperations {
  readonly name = 'explored';
  readonly task_ctx_nr = 0;
  readonly software = false;
  /** No event finds a counter. */
  full = false;
  readonly #disable_count = new Cell(0, null, 'pmu_disable_count');
  readonly #counting = new Map<PerfEvent, Cell<boolean>>();

  /** The first step of an NMI: it comes when the PMU is not disabled. */
  interrupt(): void {
    operate_when(this.#disable_count, (count) => count === 0);
  }

  counts(event: PerfEvent): boolean {
    return READ_ONCE(this.#cell(event));
  }

  event_init(): number {
    return 0;
  }
  pmu_enable(): void {
    atomic_add_return(this.#disable_count, -1);
  }
  pmu_disable(): void {
    atomic_add_return(this.#disable_count, 1);
  }
  add(event: PerfEvent, flags: number): number {
    if (this.full) return -ENOSPC;
    if (flags & PERF_EF_START) this.start(event);
    return 0;
  }
  del(event: PerfEvent): void {
    this.stop(event);
  }
  start(event: PerfEvent): void {
    WRITE_ONCE(this.#cell(event), true);
  }
  stop(event: PerfEvent): void {
    WRITE_ONCE(this.#cell(event), false);
  }
  read(): void {}
  start_txn(): void {}
  commit_txn(): number {
    return 0;
  }
  cancel_txn(): void {}

  #cell(event: PerfEvent): Cell<boolean> {
    let cell = this.#counting.get(event);
    if (cell === undefined) this.#counting.set(event, (cell = new Cell(false, null, `counting ${event.id}`)));
    return cell;
  }
}
