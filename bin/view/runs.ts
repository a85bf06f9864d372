/** The page of runs: for each the level of the buffer, the reader's sleep and the samples, all on one time axis. */
import { duration, instant, thousands, type BufferView, type Moment, type RunView, type RunsPage } from '../../perf/view/page-data.ts';
import { Charts, type Drawing, type Line } from './chart.ts';
import { h } from './dom.ts';
import { endLabel, label, spells, wakeups } from './draw.ts';
import { steps, valueAt, type Steps } from './steps.ts';
import { onTheme } from './theme.ts';
import { toolbar } from './toolbar.ts';

const SECOND = 1e9;
const KIB = 1024;

export function runsPage(page: RunsPage, main: HTMLElement): void {
  const charts = new Charts(page.end / SECOND);
  main.append(h('header', {}, h('h1', {}, page.title), h('p', { class: 'intro' }, page.intro), h('p', { class: 'command' }, h('code', {}, page.command))));
  main.append(toolbar(charts, page.end / SECOND));
  for (const run of page.runs) main.append(section(run, page, charts));
  onTheme(() => charts.redraw());
}

/** What is drawn once the section is in the page, where it has a width. */
function picture(name: 'fill' | 'reader' | 'samples', title: string, caption: string, draw: (holder: HTMLElement) => void): HTMLElement {
  const holder = h('div', { class: 'chart' });
  requestAnimationFrame(() => draw(holder));
  return h('figure', { class: name }, h('figcaption', {}, h('strong', {}, title), ` ${caption}`), holder);
}

function section(run: RunView, page: RunsPage, charts: Charts): HTMLElement {
  const parts = h('section', { class: 'run' }, h('h2', {}, run.title), h('p', { class: run.good ? 'headline good' : 'headline bad' }, run.headline));
  if (run.buffers.length > 0) parts.append(buffers(run, page, charts));
  if (run.reader !== null) {
    parts.append(picture('reader', 'When the reader sleeps.', 'It sleeps until the kernel wakes it; only while it is awake does it empty the buffer.', (holder) => reader(run, holder, charts)));
  }
  parts.append(picture('samples', 'Samples that arrive, for each event.', run.asked === null ? `Asked for: ${run.askedText}.` : `Asked for, and dashed: ${run.askedText}.`, (holder) => samples(run, page, holder, charts)));
  const moments = [...run.buffers.flatMap((buffer) => buffer.moments), ...run.moments].sort((a, b) => a.at - b.at);
  if (moments.length > 0) parts.append(list(moments, charts));
  if (run.unknown.length > 0) parts.append(h('div', { class: 'unknown' }, h('h3', {}, 'Not shown here'), h('ul', {}, ...run.unknown.map((text) => h('li', {}, text)))));
  return parts;
}

/** The fullest buffer, and a choice of the others where they held something worth seeing. */
function buffers(run: RunView, page: RunsPage, charts: Charts): HTMLElement {
  const [first] = run.buffers;
  const levels = run.buffers.map((buffer) => Math.max(0, ...steps(buffer.fill, page.end).y));
  const shown = run.buffers.filter((_, i) => i === 0 || levels[i] > 0.02 * first.size && levels[i] > 0.2 * levels[0]);
  const figures = shown.map((buffer) => picture(
    'fill',
    shown.length > 1 ? `How full the buffer of ${buffer.name} is.` : 'How full the buffer is.',
    `The kernel puts samples in, the reader takes them out. A record that goes beyond the dashed line makes the kernel send a wakeup${run.wakesAt === null ? '' : `, and it sends one ${run.wakesAt}`}; when the buffer is full, samples are lost.`,
    (holder) => level(buffer, page, holder, charts),
  ));
  const others = run.buffers.length - shown.length;
  const note = others === 0 ? [] : [h('p', { class: 'note' }, `${others} ${others === 1 ? 'other buffer holds' : 'other buffers hold'} next to nothing.`)];
  return h('div', {}, ...figures, ...note);
}

function level(buffer: BufferView, page: RunsPage, holder: HTMLElement, charts: Charts): void {
  const [fill, mark] = [steps(buffer.fill, page.end), steps(buffer.mark, page.end)];
  const { size, moments } = buffer;
  const top = topOf(fill, size);
  charts.add(holder, {
    height: holder.clientWidth < 620 ? 190 : 220,
    lines: [
      { steps: fill, color: ({ data }) => data, fill: (colors) => colors['data-fill'], width: 1.5 },
    ],
    range: () => [0, 1.14 * top],
    levels: () => [0, 0.25, 0.5, 0.75, 1].map((part) => part * top),
    level: (value) => (top < 4 * KIB ? `${value} B` : `${value / KIB} KiB`),
    timeAxis: true,
    under: (drawing) => spells(drawing, moments),
    over: (drawing) => {
      if (top === size) full(drawing, size);
      else endLabel(drawing, `full: ${size / KIB} KiB`, drawing.top + 4, drawing.theme.soft);
      marks(drawing, mark, size);
      wakeups(drawing, moments);
    },
    says: (at, near) => [
      `${at.toFixed(6)} s: ${thousands(valueAt(fill, at))} of ${thousands(size)} bytes`,
      `wakeup beyond ${thousands(valueAt(mark, at))}`,
      ...nearest(moments, at, near),
    ],
  });
}

