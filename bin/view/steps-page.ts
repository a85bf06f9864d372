/** The page of a counterexample: its steps, one lane per thread; forward and back; and the state at each. */
import type { StepsPage } from './steps-data.ts';
import { h } from './dom.ts';
import { stateFigure } from './state-figure.ts';

export function stepsPage(page: StepsPage, main: HTMLElement): void {
  const steps = (name: string): boolean => page.steps.some(({ thread }) => thread === name);
  const threads = page.before.threads.map(({ name }) => name).filter(steps);
  const told = page.before.threads.filter(({ name, state }) => steps(name) || state === 'sleeps').map(({ name }) => name);
  const { length } = page.steps;
  let at = 0;
  let isShown = false;

  const rows = [before(page, () => go(0)), ...page.steps.map((step, i) => row(step, i, threads, () => go(i + 1)))];
  const slider = h('input', { type: 'range', min: 0, max: length, value: 0, 'aria-label': 'step', input: () => go(Number(slider.value)) });
  const said = h('output', { 'aria-live': 'polite' });
  const state = h('div', { class: 'state' });
  const source = h('div', { class: 'source' });
  const verdict = h('p', { class: page.violation === null ? 'headline good' : 'headline bad' });

  function go(to: number): void {
    at = Math.min(Math.max(to, 0), length);
    rows.forEach((element, i) => {
      element.classList.toggle('now', i === at);
      element.classList.toggle('done', i < at);
      element.setAttribute('aria-current', i === at ? 'step' : 'false');
    });
    slider.value = String(at);
    if (matchMedia('(min-width: 861px)').matches && isShown) rows[at].scrollIntoView({ block: 'nearest' });
    isShown = true;
    const step = at === 0 ? null : page.steps[at - 1];
    const snapshotAt = (index: number) => (index <= 0 ? page.before : page.steps[index - 1].after);
    said.textContent = step === null ? 'before the first step' : `t${at - 1}: ${step.thread}, ${step.function}`;
    state.replaceChildren(stateFigure(snapshotAt(at), at === 0 ? null : snapshotAt(at - 1), told));
    source.replaceChildren(...(step?.excerpt ? [excerpt(step)] : []));
    verdict.textContent = at < length ? '' : page.violation === null ? 'Nothing is wrong at the end.' : `${capital(page.violation.kind)}: ${page.violation.message}.`;
    verdict.hidden = at < length;
  }

  const button = (text: string, title: string, click: () => void): HTMLElement => h('button', { type: 'button', title, 'aria-label': title, click }, text);
  main.append(
    h('header', {},
      h('h1', {}, page.question),
      h('p', { class: 'intro' }, page.violation === null
        ? `One order of steps on kernel ${page.kernel}, in which nothing goes wrong.`
        : `Not on kernel ${page.kernel}. In this order of ${length} steps it goes wrong; each line is one statement of the kernel, and time runs down.`),
      h('p', { class: 'command' }, h('code', {}, page.replay))),
    h('nav', { class: 'toolbar' },
      button('start', 'to the beginning', () => go(0)), button('← back', 'one step back', () => go(at - 1)), button('forward →', 'one step forward', () => go(at + 1)), button('end', 'to the end', () => go(length)),
      slider, said, h('span', { class: 'hint' }, 'Arrow keys step.')),
    h('div', { class: 'stepping' },
      h('figure', { class: 'steps' },
        h('figcaption', {}, h('strong', {}, 'Who does what, in which order.'), ' A column for each thread; choose a line to see the state after it.'),
        h('div', { class: 'lanes', style: `--last: ${Math.max(1, threads.length - 1)}` }, lanesHead(threads), h('div', { class: 'rows' }, ...rows)), verdict),
      h('div', { class: 'beside' },
        h('figure', { class: 'state-figure' }, h('figcaption', {}, h('strong', {}, 'The state after this step.'), ' A solid arrow is where an event writes, and where its poll looks; a dashed one whose sleepers a wakeup of the buffer reaches. The bar is what waits to be read; beyond its mark a wakeup is due.'), state),
        source)),
  );
  addEventListener('keydown', (event) => {
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: length }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(to);
  });
  // A counterexample is read to its end first: that is what it is about.
  go(length);
}

const capital = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;

function lanesHead(threads: readonly string[]): HTMLElement {
  return h('div', { class: 'lanes-head' }, ...threads.map((name, lane) => h('span', { style: `--lane: ${lane}` }, name)));
}

function before(page: StepsPage, click: () => void): HTMLElement {
  const asleep = page.before.threads.filter(({ state }) => state === 'sleeps').map(({ name }) => name);
  const text = asleep.length === 0 ? 'before' : `before: ${asleep.join(', ')} ${asleep.length === 1 ? 'sleeps' : 'sleep'}`;
  return h('button', { type: 'button', class: 'step before', click }, h('span', { class: 'time' }, ''), h('span', { class: 'what' }, text));
}

function row(step: StepsPage['steps'][number], index: number, threads: readonly string[], click: () => void): HTMLElement {
  return h('button', { type: 'button', class: 'step', click },
    h('span', { class: 'time' }, `t${index}`),
    h('span', { class: 'what', style: `--lane: ${threads.indexOf(step.thread)}` },
      h('span', { class: 'who' }, step.thread), h('span', { class: 'function' }, step.function), h('code', {}, step.statement)));
}

function excerpt({ excerpt: found, source }: StepsPage['steps'][number]): HTMLElement {
  const { from, line, lines } = found!;
  const indent = Math.min(...lines.filter((text) => text.trim() !== '').map((text) => /^ */.exec(text)![0].length));
  return h('figure', {},
    h('figcaption', {}, h('strong', {}, 'The statement in the kernel.'), ' ', h('code', {}, source)),
    h('pre', {}, ...lines.map((text, i) => h('div', { class: from + i === line ? 'line here' : 'line' }, h('span', { class: 'number' }, String(from + i)), text.slice(indent)))));
}
