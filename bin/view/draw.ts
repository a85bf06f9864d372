/** Marks and labels on a chart. */
import type { Moment } from '../../perf/view/page-data.ts';
import { LABEL_ROOM, type Drawing } from './chart.ts';

const SECOND = 1e9;
const RADIUS = 5;

/** Text that stays readable on lines and areas. */
export function label({ context, theme, left, right }: Drawing, text: string, at: readonly [x: number, y: number], color: string, align: CanvasTextAlign): void {
  context.textAlign = align;
  const width = context.measureText(text).width;
  const x = align === 'center' ? Math.min(Math.max(at[0], left + width / 2 + 2), right - width / 2 - 2) : at[0];
  context.lineWidth = 3;
  context.lineJoin = 'round';
  context.strokeStyle = theme.paper;
  context.strokeText(text, x, at[1]);
  context.fillStyle = color;
  context.fillText(text, x, at[1]);
}

/** A label at the right end: beside the chart, or inside it where there is no room. */
export function endLabel(drawing: Drawing, long: string, y: number, color: string): void {
  const { narrow, right } = drawing;
  const text = shortened(drawing, long);
  label(drawing, text, narrow ? [right - 4, y - 9] : [right + 8, y], color, narrow ? 'right' : 'left');
}

function shortened({ context, narrow }: Drawing, text: string): string {
  if (narrow || context.measureText(text).width <= LABEL_ROOM - 10) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > LABEL_ROOM - 10) length--;
  return `${text.slice(0, length)}…`;
}

/** Stretches of time in which something was wrong or absent. */
export function spells(drawing: Drawing, moments: readonly Moment[]): void {
  const { context, theme, x, left, right, top, bottom } = drawing;
  for (const { at, to, kind, label: text } of moments) {
    if (to === undefined) continue;
    const [from, until] = [Math.max(left, x(at / SECOND)), Math.min(right, x(to / SECOND))];
    if (until <= from) continue;
    context.fillStyle = kind === 'loss' ? theme['bad-fill'] : theme.rest;
    context.fillRect(from, top, Math.max(1, until - from), bottom - top);
    if (until - from < context.measureText(text).width + 12) continue;
    label(drawing, text, [(from + until) / 2, top + (bottom - top) * 0.62], kind === 'loss' ? theme.bad : theme.soft, 'center');
  }
}

/** Wakeups: a disc that reached the reader, a ring that found it awake, a cross that reached nobody. */
export function wakeups(drawing: Drawing, moments: readonly Moment[]): void {
  const { context, theme, x, y, left, right, top } = drawing;
  let free = -Infinity;
  const visible = moments.filter(({ at, level }) => level !== undefined && at / SECOND >= drawing.from && at / SECOND <= drawing.to);
  // Where there is no room for signs a stroke has to do.
  const crowded = visible.length * 2.5 * RADIUS > right - left;
  for (const { at, kind, level, label: text } of visible) {
    const px = x(at / SECOND);
    const py = y(level!);
    context.lineWidth = 2;
    context.strokeStyle = kind === 'lost' ? theme.bad : theme.good;
    context.fillStyle = kind === 'woke' ? theme.good : theme.paper;
    context.beginPath();
    if (crowded) {
      context.lineWidth = 1;
      context.moveTo(px, py - RADIUS);
      context.lineTo(px, py + RADIUS);
      context.stroke();
      continue;
    }
    if (kind === 'lost') cross(context, px, py);
    else context.arc(px, py, RADIUS - 0.5, 0, 2 * Math.PI);
    if (kind !== 'lost') context.fill();
    context.stroke();
    // What is lost is told on its left, where the level was lower; a short word has room above.
    const width = context.measureText(text).width;
    const isLong = kind === 'lost' && px - width > left;
    const start = isLong ? px - width - 4 : px - width / 2;
    if (start < Math.max(free, left) || (!isLong && start + width > right) || py - 20 < top - 8) continue;
    label(drawing, text, [isLong ? px - 4 : px, py - 14], kind === 'lost' ? theme.bad : theme.good, isLong ? 'right' : 'center');
    free = start + width + 8;
  }
}

function cross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.lineWidth = 3;
  context.moveTo(x - RADIUS, y - RADIUS);
  context.lineTo(x + RADIUS, y + RADIUS);
  context.moveTo(x - RADIUS, y + RADIUS);
  context.lineTo(x + RADIUS, y - RADIUS);
}
