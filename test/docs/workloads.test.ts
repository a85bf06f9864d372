/** docs/workloads.md, executed as it stands; and its statement about brstack. */
import { expect, test } from '@jest/globals';
import { WORKLOADS } from '../../perf/index.ts';
import { SIGNALS } from '../../pmu/location.ts';
import { exchanges, inFolder } from '../support/session.ts';
import { textOf } from '../support/source-file.ts';

const DOCUMENT = 'docs/workloads.md';

test('the commands of the document print what it shows', () => {
  const all = exchanges(DOCUMENT);
  expect(all.length).toBe(6);
  inFolder((execute) => {
    for (const exchange of all) expect(`${exchange.command}\n${execute(exchange).trim()}`).toBe(`${exchange.command}\n${exchange.output.trim()}`);
  });
});

test('brstack takes as many cycles and instructions per loop as the document says', () => {
  const [, cycles, instructions] = /takes (\S+) cycles and (\S+) instructions per loop/.exec(textOf(DOCUMENT))!;
  const [phase] = WORKLOADS.find(({ name }) => name === 'brstack')!.parse(['1']).phases;
  if (phase.does !== 'run' || !('cycles' in phase.amount)) throw new Error('brstack runs cycles');
  expect(phase.amount.cycles).toBe(Number(cycles));
  expect(phase.amount.cycles * phase.code.rates[SIGNALS.indexOf('instructions')]).toBeCloseTo(Number(instructions), 9);
});
