/** The examples of docs/abi.md, executed as they stand. */
import { expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import * as kernel from '../../kernel/index.ts';
import { textOf } from '../support/source-file.ts';

interface Example {
  readonly title: string;
  readonly code: string;
}

/** The code blocks of the document, by the heading they stand under and their number there. */
function examples(document: string): Example[] {
  const found: Example[] = [];
  for (const section of textOf(document).split(/^#+ /m).slice(1)) {
    const heading = section.slice(0, section.indexOf('\n'));
    const blocks = [...section.matchAll(/```ts\n([\s\S]*?)```/g)];
    blocks.forEach(([, code], i) => found.push({ title: `${heading}, example ${i + 1}`, code }));
  }
  return found;
}

/** Runs an example whose only import is the kernel's. */
function execute(code: string): void {
  const { code: script } = transformSync(code, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } });
  const imports = (name: string): unknown => {
    if (name !== 'perfsim/kernel') throw new Error(`an example imports ${name}`);
    return kernel;
  };
  // oxlint-disable-next-line typescript/no-implied-eval -- executing the document is the point.
  new Function('require', 'exports', 'expect', script)(imports, {}, expect);
}

test.each(examples('docs/abi.md'))('docs/abi.md: $title', ({ code }) => {
  expect(code).toContain('expect(');
  execute(code);
});
