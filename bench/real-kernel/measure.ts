/** What a real kernel answers to the steps of cases, told as the cases tell it. */
import { Linux, V6_18, parse_record, type DriverRecord, type PerfEventAttr } from '../../kernel/index.ts';
import { attr_of } from '../../test/conformance/attr.ts';
import { text, type Fields, type Step } from '../../test/conformance/cases.ts';
import { maskNames, returned, runLengths, tellFields, tellRead, tellRecord, tellRevents, tellSignals, type Names } from '../../test/conformance/tell.ts';
import { linesOf } from './lines.ts';
import { runProbe, type Raw, type Run } from './probe.ts';
import type { RealKernel } from './real-kernel.ts';

const LINUX = new Linux({ kernel: V6_18, pmu: null });

type Told = Fields & { readonly i: number };

/** The answers of one program, step by step, as far as it got. */
class Measurement {
  readonly #ids = new Map<number, string>();
  readonly #fds = new Map<number, string>();
  readonly #tasks = new Map<number, string>();
  readonly #attrs = new Map<string, PerfEventAttr>();
  readonly #names: Names = {
    event: (id) => this.#ids.get(id) ?? `unknown id ${id}`,
    task: (id) => this.#tasks.get(id) ?? `${id}`,
  };

  constructor(pid: number) {
    this.#tasks.set(pid, 'self');
  }

  tell(step: Step, raws: readonly Raw[]): Fields | null {
    const raw = raws.at(-1)!;
    const result = returned(raw.errno === undefined ? raw.ret! : -raw.errno);
    switch (step.op) {
      case 'perf_event_open': return { ...this.#opened(step, raw), size_after: raw['size'] as number };
      case 'dup': return raw.errno === undefined ? this.#named(step, raw, this.#attrs.get(text(step['ev']))!) : result;
      case 'mmap': return raw.errno === undefined ? { ret: 'ok' } : result;
      case 'read': return raw.errno === undefined ? tellRead((raw['values'] as string[]).map(Number), this.#format(step), this.#names) : result;
      case 'fault_and_read_growth': return { [`${text(step['ev'])}_grew`]: this.#value(step, raws[0]) !== this.#value(step, raw) };
      case 'poll': return { ...result, revents: tellRevents(step['evs'] as string[], raw['revents'] as number[]) };
      case 'epoll_wait': return { ...result, events: this.#ready(raw['events'] as [number, number][]) };
      case 'collect_signals': return this.#signals(raw['signals'] as number[][]);
      case 'drain': case 'peek_records': return { records: this.#records(step, raw) };
      case 'read_head_tail': return { data_head: Number(raw['head']), data_tail: Number(raw['tail']) };
      case 'spawn_task': case 'spawn_thread': case 'fork_task':
        this.#tasks.set(raw['pid'] as number, text(step['as']));
        return null;
      case 'close': case 'ioctl': case 'munmap': case 'munmap_part': case 'mprotect': case 'mprotect_part': case 'mremap': case 'epoll_ctl_add': case 'epoll_ctl_mod': case 'epoll_ctl_del': return result;
      default: return null;
    }
  }

  /** The count alone, or the first of a group's. */
  #value(step: Step, raw: Raw): number {
    const told = tellRead((raw['values'] as string[]).map(Number), this.#format(step), this.#names);
    return (told['value'] ?? (told['members'] as Fields[])[0]['value']) as number;
  }

  #format({ ev }: Step): number {
    return Number(this.#attrs.get(text(ev))!.read_format);
  }

  #opened(step: Step, raw: Raw): Fields {
    if (raw.errno !== undefined) return returned(-raw.errno);
    this.#ids.set(raw['id'] as number, text(step['as']));
    return this.#named(step, raw, attr_of(step['attr'] as Fields, LINUX));
  }

  #named({ as }: Step, { ret }: Raw, attr: PerfEventAttr): Fields {
    this.#attrs.set(text(as), attr);
    this.#fds.set(ret!, text(as));
    return { ret: 'fd' };
  }

  #ready(events: readonly [number, number][]): Fields {
    return Object.fromEntries(events.map(([fd, mask]) => [this.#fds.get(fd) ?? '?', maskNames(mask)]));
  }

  #signals(signals: readonly number[][]): Fields {
    const infos = signals.map(([si_signo, si_code, si_fd, si_band]) => ({ si_signo, si_code, si_fd, si_band }));
    return tellSignals(infos, (fd) => this.#fds.get(fd) ?? '?');
  }

  #records(step: Step, raw: Raw): Fields[] {
    const attr = this.#attrs.get(text(step['ev']))!;
    const records = (raw['records'] as string[]).map((digits): DriverRecord => {
      const bytes = Uint8Array.from(Buffer.from(digits, 'hex'));
      return parse_record(new DataView(bytes.buffer), attr);
    });
    return runLengths(records.map((record) => ({
      ...tellRecord(record, step['attribute_by'] !== undefined, this.#names), ...(step['fields'] === 'all' ? tellFields(record, attr, this.#names) : {}),
    })));
  }
}

function told(steps: readonly Step[], { pid, answers }: Run): Told[] {
  const measurement = new Measurement(pid);
  const list: Told[] = [];
  let at = 0;
  for (const step of steps) {
    const first = at;
    at += linesOf(step).length;
    if (at > answers.length) return list;
    const answer = measurement.tell(step, answers.slice(first, at));
    if (answer !== null) list.push({ ...answer, i: step.i });
  }
  return list;
}

/** What the kernel answered to each program; null of one that did not come to its end. */
export function measure(kernel: RealKernel, programs: readonly (readonly Step[])[]): (readonly Told[] | null)[] {
  const runs = runProbe(kernel, programs.map((steps) => [...steps.flatMap(linesOf), 'end', ''].join('\n')));
  return programs.map((steps, i) => (runs[i].status === 0 ? told(steps, runs[i]) : null));
}
