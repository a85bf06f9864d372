/** Programs of perf system calls, made at random: each is a case without its answers. */
import type { RandomStream } from '../../sim/random.ts';
import type { Fields, Step, Value } from '../../test/conformance/cases.ts';

type Draft = Record<string, Value> & { readonly op: string };

const EVENTS = 'abcdefgh';
const PAGE_FAULTS = ['PAGE_FAULTS', 'PAGE_FAULTS', 'PAGE_FAULTS', 'PAGE_FAULTS_MIN', 'PAGE_FAULTS_MIN', 'DUMMY', 'PAGE_FAULTS_MAJ'];
/** Without those whose size depends on the stack of the program, and the time. */
const SAMPLE_BITS = ['IP', 'TID', 'TIME', 'ADDR', 'READ', 'ID', 'CPU', 'PERIOD', 'STREAM_ID', 'IDENTIFIER', 'RAW', 'WEIGHT', 'DATA_SRC', 'TRANSACTION', 'CGROUP',
  'CODE_PAGE_SIZE',
];
const FORMAT_BITS = ['TOTAL_TIME_ENABLED', 'TOTAL_TIME_RUNNING', 'ID', 'GROUP', 'LOST'];
const LONGEST = 28;

/** Draws from a stream. */
export class Dice {
  readonly #stream: RandomStream;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  chance(probability: number): boolean {
    return this.#stream.unit() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#stream.unit() * list.length)];
  }

  some<T>(list: readonly T[], probability: number): T[] {
    return list.filter(() => this.chance(probability));
  }
}

