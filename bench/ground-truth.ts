/** The tables of docs/ground-truth.md, measured: bounds with half of the figure as margin, percentages rounded up to 1, 2 or 5. */
import { CHIPS } from '../pmu/chips/index.ts';
import { PROGRAMS, countedOff, scaledError } from '../test/docs/ground-truth.ts';
import { spread } from '../test/docs/equal-events.ts';

const MARGIN = 1.5;

function percentStep(error: number): string {
  const percent = error * 100 * MARGIN;
  const power = 10 ** Math.floor(Math.log10(Math.max(percent, 1e-6)));
  const step = [1, 2, 5, 10].find((digit) => digit * power >= percent)! * power;
  return String(Number(step.toPrecision(1)));
}

/** Counted values are off by single events. */
function eventsBound(off: number): string {
  return String(Math.ceil(off * MARGIN) + 1);
}

function table(head: readonly string[], cells: (chip: (typeof CHIPS)[number]) => readonly string[]): void {
  console.log([['chip', ...head], head.map(() => '---').concat('---'), ...CHIPS.map((chip) => [chip.name, ...cells(chip)])]
    .map((row) => `| ${row.join(' | ')} |`).join('\n'));
}

const names = PROGRAMS.map(({ name }) => name);
console.log('counted, v3.2 and v6.18');
table(names, (chip) => PROGRAMS.map((program) => eventsBound(Math.max(...['v3.2', 'v6.18'].map((kernel) => countedOff(program, chip, kernel))))));
for (const kernel of ['v3.2', 'v6.18']) {
  console.log(`scaled, ${kernel}`);
  table(names, (chip) => PROGRAMS.map((program) => percentStep(scaledError(program, chip, kernel))));
}
console.log('spread of equal events');
table(['1', '2', '3', '4', '5', '6', '7', '8'], (chip) => [1, 2, 3, 4, 5, 6, 7, 8].map((events) => spread(chip, events).toFixed(2)));
