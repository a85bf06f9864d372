/** docs/buffer-size.md, executed: its sweeps, one after the other in one folder, print what it says. */
import { expect, test } from '@jest/globals';
import { exchanges, inFolder } from '../support/session.ts';

const SESSION = exchanges('docs/buffer-size.md');

test('its sweeps', () => {
  expect(SESSION.map(({ command }) => command.split(' ', 2))).toEqual(SESSION.map(() => ['perfsim', 'sweep']));
  expect(SESSION.length).toBe(3);
  inFolder((execute) => {
    for (const exchange of SESSION) expect({ ...exchange, output: execute(exchange) }).toEqual(exchange);
  });
});
