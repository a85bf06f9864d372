/**
 * A step function of time in bounded memory. Time is cut into equal spans, of each of which the first, the lowest, the
 * highest and the last value are kept; when there are too many spans they are joined in pairs. Moments that were marked
 * keep every value of their neighbourhood.
 *
 * Reference: none; the reduction is that of oscilloscopes ("peak detect").
 */
import type { Series } from './run-trace.ts';
import { Thinned } from './thinned.ts';

type Point = readonly [at: number, value: number];

/** Spans of time of which a series keeps the extremes. */
export const SERIES_SPANS = 500;

/** The first span, before any were joined. */
const FIRST_SPAN_NS = 10_000;

/** Points on either side of a marked moment that are all kept, and moments. */
const NEIGHBOURHOOD = 40;
const MOMENTS = 40;

/** The points of one span that are kept: those that bound it in time and in value. */
class Span {
  first: Point;
  last: Point;
  low: Point;
  high: Point;

  constructor(point: Point) {
    this.first = this.last = this.low = this.high = point;
  }

  add(point: Point): void {
    if (point[0] < this.first[0]) this.first = point;
    if (point[0] >= this.last[0]) this.last = point;
    if (point[1] < this.low[1]) this.low = point;
    if (point[1] > this.high[1]) this.high = point;
  }

  join(later: Span): void {
    for (const point of later.points()) this.add(point);
  }

  points(): Set<Point> {
    return new Set([this.first, this.low, this.high, this.last]);
  }
}

export class StepSeries {
  readonly #limit: number;
  #spans = new Map<number, Span>();
  #width = FIRST_SPAN_NS;
  readonly #recent: Point[] = [];
  readonly #moments = new Thinned<Point[]>(MOMENTS);
  /** Neighbourhoods that still take what follows. */
  #open: Point[][] = [];
  #value = Number.NaN;
  /** Changes so far. */
  seen = 0;

  /** Keeps at most four points for each of `limit` spans, and the marked moments. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A value that is the same as before says nothing, unless what lies between is read as straight lines. */
  push(at: number, value: number, straight = false): void {
    if (value === this.#value && !straight) return;
    this.#value = value;
    this.seen++;
    const point: Point = [at, value];
    const index = Math.floor(at / this.#width);
    const span = this.#spans.get(index);
    if (span === undefined) this.#spans.set(index, new Span(point));
    else span.add(point);
    if (this.#spans.size > this.#limit) this.#joinPairs();
    for (const moment of this.#open) moment.push(point);
    this.#open = this.#open.filter(({ length }) => length < 2 * NEIGHBOURHOOD);
    this.#recent.push(point);
    if (this.#recent.length > NEIGHBOURHOOD) this.#recent.shift();
  }

  /** Something happens now that will be looked at closely. */
  mark(): void {
    const moment = [...this.#recent];
    this.#moments.offer(moment);
    this.#open.push(moment);
  }

  #joinPairs(): void {
    const joined = new Map<number, Span>();
    this.#width *= 2;
    for (const [index, span] of this.#spans) {
      const half = Math.floor(index / 2);
      const earlier = joined.get(half);
      if (earlier === undefined) joined.set(half, span);
      else earlier.join(span);
    }
    this.#spans = joined;
  }

  /** All that was kept, in the order of time. */
  series(): Series {
    const points = new Set<Point>();
    for (const span of this.#spans.values()) for (const point of span.points()) points.add(point);
    for (const moment of this.#moments.entries) for (const point of moment) points.add(point);
    const sorted = [...points].sort((a, b) => a[0] - b[0]);
    return { at: sorted.map(([at]) => at), value: sorted.map(([, value]) => value) };
  }
}
