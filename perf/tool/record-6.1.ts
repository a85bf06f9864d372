/**
 * `perf record` of v6.1, where it differs from v3.2: it polls every event, drops buffers whose events have all hung up,
 * lets the exec begin the counting, marks the rounds of its sweeps, and asks each event at the end what it has lost.
 *
 * Reference: tools/perf/builtin-record.c, util/evlist.c and util/evsel.c of v6.1; section 11 of kernel.md.
 * With --overwrite it reads once, at the end, what the kernel has left of its backward buffers.
 * Not modelled: SIGUSR2 with --overwrite (snapshots on demand), threads of the tool (--threads), asynchronous writing, compression, control descriptors.
 */
import {
  EINVAL, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_PAUSE_OUTPUT, POLLERR, POLLHUP, POLLIN, type PollFd, type Program, type Sys,
} from '../../kernel/index.ts';
import { InputError } from '../input-error.ts';
import { readValues } from '../read-values.ts';
import { MISSING_FEATURES } from './attr-6.1.ts';
import { overwrite_rb_find_range } from './overwrite.ts';
import { RecordTool, type Buffer } from './record.ts';

const READ_BYTES = 4096;

export class RecordTool6_1 extends RecordTool {
  /** How many of MISSING_FEATURES the kernel has turned out not to have, or have been tried in vain. */
  #given_up = 0;
  /** bkw_mmap_state: whether backward buffers are written, wait to be read, or have been. */
  #backward: 'running' | 'data pending' | 'empty' = 'running';

  override *childBegins(sys: Sys): Program {
    yield* sys.prctl_set_name('perf-exec');
  }

  protected override get isSystemWide(): boolean {
    return this.options.system_wide || this.options.cpu_list !== null;
  }

  protected override cpusOfTarget(): readonly number[] {
    return this.sys.system.machine.cpus.map(({ id }) => id);
  }

  /** Tries again without what the kernel may be too old for, and then for all events. */
  protected override *openEvent(event: number, pid: number, cpu: number): Program<number> {
    for (;;) {
      const fd = yield* this.sys.perf_event_open(this.attrs[event], pid, cpu, this.groupFd(event, pid, cpu), 0);
      if (fd !== -EINVAL || !this.#giveUpOne(event)) return fd;
    }
  }

  /** Takes the next feature off all attrs; false when there is none left that this event asks for. */
  #giveUpOne(event: number): boolean {
    while (this.#given_up < MISSING_FEATURES.length) {
      const without = MISSING_FEATURES[this.#given_up++];
      const isAsked = without(this.attrs[event]) !== null;
      this.attrs.forEach((attr, i) => (this.attrs[i] = without(attr) ?? attr));
      if (this.#isOverwriting && !this.attrs[event].write_backward) {
        throw new InputError('Reading from overwrite event is not supported by this kernel: leave out --overwrite, or give a kernel since v4.7, such as v6.18.');
      }
      if (isAsked) return true;
    }
    return false;
  }

  /** enable_on_exec begins the counting of a workload; anything else is enabled here. */
  protected override *enable(): Program {
    const { delay_ms = 0 } = this.options;
    if (delay_ms === 0) yield* this.ioctlDisabled(PERF_EVENT_IOC_ENABLE);
  }

  /** -D: the workload runs for a while before anybody looks. */
  protected override *begun(): Program {
    const { delay_ms = 0 } = this.options;
    if (delay_ms === 0) return;
    this.output.message?.('Events disabled');
    if (delay_ms < 0) return;
    yield* this.sys.poll([], delay_ms);
    yield* this.ioctlDisabled(PERF_EVENT_IOC_ENABLE);
    this.output.message?.('Events enabled');
  }

  /** Events that neither the exec nor their leader enables. */
  protected *ioctlDisabled(command: number): Program {
    for (const { fd, event } of this.opened) {
      const { disabled, enable_on_exec } = this.attrs[event];
      if (disabled && !enable_on_exec) yield* this.sys.ioctl(fd, command, 0);
    }
  }

  protected override *loop(): Program {
    let pollfds: PollFd[] = this.opened.map(({ fd }) => ({ fd, events: this.#isOverwriting ? 0 : POLLIN }));
    let isDraining = false;
    let isDisabled = false;
    for (;;) {
      if (this.done || isDraining) yield* this.#pause();
      const news = yield* this.readAll();
      if (!news) {
        if (this.done || isDraining) return;
        const { revents } = yield* this.sys.poll(pollfds, -1);
        this.wakeups++;
        pollfds = pollfds.filter((_, i) => (revents[i] & (POLLERR | POLLHUP)) === 0);
        isDraining = pollfds.length === 0;
      }
      // When the tool has started the workload its events die with it.
      const isForked = !this.isSystemWide && this.options.target === undefined;
      if (this.done && !isDisabled && !isForked) {
        yield* this.ioctlAll(PERF_EVENT_IOC_DISABLE);
        isDisabled = true;
      }
    }
  }

  get #isOverwriting(): boolean {
    return this.options.overwrite ?? false;
  }

  /** The kernel overwrites what it has written only in buffers that their reader cannot write. */
  protected override get isWritable(): boolean {
    return !this.#isOverwriting;
  }

  /** Nobody shall write into backward buffers while they are read. */
  *#pause(): Program {
    if (!this.#isOverwriting || this.#backward !== 'running') return;
    for (const { fd } of this.buffers) yield* this.sys.ioctl(fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 1);
    this.#backward = 'data pending';
  }

  protected override *readAll(): Program<boolean> {
    const news = yield* super.readAll();
    if (this.#backward === 'data pending') this.#backward = 'empty';
    return news;
  }

  /** A backward buffer is read from its head, the youngest record, to its beginning or as far as it is whole. */
  protected override *readBuffer(buffer: Buffer): Program<number> {
    if (!this.#isOverwriting) return yield* super.readBuffer(buffer);
    if (this.#backward !== 'data pending') return 0;
    const head = this.sys.data_head(buffer.vma);
    if (head === buffer.prev) return 0;
    const data = this.sys.data(buffer.vma);
    const end = buffer.prev - head > data.length ? overwrite_rb_find_range(data, head) : buffer.prev;
    yield* this.writeOut(buffer, head, end);
    buffer.prev = head;
    return end - head;
  }

  protected override *finish(): Program {
    for (const { fd, event, id } of this.opened) {
      const values = yield* this.sys.read(fd, READ_BYTES);
      if (typeof values === 'number') continue;
      const { events } = readValues(values, Number(this.attrs[event].read_format));
      const own = events.find((other) => other.id === id) ?? events[0];
      if (own?.lost !== undefined && own.lost > 0) this.output.lostSamples?.(id, own.lost);
    }
  }
}
