/**
 * How `script` tells the time: as recorded, since the first line (--reltime), or since the one before (--deltatime).
 * Reference: perf_sample__fprintf_start() of tools/perf/builtin-script.c, v6.1.
 */

export interface ClockOptions {
  reltime?: boolean | undefined;
  deltatime?: boolean | undefined;
  /** --ns: nanoseconds in place of microseconds. */
  ns?: boolean | undefined;
}

export class ScriptClock {
  /** Times are shown as they were recorded, in microseconds. */
  readonly plain: boolean;
  readonly #options: ClockOptions;
  /** What times are shown from; 0 before the first. */
  #origin = 0n;

  constructor(options: ClockOptions) {
    this.#options = options;
    this.plain = !options.reltime && !options.deltatime && !options.ns;
  }

  /** "    0.002574: " of nanoseconds. Each line asks once, for the next depends on it. */
  text(time: bigint): string {
    const shown = this.#shown(time);
    const [unit, digits] = this.#options.ns ? [1n, 9] : [1000n, 6];
    const perSecond = 1_000_000_000n / unit;
    const count = shown / unit;
    return `${String(count / perSecond).padStart(5)}.${String(count % perSecond).padStart(digits, '0')}: `;
  }

  #shown(time: bigint): bigint {
    const { reltime, deltatime } = this.#options;
    if (!reltime && !deltatime) return time;
    const since = this.#origin === 0n ? 0n : BigInt.asUintN(64, time - this.#origin);
    if (this.#origin === 0n || !reltime) this.#origin = time;
    return since;
  }
}
