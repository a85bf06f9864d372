/** How many runs of many are done and how long the rest will take, in one line on a terminal that is rewritten in place. */
import { uptime, type Terminal } from './progress.ts';

const INTERVAL_MS = 200;
const CLEAR_LINE = '\r\u001b[K';

export class RunProgress {
  private readonly terminal: Terminal;
  private readonly command: string;
  private readonly total: number;
  private readonly what: string;
  private readonly now: () => number;
  private readonly begunAt: number;
  private next: number;
  private done = 0;
  private shown = false;

  /** `what` is done `total` times. */
  constructor(terminal: Terminal, command: string, total: number, what = 'runs', now: () => number = uptime) {
    this.terminal = terminal;
    this.command = command;
    this.total = total;
    this.what = what;
    this.now = now;
    this.begunAt = now();
    this.next = this.begunAt + INTERVAL_MS;
  }

  /** One more run is done. */
  step(): void {
    this.done++;
    const at = this.now();
    if (!this.terminal.isTTY || at < this.next) return;
    this.next = at + INTERVAL_MS;
    this.shown = true;
    const left = ((at - this.begunAt) / this.done) * (this.total - this.done);
    this.terminal.write(`${CLEAR_LINE}[ perfsim ${this.command}: ${this.done} of ${this.total} ${this.what}, ${Math.ceil(left / 1000)} s left ]`);
  }

  /** The one run that there is has come so far. */
  note(what: string): void {
    const at = this.now();
    if (!this.terminal.isTTY || at < this.next) return;
    this.next = at + INTERVAL_MS;
    this.shown = true;
    this.terminal.write(`${CLEAR_LINE}[ perfsim ${this.command}: ${what} ]`);
  }

  /** Takes the line away before anything else is printed. */
  end(): void {
    if (this.shown) this.terminal.write(CLEAR_LINE);
    this.shown = false;
  }
}
