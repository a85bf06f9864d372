/** docs/tool.md, executed as it stands. */
import { expect, test } from '@jest/globals';
import { exchanges, inFolder } from '../support/session.ts';

test('the commands of the document print what it shows', () => {
  const all = exchanges('docs/tool.md');
  expect(all.length).toBe(12);
  inFolder((execute) => {
    for (const exchange of all) expect(`${exchange.command}\n${execute(exchange).trim()}`).toBe(`${exchange.command}\n${exchange.output.trim()}`);
  });
});
