/** One state drawn: events with their wait queues on the left, buffers with their lists on the right, threads below. */
import type { BufferSnapshot, EventSnapshot, Snapshot } from '../../kernel/explore/snapshot.ts';
import { h, s } from './dom.ts';

const WIDTH = 520;
const EVENT = { x: 8, width: 190, height: 62, gap: 18 };
const BUFFER = { x: 308, width: 204, height: 92, gap: 18 };
const TOP = 8;

type Box = typeof EVENT;

const topOf = ({ height, gap }: Box, index: number): number => TOP + index * (height + gap);
const middleOf = (box: Box, index: number): number => topOf(box, index) + box.height / 2;

/** What differs from `previous` is set off. */
export function stateFigure(now: Snapshot, previous: Snapshot | null, threads: readonly string[]): HTMLElement {
  const height = Math.max(topOf(EVENT, now.events.length), topOf(BUFFER, now.buffers.length), 60) - 8;
  const changed = (a: unknown, b: unknown): boolean => previous !== null && JSON.stringify(a) !== JSON.stringify(b);
  const picture = s('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': described(now) }, arrowHeads(),
    ...now.events.flatMap((event, i) => (event.rb === null ? [] : [pointer(i, event.rb, changed(event.rb, previous?.events[i]?.rb))])),
    ...now.buffers.flatMap((buffer, b) => buffer.list.map((id) => listed(now.events.findIndex((event) => event.id === id), b, changed(buffer.list.includes(id), previous?.buffers[b]?.list.includes(id) ?? false)))),
    ...now.events.map((event, i) => eventBox(event, i, changed(event, previous?.events[i]))),
    ...now.buffers.map((buffer, i) => bufferBox(buffer, i, changed(buffer, previous?.buffers[i]))));
  const chips = now.threads.filter(({ name }) => threads.includes(name)).map(({ name, state }) => {
    const isNew = changed(state, previous?.threads.find((thread) => thread.name === name)?.state);
    return h('span', { class: `chip ${state === 'sleeps' ? 'asleep' : ''} ${isNew ? 'changed' : ''}` }, h('strong', {}, name), ` ${state}`);
  });
  return h('div', {}, picture as unknown as Node, h('p', { class: 'chips' }, ...chips));
}

function arrowHeads(): SVGElement {
  const head = (id: string): SVGElement => s('marker', { id, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' }, s('path', { d: 'M0,0 L8,4 L0,8 z', class: id }));
  return s('defs', {}, head('head'), head('head-list'), head('head-changed'));
}

/** event->rb */
function pointer(event: number, buffer: number, isNew: boolean): SVGElement {
  const [from, to] = [middleOf(EVENT, event) - 8, middleOf(BUFFER, buffer) - 14];
  return curve(EVENT.x + EVENT.width, from, BUFFER.x - 2, to, `pointer ${isNew ? 'changed' : ''}`, isNew ? 'head-changed' : 'head');
}

/** The event is on the buffer's list. */
function listed(event: number, buffer: number, isNew: boolean): SVGElement {
  const [from, to] = [middleOf(BUFFER, buffer) + 18, middleOf(EVENT, event) + 12];
  return curve(BUFFER.x, from, EVENT.x + EVENT.width + 2, to, `listed ${isNew ? 'changed' : ''}`, isNew ? 'head-changed' : 'head-list');
}

function curve(x1: number, y1: number, x2: number, y2: number, className: string, marker: string): SVGElement {
  const bend = (x2 - x1) * 0.45;
  return s('path', { d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`, class: className, 'marker-end': `url(#${marker})` });
}

function text(x: number, y: number, className: string, content: string): SVGElement {
  return s('text', { x, y, class: className }, content);
}

function eventBox({ id, waiters, pending, freed }: EventSnapshot, index: number, isNew: boolean): SVGElement {
  const { x, width, height } = EVENT;
  const y = topOf(EVENT, index);
  const sleeps = waiters.length > 0;
  return s('g', { class: `box ${isNew ? 'changed' : ''} ${freed ? 'freed' : ''}` },
    s('rect', { x, y, width, height, rx: 7 }),
    text(x + 12, y + 22, 'name', `event ${id}${freed ? ', freed' : ''}`),
    ...(pending ? [text(x + width - 12, y + 22, 'flag', 'wakeup sent')] : []),
    text(x + 12, y + 46, sleeps ? 'waiters' : 'none', sleeps ? `on its wait queue: ${waiters.join(', ')}` : 'nobody on its wait queue'));
}

function bufferBox({ unread, size, watermark, poll, list, waiters, freed, refcount }: BufferSnapshot, index: number, isNew: boolean): SVGElement {
  const { x, width, height } = BUFFER;
  const y = topOf(BUFFER, index);
  const bar = width - 24;
  // These buffers hold a record or two: the bar ends at four times the watermark, as the buffer is far from full.
  const scale = Math.min(size, 4 * watermark);
  const reaches = list.length > 0 ? `wakes: ${list.map((id) => `event ${id}`).join(', ')}` : 'wakes no event by its list';
  return s('g', { class: `box ${isNew ? 'changed' : ''} ${freed ? 'freed' : ''}` },
    s('rect', { x, y, width, height, rx: 7 }),
    text(x + 12, y + 22, 'name', `buffer ${index + 1}${freed ? ', freed' : ''}`),
    text(x + width - 12, y + 22, 'flag', poll ? 'POLLIN waits' : `${refcount} ${refcount === 1 ? 'holder' : 'holders'}`),
    s('rect', { x: x + 12, y: y + 32, width: bar, height: 10, rx: 3, class: 'bar' }),
    s('rect', { x: x + 12, y: y + 32, width: Math.min(1, Math.max(0, unread / scale)) * bar, height: 10, rx: 3, class: 'filled' }),
    s('path', { d: `M${x + 12 + (watermark / scale) * bar},${y + 29} v16`, class: 'watermark' }),
    text(x + 12, y + 60, unread > 0 ? 'waiters' : 'none', unread > 0 ? `${unread} bytes unread` : 'nothing unread'),
    text(x + 12, y + 79, list.length > 0 ? 'waiters' : 'none', waiters.length > 0 ? `own wait queue: ${waiters.join(', ')}` : reaches));
}

/** The same in words. */
function described({ events, buffers }: Snapshot): string {
  const eventTexts = events.map(({ id, rb, waiters }) => `event ${id} ${rb === null ? 'has no buffer' : `writes into buffer ${rb + 1}`}${waiters.length > 0 ? `, ${waiters.join(', ')} on its wait queue` : ''}`);
  const bufferTexts = buffers.map(({ unread, list }, i) => `buffer ${i + 1} holds ${unread} bytes and wakes ${list.length === 0 ? 'nobody' : `events ${list.join(', ')}`}`);
  return [...eventTexts, ...bufferTexts].join('; ');
}