/** Of a buffer that is nearly empty all the time the lower part alone is shown. */
function topOf({ y }: Steps, size: number): number {
  let top = size;
  while (top > 3 * Math.max(1, ...y)) top /= 2;
  return top;
}

/** Pieces of the mark that are narrower are not seen, and where the label can stand. */
const SEEN_PX = 2;
const LABELLED_PX = 24;

/** The level beyond which a wakeup is sent, as dashes: its jumps say nothing. */
function marks(drawing: Drawing, { x, y }: Steps, size: number): void {
  const { context, theme, left, right } = drawing;
  context.strokeStyle = theme.mark;
  context.lineWidth = 1.5;
  context.setLineDash([6, 4]);
  let labelled = Number.NaN;
  for (let i = 0; i + 1 < x.length; i++) {
    const [from, to] = [Math.max(left, drawing.x(x[i])), Math.min(right, drawing.x(x[i + 1]))];
    if (to - from < SEEN_PX || drawing.y(y[i]) < drawing.top) continue;
    context.beginPath();
    context.moveTo(from, drawing.y(y[i]));
    context.lineTo(to, drawing.y(y[i]));
    context.stroke();
    if (to - from > LABELLED_PX) labelled = y[i];
  }
  context.setLineDash([]);
  if (Number.isNaN(labelled)) return;
  const isFull = Math.abs(labelled - size) < 0.09 * size;
  endLabel(drawing, isFull ? 'next wakeup' : 'sends wakeup', drawing.y(labelled) + (isFull ? 14 : 0), theme.mark);
}

function full(drawing: Drawing, size: number): void {
  const { context, theme, left, right, y } = drawing;
  context.strokeStyle = theme.bad;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left, y(size));
  context.lineTo(right, y(size));
  context.stroke();
  endLabel(drawing, 'full', y(size), theme.bad);
}

/** Up to three moments within reach of the pointer, the nearest first. */
function nearest(moments: readonly Moment[], at: number, near: number): string[] {
  const distance = (moment: Moment): number => {
    const [from, to] = [moment.at / SECOND, (moment.to ?? moment.at) / SECOND];
    return at < from ? from - at : Math.max(0, at - to);
  };
  return moments.filter((moment) => distance(moment) <= near).sort((a, b) => distance(a) - distance(b)).slice(0, 3).map(({ text }) => text);
}

function reader(run: RunView, holder: HTMLElement, charts: Charts): void {
  const { name, times, sleeps } = run.reader!;
  charts.add(holder, {
    height: 46, lines: [], range: () => [0, 1], levels: () => [0.5], level: () => name, timeAxis: false,
    over: (drawing) => {
      const { context, theme, x, left, right, top, bottom } = drawing;
      for (const { from, to } of sleeps) {
        const [start, end] = [Math.max(left, x(from / SECOND)), Math.min(right, x(to / SECOND))];
        if (end <= start) continue;
        context.fillStyle = theme.rest;
        context.beginPath();
        context.roundRect(start + 0.5, top + 4, Math.max(1, end - start - 1), bottom - top - 8, 3);
        context.fill();
        const text = `asleep ${duration(to - from)}`;
        if (end - start > context.measureText(text).width + 10) label(drawing, text, [(start + end) / 2, (top + bottom) / 2], theme.ink, 'center');
      }
      if (!drawing.narrow) endLabel(drawing, times === 1 ? 'woken once' : `woken ${thousands(times)}×`, (top + bottom) / 2, theme.soft);
    },
    says: (at) => {
      const sleep = sleeps.find(({ from, to }) => from <= at * SECOND && at * SECOND <= to);
      return sleep === undefined ? [`${at.toFixed(6)} s: awake`] : [`asleep from ${instant(sleep.from)} for ${duration(sleep.to - sleep.from)}`, `woken by ${sleep.by}`];
    },
  });
}

