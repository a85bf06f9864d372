/** A chart on the page's one time axis: all charts show the same stretch of time, and zoom together. */
import uPlot from 'uplot';
import { FONT, theme, type Theme } from './theme.ts';
import type { Steps } from './steps.ts';

export interface Line {
  readonly steps: Steps;
  readonly color: (theme: Theme) => string;
  readonly fill?: (theme: Theme) => string;
  readonly width: number;
  readonly dash?: number[];
}

export interface ChartSpec {
  readonly height: number;
  readonly lines: readonly Line[];
  /** The levels between which the chart shows what there is from one instant to another. */
  readonly range: (from: number, to: number) => [low: number, high: number];
  /** The levels that the axis names, and how. */
  readonly levels: (low: number, high: number) => number[];
  readonly level: (value: number) => string;
  /** Draws below and above the lines. */
  readonly under?: (draw: Drawing) => void;
  readonly over?: (draw: Drawing) => void;
  /** What is to be said of an instant, a line of text each; near it is what lies within so many seconds. */
  readonly says: (at: number, near: number) => string[];
  readonly timeAxis: boolean;
}

/** A canvas in CSS pixels, with the chart's scales. */
export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly theme: Theme;
  readonly x: (seconds: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The stretch of time that is shown. */
  readonly from: number;
  readonly to: number;
  /** There is little room: labels go inside. */
  readonly narrow: boolean;
}

const NARROW = 620;
/** Width to the right of a chart, for the names of its lines. */
export const LABEL_ROOM = 118;
/** What the last tick's text, such as 10.0 s, needs beyond the end of a chart without labels. */
const HALF_A_TICK = 22;

export class Charts {
  readonly #all: { plot: uPlot; holder: HTMLElement; spec: ChartSpec }[] = [];
  readonly #end: number;
  /** Told of each change of the stretch that is shown, in seconds. */
  onRange: (from: number, to: number) => void = () => {};
  #setting = false;
  /** What is shown, or is about to be. */
  #shown: [number, number];

  /** `end` is in seconds. */
  constructor(end: number) {
    this.#end = end;
    this.#shown = [0, end];
  }

  add(holder: HTMLElement, spec: ChartSpec): void {
    const xs: uPlot.AlignedData = spec.lines.length === 0
      ? [[0, this.#end], [null, null]]
      : uPlot.join(spec.lines.map(({ steps }) => [steps.x, steps.y]));
    const plot = new uPlot(this.#options(holder, spec), xs, holder);
    this.#all.push({ plot, holder, spec });
    new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: spec.height })).observe(holder);
  }

