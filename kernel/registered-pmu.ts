/**
 * PMU drivers as the core of the kernel sees them.
 *
 * A driver is to a logged call what the hardware behind it is: each of its operations is one effect, done once, however
 * often the call is executed again. Hence a driver never waits, and what nobody else looks at lies in plain memory.
 * Reference: perf_pmu_register of kernel/events/core.c.
 * Not modelled: types of PMUs that are handed out when they register.
 */
import { effect, effect_of, hook } from '../sim/memory.ts';
import type { PerfEvent, PerfEventContext, PmuOperations } from './structs/index.ts';

export function perf_pmu_register(driver: PmuOperations): PmuOperations {
  return new RegisteredPmu(driver);
}

class RegisteredPmu implements PmuOperations {
  readonly name: string;
  readonly task_ctx_nr: 0 | 1;
  readonly software: boolean;
  readonly #driver: PmuOperations;

  constructor(driver: PmuOperations) {
    this.name = driver.name;
    this.task_ctx_nr = driver.task_ctx_nr;
    this.software = driver.software;
    this.#driver = driver;
  }

  event_attr(attr: PerfEvent['attr']): PerfEvent['attr'] {
    return this.#driver.event_attr?.(attr) ?? attr;
  }

  event_init(event: PerfEvent): number {
    return hook === null ? this.#driver.event_init(event) : effect_of(this.#driver, 'event_init', event);
  }

  event_destroy(event: PerfEvent): void {
    if (hook === null) this.#driver.event_destroy?.(event);
    else effect_of<RegisteredPmu, 'event_destroy'>(this, 'event_destroy', event);
  }

  check_period(event: PerfEvent, value: bigint): number {
    return this.#driver.check_period?.(event, value) ?? 0;
  }

  pmu_enable(): void {
    if (hook === null) this.#driver.pmu_enable();
    else effect_of(this.#driver, 'pmu_enable');
  }

  pmu_disable(): void {
    if (hook === null) this.#driver.pmu_disable();
    else effect_of(this.#driver, 'pmu_disable');
  }

  add(event: PerfEvent, flags: number): number {
    return hook === null ? this.#driver.add(event, flags) : effect_of(this.#driver, 'add', event, flags);
  }

  del(event: PerfEvent): void {
    if (hook === null) this.#driver.del(event);
    else effect_of(this.#driver, 'del', event);
  }

  start(event: PerfEvent, flags: number): void {
    if (hook === null) this.#driver.start(event, flags);
    else effect_of(this.#driver, 'start', event, flags);
  }

  stop(event: PerfEvent, flags: number): void {
    if (hook === null) this.#driver.stop(event, flags);
    else effect_of(this.#driver, 'stop', event, flags);
  }

  read(event: PerfEvent): void {
    if (hook === null) this.#driver.read(event);
    else effect_of(this.#driver, 'read', event);
  }

  sched_task(ctx: PerfEventContext | null): void {
    if (hook === null) this.#driver.sched_task?.(ctx);
    else effect(() => this.#driver.sched_task?.(ctx));
  }

  start_txn(): void {
    if (hook === null) this.#driver.start_txn();
    else effect_of(this.#driver, 'start_txn');
  }

  commit_txn(): number {
    return hook === null ? this.#driver.commit_txn() : effect_of(this.#driver, 'commit_txn');
  }

  cancel_txn(): void {
    if (hook === null) this.#driver.cancel_txn();
    else effect_of(this.#driver, 'cancel_txn');
  }
}