/** One program in the making: what it has opened, mapped and made. */
class Writer {
  readonly steps: Draft[] = [];
  readonly #dice: Dice;
  readonly #attrs = new Map<string, Fields>();
  readonly #mapped = new Set<string>();
  readonly #closed = new Set<string>();
  readonly #tasks = ['self'];
  readonly #shared: Fields;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#shared = { sample_type: dice.some(SAMPLE_BITS, 0.25), read_format: dice.some(FORMAT_BITS, 0.4), sample_id_all: dice.chance(0.3) ? 1 : 0 };
  }

  write(): Step[] {
    const { chance } = { chance: (p: number) => this.#dice.chance(p) };
    if (chance(0.4)) this.#spawn('spawn_task');
    const length = 6 + Math.floor(this.#dice.pick([...Array(LONGEST - 6).keys()]));
    this.#open();
    while (this.steps.length < length) {
      if (chance(0.1 / this.#attrs.size)) this.#open();
      else this.#dice.pick(this.#calls).call(this);
    }
    for (const ev of this.#open_events) this.steps.push({ op: 'read', ev });
    for (const ev of this.#mapped) this.#look('drain', ev);
    this.steps.push({ op: 'collect_signals' });
    return this.steps.map((step, i) => ({ ...step, i }));
  }

  get #event(): string {
    return this.#dice.pick(this.#open_events);
  }

  get #open_events(): string[] {
    return [...this.#attrs.keys()].filter((ev) => !this.#closed.has(ev));
  }

  #attr(leader?: Fields): Fields {
    const { pick, chance } = { pick: <T>(list: readonly T[]) => this.#dice.pick(list), chance: (p: number) => this.#dice.chance(p) };
    const attr: Record<string, Value> = { type: 'SOFTWARE', config: pick(PAGE_FAULTS), exclude_kernel: 1, ...this.#shared };
    if (chance(0.6)) attr['disabled'] = 1;
    if (chance(0.85)) attr['sample_period'] = pick([1, 1, 1, 1, 2, 3, 5, 10]);
    for (const [flag, probability] of FLAGS) if (chance(probability)) attr[flag] = 1;
    if (leader !== undefined && chance(0.9)) attr['inherit'] = leader['inherit'] ?? 0;
    if (chance(0.25)) Object.assign(attr, { watermark: 1, wakeup_watermark: pick([1, 8, 24, 100, 1000, 4096, 8192, 0]) });
    else if (chance(0.5)) attr['wakeup_events'] = pick([1, 1, 2, 3, 7]);
    if (chance(0.1)) Object.assign(attr, { use_clockid: 1, clockid: pick([0, 1, 4, 7, 11]) });
    return attr;
  }

  #open(): void {
    const as = EVENTS[this.#attrs.size];
    if (as === undefined) return;
    // A task and its clone may have exchanged their contexts, and with them whose event it is.
    const canJoin = this.#attrs.size > 0 && !this.steps.some(({ op }) => op === 'fork_task' || op === 'spawn_thread');
    const leader = canJoin && this.#dice.chance(0.4) ? this.#event : null;
    const like = leader === null ? undefined : this.steps.find((step) => step['as'] === leader);
    const pid = like?.['pid'] ?? (this.#dice.chance(0.15) ? this.#dice.pick(this.#tasks) : 'self');
    const isCpus = like === undefined ? this.#dice.chance(0.08) : like['pid'] === -1;
    // Whatever else runs there would be counted and told too.
    const attr = isCpus ? { type: 'SOFTWARE', config: 'DUMMY', exclude_kernel: 1, ...this.#shared } : this.#attr(like?.['attr'] as Fields | undefined);
    const target = isCpus ? { pid: -1, cpu: like?.['cpu'] ?? this.#dice.pick([0, 1]) } : { pid, cpu: -1 };
    this.steps.push({ op: 'perf_event_open', as, attr, ...target, group_fd: leader ?? -1, flags: leader !== null && this.#dice.chance(0.1) ? this.#dice.pick([1, 2, 3, 8]) : 0 });
    this.#attrs.set(as, attr);
  }

  #ioctl(cmd: string, values: readonly Value[]): void {
    this.steps.push({ op: 'ioctl', ev: this.#event, cmd, arg: this.#dice.pick(values) });
  }

  #mmap(): void {
    const ev = this.#event;
    this.#mapped.add(ev);
    this.steps.push({
      op: 'mmap', ev, data_pages: this.#dice.pick([1, 1, 1, 2, 4, 0, 8, 3]), prot: this.#dice.chance(0.1) ? 'READ' : 'READ|WRITE', flags: 'SHARED',
      offset: this.#dice.chance(0.02) ? 4096 : 0,
    });
  }

  #look(op: string, ev: string): void {
    const all = [...this.#attrs.values()];
    // Fields can be told if whoever writes into the buffer has the same.
    const isAlike = all.every(({ write_backward }) => write_backward === all[0]['write_backward']);
    this.steps.push({ op, ev, backward: this.#attrs.get(ev)!['write_backward'] ?? 0, ...(isAlike ? { fields: 'all' } : {}) });
  }

  #onMapped(make: (ev: string) => void): void {
    if (this.#mapped.size > 0) make(this.#dice.pick([...this.#mapped]));
  }

  #spawn(op: string): void {
    const as = `t${this.#tasks.length}`;
    if (this.#tasks.length > 3) return;
    this.steps.push({ op, as, ...(op === 'fork_task' ? { task: 'self' } : {}) });
    this.#tasks.push(as);
  }

  /** Of the descriptor; the mapping stays. The number is not used any more, for it may be another event's next. */
  #close(): void {
    if (this.#open_events.length < 2 || this.#dice.chance(0.6)) return;
    const ev = this.#event;
    this.#closed.add(ev);
    this.steps.push({ op: 'close', ev });
  }

  #exit(): void {
    const [, ...others] = this.#tasks;
    if (others.length === 0) return;
    const task = this.#dice.pick(others);
    this.#tasks.splice(this.#tasks.indexOf(task), 1);
    this.steps.push({ op: 'exit_task', task, code: 0, reap: true });
  }

  /** What a program may do next; what stands here more than once is done more often. */
  readonly #calls: readonly (() => void)[] = [
    ...repeated(7, () => this.steps.push({ op: 'fault', task: this.#dice.pick(this.#tasks), n: this.#dice.pick([1, 1, 2, 3, 5, 10, 30, 130]) })),
    ...repeated(4, () => this.#mmap()),
    ...repeated(3, () => this.#ioctl('ENABLE', [0, 0, 1])),
    ...repeated(2, () => this.#ioctl('DISABLE', [0, 0, 1])),
    ...repeated(2, () => this.#ioctl('SET_OUTPUT', [-1, ...this.#open_events])),
    () => this.#ioctl('PAUSE_OUTPUT', [0, 1]),
    ...repeated(2, () => this.#ioctl('REFRESH', [1, 2, 3, 0, -1, 5])),
    () => this.#ioctl('RESET', [0, 0, 1]),
    () => this.#ioctl('PERIOD', [1, 2, 3, 5, 0, 7]),
    ...repeated(3, () => this.steps.push({ op: 'read', ev: this.#event, count: this.#dice.pick([4096, 4096, 4096, 8, 16, 24, 0]) })),
    ...repeated(4, () => this.steps.push({ op: 'poll', evs: [this.#event], events: this.#dice.pick([['POLLIN'], ['POLLIN'], ['POLLIN', 'POLLRDNORM'], []]), timeout_ms: 0 })),
    ...repeated(4, () => this.#onMapped((ev) => this.#look(this.#dice.pick(['drain', 'drain', 'peek_records']), ev))),
    () => this.#onMapped((ev) => { this.#mapped.delete(ev); this.steps.push({ op: 'munmap', ev }); }),
    () => this.#close(),
    () => this.steps.push({ op: 'fasync', ev: this.#event, F_SETSIG: 'SIGRTMIN', F_SETOWN: 'self', F_SETFL: 'O_ASYNC|O_NONBLOCK' }),
    () => this.steps.push({ op: 'collect_signals' }),
    () => this.steps.push({ op: 'epoll_ctl_add', ev: this.#event, events: this.#dice.pick([['EPOLLIN'], ['EPOLLIN', 'EPOLLONESHOT'], []]) }, { op: 'epoll_wait', maxevents: 8, timeout_ms: 0 }),
    () => this.steps.push({ op: 'prctl', name: this.#dice.pick(['PR_TASK_PERF_EVENTS_DISABLE', 'PR_TASK_PERF_EVENTS_ENABLE']) }),
    () => this.steps.push({ op: 'prctl_set_name', task: this.#dice.pick(this.#tasks), name: this.#dice.pick(['x', 'fifteen-letters', 'abcdefg', 'abcdefgh']) }),
    () => this.steps.push({ op: 'user_mmap', what: this.#dice.pick(['anon private RX, 1 page', 'anon private RW, 1 page', 'anon shared RW, 2 pages']) }),
    () => this.#spawn(this.#dice.pick(['fork_task', 'spawn_thread'])),
    () => this.#exit(),
  ];
}

const repeated = <T>(n: number, what: T): T[] => Array.from({ length: n }, () => what);

const FLAGS: readonly [string, number][] = [
  ['pinned', 0.2], ['exclusive', 0.07], ['exclude_user', 0.08], ['write_backward', 0.15], ['comm', 0.15], ['task', 0.15], ['mmap', 0.08],
  ['mmap2', 0.08], ['mmap_data', 0.08], ['inherit', 0.25], ['inherit_stat', 0.1], ['inherit_thread', 0.05], ['namespaces', 0.04], ['comm_exec', 0.05],
];

export const randomProgram = (stream: RandomStream): Step[] => new Writer(new Dice(stream)).write();