  redraw(): void {
    for (const { plot } of this.#all) plot.redraw(true, true);
  }

  get range(): [number, number] {
    return this.#shown;
  }

  show(from: number, to: number): void {
    const width = Math.min(Math.max(to - from, 1e-6), this.#end);
    const start = Math.min(Math.max(0, from), this.#end - width);
    this.#apply(start, start + width);
  }

  all(): void {
    this.#apply(0, this.#end);
  }

  #apply(min: number, max: number): void {
    if (this.#setting) return;
    this.#setting = true;
    this.#shown = [min, max];
    for (const { plot } of this.#all) plot.setScale('x', { min, max });
    this.#setting = false;
    this.onRange(min, max);
  }

  #options(holder: HTMLElement, spec: ChartSpec): uPlot.Options {
    const narrow = holder.clientWidth < NARROW;
    const stroke = (name: keyof Theme) => () => theme()[name];
    return {
      width: holder.clientWidth,
      height: spec.height,
      padding: [8, narrow ? HALF_A_TICK : LABEL_ROOM, spec.timeAxis ? 0 : 6, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false }, sync: { key: 'time' } },
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      scales: { x: { time: false, range: (_u, min, max) => [min ?? 0, max ?? this.#end] }, y: { range: () => spec.range(...this.#shown) } },
      series: [{}, ...(spec.lines.length === 0 ? [{ show: false }] : spec.lines.map((line): uPlot.Series => ({
        stroke: () => line.color(theme()),
        ...(line.fill === undefined ? {} : { fill: () => line.fill!(theme()) }),
        width: line.width,
        ...(line.dash === undefined ? {} : { dash: line.dash }),
        points: { show: false },
        ...(line.steps.straight ? {} : { paths: uPlot.paths.stepped!({ align: 1 }) }),
      })))],
      axes: [
        {
          show: spec.timeAxis, stroke: stroke('soft'), grid: { stroke: stroke('line'), width: 1 }, ticks: { show: false }, font: FONT, size: 28, space: 70,
          values: (_u, splits, _i, _s, step) => splits.map((value) => time(value, step)),
        },
        { stroke: stroke('soft'), grid: { stroke: stroke('line'), width: 1 }, ticks: { show: false }, font: FONT, size: narrow ? 52 : 72, splits: (_u, _axis, low, high) => spec.levels(low, high), values: (_u, values) => values.map(spec.level) },
      ],
      hooks: {
        ready: [(u) => this.#tooltip(u, holder, spec)],
        drawAxes: [(u) => drawOn(u, narrow, spec.under)],
        draw: [(u) => drawOn(u, narrow, spec.over)],
        setSelect: [(u) => {
          if (u.select.width > 3) this.show(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }],
      },
    };
  }

  /** Says beside the pointer what there is, and only in the chart that it is in. */
  #tooltip(u: uPlot, holder: HTMLElement, spec: ChartSpec): void {
    const box = document.createElement('div');
    box.className = 'tooltip';
    holder.append(box);
    const hide = (): void => box.classList.remove('shown');
    u.over.addEventListener('mouseleave', hide);
    u.over.addEventListener('mousemove', (event) => {
      const at = u.posToVal(event.offsetX, 'x');
      const near = Math.abs(u.posToVal(event.offsetX + 9, 'x') - at);
      const texts = at < 0 || at > this.#end ? [] : spec.says(at, near);
      if (texts.length === 0) return hide();
      box.replaceChildren(...texts.map((text) => Object.assign(document.createElement('div'), { textContent: text })));
      box.classList.add('shown');
      const left = u.over.offsetLeft + event.offsetX;
      box.style.left = `${Math.max(0, Math.min(left + 14, holder.clientWidth - box.offsetWidth - 4))}px`;
      box.style.top = `${u.over.offsetTop + event.offsetY + 18}px`;
    });
    u.over.addEventListener('dblclick', () => this.all());
  }
}

/** Lets `draw` work in CSS pixels. */
function drawOn(u: uPlot, narrow: boolean, draw: ((drawing: Drawing) => void) | undefined): void {
  if (draw === undefined) return;
  const { ctx: context, bbox } = u;
  const ratio = uPlot.pxRatio;
  const position = (value: number, scale: 'x' | 'y'): number => u.valToPos(value, scale, true) / ratio;
  context.save();
  context.scale(ratio, ratio);
  context.font = FONT;
  context.textBaseline = 'middle';
  draw({
    context, theme: theme(), narrow, from: u.scales['x'].min ?? 0, to: u.scales['x'].max ?? 0,
    x: (seconds) => position(seconds, 'x'), y: (value) => position(value, 'y'),
    left: bbox.left / ratio, right: (bbox.left + bbox.width) / ratio, top: bbox.top / ratio, bottom: (bbox.top + bbox.height) / ratio,
  });
  context.restore();
}

/** An instant on the axis, with as many digits as its neighbours differ in. */
function time(seconds: number, step: number): string {
  const isWhole = (number: number): boolean => Math.abs(number - Math.round(number)) < 1e-6;
  let digits = 0;
  while (digits < 9 && !isWhole(step * 10 ** digits)) digits++;
  return `${seconds.toFixed(digits)} s`;
}
