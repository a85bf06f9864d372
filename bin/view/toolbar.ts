/** Buttons that move along the time axis, for fingers and keyboards; a mouse drags. */
import type { Charts } from './chart.ts';
import { h } from './dom.ts';

const FACTOR = 3;

export function toolbar(charts: Charts, end: number): HTMLElement {
  const shown = h('output', {});
  const tell = (from: number, to: number): void => {
    const digits = Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(to - from))));
    shown.textContent = from <= 0 && to >= end ? `the whole run: ${end.toFixed(3)} s` : `${from.toFixed(digits)} to ${to.toFixed(digits)} s`;
  };
  charts.onRange = tell;
  tell(0, end);
  const zoom = (factor: number) => (): void => {
    const [from, to] = charts.range;
    const half = ((to - from) * factor) / 2;
    charts.show((from + to) / 2 - half, (from + to) / 2 + half);
  };
  const move = (part: number) => (): void => {
    const [from, to] = charts.range;
    charts.show(from + part * (to - from), to + part * (to - from));
  };
  const button = (text: string, title: string, click: () => void): HTMLElement => h('button', { type: 'button', title, 'aria-label': title, click }, text);
  return h('nav', { class: 'toolbar' },
    button('+', 'zoom in', zoom(1 / FACTOR)), button('−', 'zoom out', zoom(FACTOR)),
    button('←', 'earlier', move(-0.5)), button('→', 'later', move(0.5)),
    button('whole run', 'show the whole run', () => charts.all()), shown,
    h('span', { class: 'hint' }, 'Drag over a chart to zoom; double-click to see everything.'));
}