/** Lines that lie on each other stay visible: then each is thinner than the one below it. */
function samples(run: RunView, page: RunsPage, holder: HTMLElement, charts: Charts): void {
  const asked = run.asked === null ? null : steps(run.asked, page.end, true);
  const ends = run.events.map(({ kept }) => kept);
  const coincide = Math.max(...ends) - Math.min(...ends) < 0.03 * Math.max(...ends);
  const lines = run.events.map(({ samples: taken }, i): Line => (
    // Between the points that were kept the count has grown evenly, as far as is known.
    { steps: steps(taken, page.end, true), color: (colors) => colors[`event-${i % 4}` as 'event-0'], width: coincide ? Math.max(1.5, 2.5 * (run.events.length - i)) : 2 }
  ));
  const all = [...(asked === null ? [] : [{ steps: asked, color: ({ soft }: { soft: string }) => soft, width: 1.5, dash: [6, 4]}]), ...lines];
  charts.add(holder, {
    height: holder.clientWidth < 620 ? 150 : 170,
    lines: all,
    range: (from, to) => rangeOf(all.map(({ steps: line }) => line), from, to),
    levels: roundLevels,
    level: thousands,
    timeAxis: true,
    under: (drawing) => spells(drawing, run.moments),
    over: (drawing) => {
      if (!drawing.narrow) lineNames(drawing, run, asked, lines);
    },
    says: (at, near) => [
      `${at.toFixed(6)} s`,
      ...run.events.map(({ name }, i) => `${eventName(run, i, name)}: ${thousands(valueAt(lines[i].steps, at))}`),
      ...(asked === null ? [] : [`asked for: ${thousands(valueAt(asked, at))}`]),
      ...nearest(run.moments, at, near),
    ],
  });
  holder.after(h('p', { class: 'note narrow' }, run.events.map(({ name, kept }, i) => `${eventName(run, i, name)}: ${thousands(kept)}`).join(', ')));
}

/** What the lines hold in a stretch of time; all that there is from 0 on, if it is all of the time. */
function rangeOf(lines: readonly Steps[], from: number, to: number): [number, number] {
  const low = Math.min(...lines.map((line) => valueAt(line, from)));
  const high = Math.max(low + 1, ...lines.map((line) => valueAt(line, to)));
  const room = 0.12 * (high - low);
  return [Math.max(0, low - room), high + room];
}

/** Four or five round numbers. */
function roundLevels(low: number, high: number): number[] {
  const unit = 10 ** Math.floor(Math.log10(high - low));
  const step = Math.max(1, [unit / 5, unit / 2, unit, 2 * unit].find((width) => (high - low) / width <= 5) ?? unit);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** Events of one name are told apart by their number. */
function eventName({ events }: RunView, index: number, name: string): string {
  return events.filter((event) => event.name === name).length > 1 ? `${name} (event ${index + 1})` : name;
}

const LINE_PX = 15;

/** Names the lines at their ends; labels that would lie on each other are put below each other. */
function lineNames(drawing: Drawing, run: RunView, asked: Steps | null, lines: readonly Line[]): void {
  const { theme, y, bottom } = drawing;
  const labels = lines.map(({ steps: line, color }, i) => {
    const value = valueAt(line, drawing.to);
    return { value, color: color(theme), text: `${thousands(value)} ${run.events[i].name}` };
  });
  const total = asked === null ? undefined : valueAt(asked, drawing.to);
  if (total !== undefined) labels.push({ value: total, color: theme.soft, text: `${thousands(total)} asked` });
  labels.sort((a, b) => b.value - a.value);
  let free = -Infinity;
  labels.forEach(({ value, color, text }, i) => {
    const room = bottom + 8 - (labels.length - 1 - i) * LINE_PX;
    const at = Math.min(Math.max(y(value), free), room);
    endLabel(drawing, text, at, color);
    free = at + LINE_PX;
  });
}

const SHOWN = 40;

/** Every moment as a sentence, which a click shows from near by. */
function list(moments: readonly Moment[], charts: Charts): HTMLElement {
  const items = moments.slice(0, SHOWN).map(({ at, to, text, kind }) => h('li', { class: kind }, h('button', {
    type: 'button',
    click: () => {
      const width = to === undefined ? 0.002 : Math.max(0.002, ((to - at) / SECOND) * 1.2);
      const middle = ((to ?? at) + at) / 2 / SECOND;
      charts.show(middle - width / 2, middle + width / 2);
    },
  }, text)));
  const more = moments.length > SHOWN ? [h('p', { class: 'note' }, `and ${thousands(moments.length - SHOWN)} more`)] : [];
  return h('details', { open: moments.length <= 12 }, h('summary', {}, `What happens, ${moments.length === 1 ? 'in one sentence' : `in ${Math.min(moments.length, SHOWN)} sentences`}`), h('ol', { class: 'moments' }, ...items), ...more);
}
