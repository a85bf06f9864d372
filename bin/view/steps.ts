/** Step functions as the charts need them. */
import type { Points } from '../../perf/view/page-data.ts';

export interface Steps {
  /** Seconds. */
  readonly x: number[];
  readonly y: number[];
  /** Straight lines lead from point to point. */
  readonly straight: boolean;
}

const SECOND = 1e9;

/** From differences to values, the last of which holds until `end`. */
export function steps({ t, v }: Points, end: number, straight = false): Steps {
  let [ns, value] = [0, 0];
  const x: number[] = [];
  const y: number[] = [];
  t.forEach((step, i) => {
    ns += step;
    value += v[i];
    x.push(ns / SECOND);
    y.push(value);
  });
  if (x.length > 0 && ns < end) {
    x.push(end / SECOND);
    y.push(value);
  }
  return { x, y, straight };
}

/** The value at `at`; 0 before the first. */
export function valueAt({ x, y, straight }: Steps, at: number): number {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (!straight || low === x.length) return y[low - 1];
  return Math.round(y[low - 1] + ((y[low] - y[low - 1]) * (at - x[low - 1])) / (x[low] - x[low - 1]));
}
