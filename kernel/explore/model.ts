/**
 * The rules of kernel contexts for the explorer: what is atomic, who is an RCU reader, which memory is freed, and the
 * verdicts that KASAN, lockdep and their like would give.
 *
 * Reference: Documentation/{RCU,lockdep-design.txt,kasan}, as far as these contexts go.
 * Not modelled: memory that is read before it is written (KMSAN); lists that are corrupted without being followed.
 */
import { parts, type Cell, type Operation } from '../../sim/memory.ts';
import { PlainModel, Violation, type ContextSpec, type Ground, type Status } from '../../sim/explore/model.ts';
import { KernelOops } from '../base.ts';
import { ListHead } from '../list.ts';
import { Mutex, SpinLock } from '../primitives.ts';
import { HwPerfEvent, IrqWork, PerfEvent, PerfEventMmapPage, RingBuffer, WaitQueueHead } from '../structs/index.ts';
import type { ExploreHardware } from './hardware.ts';
import { HeldLocks, LockDependencies, type LockClass, type LockOrder } from './lockdep.ts';

const NMI = 2;

/** Structures that lie within others, and are freed with them. */
const EMBEDDED = [SpinLock, Mutex, ListHead, WaitQueueHead, IrqWork, HwPerfEvent, PerfEventMmapPage];

export class KernelModel extends PlainModel {
  readonly #hardware: ExploreHardware;
  readonly #judge: (ground: Ground) => void;
  /** Events and buffers, in the order in which they were made. */
  readonly objects: (PerfEvent | RingBuffer)[] = [];
  /** The object that is freed, by each structure in it. */
  readonly #allocations = new Map<object, PerfEvent | RingBuffer>();
  readonly #cells = new Map<Cell, Cell[]>();
  readonly #classes = new Map<object, LockClass>();
  /** What the context had taken within what when it was given this status. */
  readonly #orders = new Map<Status, LockOrder>();
  readonly #dependencies = new LockDependencies();
  // Of the context that is executed:
  #level = 0;
  #spinlocks = 0;
  #readers = 0;
  #sections = 0;
  #operations = 0;
  #locks = new HeldLocks();

  constructor(hardware: ExploreHardware, contexts: readonly ContextSpec[], prelude: readonly number[], judge: (ground: Ground) => void) {
    super(contexts, prelude);
    this.#hardware = hardware;
    this.#judge = judge;
  }

  override attach(ground: Ground): void {
    super.attach(ground);
    this.#hardware.ground = ground;
    this.#hardware.onRcu = (entered) => {
      this.#readers += entered ? 1 : -1;
      if (!entered || this.#readers > 1) return;
      this.#sections++;
      this.#operations = 0;
    };
  }

  /** From now on it matters whether `object` has been freed. */
  allocated(object: PerfEvent | RingBuffer): void {
    this.objects.push(object);
    const cells: Cell[] = [];
    const visit = (part: object, path: string): void => {
      this.#allocations.set(part, object);
      if ('cells' in part) cells.push(...(part.cells as Cell[]));
      if (part instanceof Mutex || part instanceof SpinLock) this.lock(part, path, object instanceof PerfEvent ? object.id : 0);
      for (const [name, field] of parts(part)) {
        if (EMBEDDED.some((type) => field instanceof type)) visit(field as object, path === '' ? name : `${path}.${name}`);
      }
    };
    visit(object, '');
    this.#cells.set(object.freed, cells);
  }

  /** `lock` is of the class `name`; of two of that class the one with the lower rank is to be taken first. */
  lock(lock: Mutex | SpinLock, name: string, rank = 0): void {
    this.#classes.set(lock, { name, rank });
  }

  override enter(context: number): void {
    this.#level = this.contexts[context].level;
    this.#spinlocks = 0;
    this.#readers = 0;
    this.#sections = 0;
    this.#operations = 0;
    this.#locks = new HeldLocks();
  }

  override observe({ name }: Operation, { owner }: Cell): void {
    if (name === 'spin_lock') this.#spinlocks++;
    else if (name === 'spin_unlock') this.#spinlocks--;
    this.#operations++;
    const lock = owner === null ? undefined : this.#classes.get(owner);
    if (lock === undefined) return;
    if (name === 'spin_lock' || name === 'mutex_lock') this.#locks.take(lock);
    else this.#locks.release(lock);
  }

  /** A section of readers begins with the first operation in it: where rcu_read_lock stands before it makes no difference. */
  override status(next: Operation | null): Status {
    const sleeps = next !== null && (next.name === 'mutex_lock' || next.name === 'sleep');
    if (sleeps && (this.#level > 0 || this.#spinlocks > 0 || this.#readers > 0)) {
      throw new Violation('sleeping in atomic context', `${next.name} with ${this.#atomicity()}`);
    }
    if (next?.name === 'spin_lock' && this.#level === NMI) throw new Violation('lock in NMI', 'spin_lock in NMI context');
    const status = { masks: this.#spinlocks > 0 ? 1 : 0, section: this.#readers > 0 && this.#operations > 0 ? this.#sections : 0 };
    if (this.#locks.order !== '') this.#orders.set(status, this.#locks.order);
    return status;
  }

  #atomicity(): string {
    if (this.#level > 0) return 'an interrupt being served';
    return this.#spinlocks > 0 ? 'a spinlock held' : 'rcu_read_lock held';
  }

  override freedFlag(cell: Cell): Cell<boolean> | null {
    return cell.owner === null ? null : (this.#allocations.get(cell.owner)?.freed ?? null);
  }

  override poisonedBy(flag: Cell): readonly Cell[] {
    return this.#cells.get(flag) ?? [];
  }

  override left(context: number): void {
    this.#hardware.rcu_left(context);
  }

  override violation(thrown: unknown): Violation {
    if (thrown instanceof KernelOops) return new Violation('NULL dereference', thrown.message);
    // A walker that has strayed to another list takes its head for an entry: in C, memory before the head.
    if (thrown instanceof TypeError && /of null \(reading 'waitq'\)/.test(thrown.message)) {
      return new Violation('wild pointer', 'a walker meets the head of another list and takes it for an event');
    }
    if (thrown instanceof TypeError && /of null|null \(/.test(thrown.message)) return new Violation('NULL dereference', thrown.message);
    return super.violation(thrown);
  }

  override judge(): void {
    const stuck = this.contexts.filter((_, i) => !this.ground.isIdle(i) && this.ground.pending(i)?.operation.name !== 'sleep');
    if (stuck.length > 0) throw new Violation('deadlock', `${stuck.map(({ name }) => name).join(' and ')} can never go on`);
    this.#dependencies.judge(this.contexts.map((_, i) => this.#orders.get(this.ground.status(i)) ?? ''));
    this.#judge(this.ground);
  }
}
