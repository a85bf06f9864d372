/** How far a long run is, in one line on a terminal that is rewritten in place; nothing where stderr is no terminal. */

const FIRST_AFTER_MS = 300;
const INTERVAL_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** In milliseconds; `performance` is a module that Node has to load. */
export const uptime = (): number => 1000 * process.uptime();

export interface Terminal {
  isTTY?: boolean;
  write(text: string): unknown;
}

export class Progress {
  private readonly terminal: () => Terminal;
  private readonly now: () => number;
  private next: number;
  private shown = false;

  /** The terminal is looked at only when there is something to say: Node takes long to open it. */
  constructor(terminal: () => Terminal, now: () => number = uptime) {
    this.terminal = terminal;
    this.now = now;
    this.next = now() + FIRST_AFTER_MS;
  }

  update(done_ns: number, total_ns: number): void {
    if (this.now() < this.next || !this.terminal().isTTY) return;
    this.next = this.now() + INTERVAL_MS;
    this.shown = true;
    this.terminal().write(`${CLEAR_LINE}[ perf record: simulated ${(done_ns / 1e9).toFixed(1)} s of ${(total_ns / 1e9).toFixed(1)} s ]`);
  }

  /** Takes the line away before anything else is printed. */
  end(): void {
    if (this.shown) this.terminal().write(CLEAR_LINE);
    this.shown = false;
  }
}
