/**
 * The rules of docs/STYLE.md that a program can check. Each test lists the places that break one rule: none; and shows
 * the rule an example that breaks it, so that no rule passes because it has gone blind.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT, SourceFile, filesUnder, textOf, type Node } from './support/source-file.ts';

/** From left to right: a folder imports itself and what stands before it. */
const FOLDERS = ['sim', 'pmu', 'kernel', 'perf', 'scenarios', 'bin'];
const MODEL = ['sim', 'pmu', 'kernel'];

const present = [...FOLDERS, 'test', 'bench'].filter((folder) => existsSync(join(ROOT, folder)));
const sources = present.flatMap((folder) => filesUnder(folder, '.ts')).map((path) => new SourceFile(path));
const folderOf = (path: string): string => path.slice(0, path.indexOf('/'));
const within = (folders: readonly string[]) => ({ path }: SourceFile): boolean => folders.includes(folderOf(path));

/** Whether a path that a document names is one of ours. Linux has folders with our names; its files end in .c, .h and .S. */
const isOurs = (path: string): boolean =>
  [...FOLDERS, 'test', 'bench', 'docs'].includes(folderOf(path)) && !/\.[chS]$/.test(path);

/** The places in a file that break a rule. */
type Rule = (file: SourceFile) => string[];

/** No file in `where` breaks the rule; `example`, a path and a text, does. */
function holds(rule: Rule, where: (file: SourceFile) => boolean, [path, text]: readonly [string, string]): void {
  const example = new SourceFile(path, text);
  expect({ isCovered: where(example), found: rule(example).length }).toEqual({ isCovered: true, found: 1 });
  expect(sources.filter(where).flatMap(rule)).toEqual([]);
}

/** Imports that are not allowed. */
function imports(allowed: (path: string, from: SourceFile) => boolean): Rule {
  return (file) => file.imports.filter((path) => !allowed(path, file)).map((path) => `${file.path} → ${path}`);
}

/** Nodes of the syntax tree that are forbidden. */
function nodes(forbidden: (node: Node) => boolean): Rule {
  return (file) => [...file.nodes()].filter(forbidden).map((node) => file.place(node));
}

/** A comment at the file's top that holds all these words. */
function header(...words: string[]): Rule {
  return ({ header, path }) => (header !== '' && words.every((word) => header.includes(word)) ? [] : [path]);
}

const identifier = (...names: string[]) => ({ type, value }: Node): boolean => type === 'Identifier' && names.includes(value as string);
const ofType = (...types: string[]) => ({ type }: Node): boolean => types.includes(type);
const nameOf = (node: unknown): string => (node as { value?: string }).value ?? '';
const member = (name: RegExp, object = /^/) => (node: Node): boolean =>
  node.type === 'MemberExpression' && name.test(nameOf(node['property'])) && object.test(nameOf(node['object']));

const isPackage = (path: string): boolean => path.startsWith('node:') || !present.includes(folderOf(path));
const lines = (limit: number): Rule => (file) => (file.lines > limit ? [file.path] : []);
const isVariant = ({ path }: SourceFile): boolean => /^kernel\/variants\/(?!index\.ts)/.test(path);
/** A file of the model with something of its own to say: not one that only passes on exports, and not the bare list of errors. */
const isModel = (file: SourceFile): boolean => within(MODEL)(file) && !file.isIndex;

/** Files that touch a cell's value once, each for a reason of its own. */
const SINGLE_TOUCHES = [
  // A list head is made to point at itself before anybody knows it.
  'kernel/list.ts',
];

/** Code above the memory: not the memory, its primitives, or the explorer, which adds operations and sets the stage. */
const isAbove = (file: SourceFile): boolean =>
  within(FOLDERS)(file) && !within(['sim'])(file) && !file.path.startsWith('kernel/explore/') &&
  !['kernel/primitives.ts', ...SINGLE_TOUCHES].includes(file.path);

describe('imports', () => {
  test('a folder imports only itself and folders to its left', () => {
    const rank = (path: string): number => FOLDERS.indexOf(folderOf(path));
    const rule = imports((path, from) => isPackage(path) || (rank(path) !== -1 && rank(path) <= rank(from.path)));
    holds(rule, within(FOLDERS), ['pmu/x.ts', "import { a } from '../kernel/base.ts';"]);
    holds(rule, within(FOLDERS), ['bin/x.ts', "export * from '../test/tidy.test.ts';"]);
  });

  test('perf/ knows the kernel by its public face and its ABI', () => {
    const rule = imports((path) => !path.startsWith('kernel/') || /^kernel\/(index\.ts|abi\/\w+\.ts)$/.test(path));
    holds(rule, within(['perf']), ['perf/tool/x.ts', "import type { A } from '../../kernel/base.ts';"]);
  });

  test('the model uses nothing of Node and one package, the suite three that run in a browser', () => {
    const allowed = (from: string): string[] =>
      from === 'sim/random.ts' ? ['seedrandom'] : from.startsWith('scenarios/suite/') ? ['simple-statistics', 'yaml', 'zod'] : [];
    const rule = imports((path, { path: from }) => !isPackage(path) || allowed(from).includes(path));
    holds(rule, within([...MODEL, 'scenarios']), ['sim/x.ts', "import { readFileSync } from 'node:fs';"]);
  });

  test('an import of a file names it with its extension', () => {
    holds(imports((path) => isPackage(path) || path.endsWith('.ts')), () => true, ['test/x.ts', "import a from './support/a';"]);
  });
});

describe('sizes', () => {
  test('no file is longer than 500 lines', () => {
    holds(lines(500), () => true, ['bin/x.ts', '\n'.repeat(501)]);
  });

  test('no test file is longer than 200 lines', () => {
    holds(lines(200), within(['test']), ['test/x.ts', '\n'.repeat(201)]);
  });

  test('no function is longer than 70 lines', () => {
    const isFunction = ofType('FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'ClassMethod', 'PrivateMethod', 'Constructor');
    const rule: Rule = (file) => nodes((node) => isFunction(node) && file.height(node) > 70)(file);
    holds(rule, within(FOLDERS), ['bin/x.ts', `const x = 1;\nfunction f() {${'\n'.repeat(70)}}`]);
  });
});

describe('the model is a function of its seed', () => {
  const model = within(MODEL);

  test('it reads no clock and draws no unseeded number', () => {
    holds(nodes(identifier('Date', 'performance', 'crypto')), model, ['sim/x.ts', 'const at = Date.now();']);
    holds(nodes(member(/^random$/, /^Math$/)), model, ['sim/x.ts', 'const x = Math.random();']);
  });

  test('it waits for nothing outside itself', () => {
    holds(nodes(ofType('AwaitExpression')), model, ['sim/x.ts', 'await x;']);
    holds(nodes((node) => node['async'] === true), model, ['sim/x.ts', 'async function f() {}']);
    holds(nodes(identifier('Promise', 'setTimeout', 'setImmediate', 'queueMicrotask')), model, ['sim/x.ts', 'setTimeout(f, 0);']);
  });

  test('it depends on no order of keys and on no locale', () => {
    holds(nodes(ofType('ForInStatement')), model, ['sim/x.ts', 'for (const key in x) f(key);']);
    holds(nodes(member(/^(toLocale|localeCompare)/)), model, ['sim/x.ts', 'const s = x.toLocaleString();']);
  });
});

describe('kernel text', () => {
  test('it catches nothing: a call that must wait leaves by a throw', () => {
    holds(nodes(ofType('TryStatement')), within(['kernel']), ['kernel/x.ts', 'try { f(); } catch { g(); }']);
  });

  test('the value of a cell is touched by the memory and by the primitives alone', () => {
    const rule = nodes(member(/^v$/));
    holds(rule, isAbove, ['kernel/x.ts', 'cell.v = 1;']);
    for (const path of SINGLE_TOUCHES) expect({ path, touches: rule(new SourceFile(path)).length }).toEqual({ path, touches: 1 });
  });
});

describe('headers', () => {
  test('a file opens with a comment that says what it is', () => {
    holds(header(), within([...MODEL, 'perf']), ['perf/x.ts', 'export const x = 1;']);
  });

  test('a file of the model names its reference and what it leaves out, unless it only passes on exports', () => {
    holds(header('Reference:', 'Not modelled:'), isModel, ['pmu/x.ts', '/** Something. Reference: a manual. */\nconst x = 1;']);
  });

  test('a kernel version says where it comes from, what it claims and what it gets wrong', () => {
    const rule = header('Parent:', 'Upstream commit:', 'Claim:', 'Known to fail:');
    holds(rule, isVariant, ['kernel/variants/x.ts', '/** Parent: v3.1. Claim: none. */']);
  });

  test('every kernel version is listed', () => {
    const index = sources.find(({ path }) => path === 'kernel/variants/index.ts')!;
    const listed = index.imports.filter((path) => path.startsWith('kernel/variants/'));
    expect(listed.sort()).toEqual(sources.filter(isVariant).map(({ path }) => path));
  });
});

describe('documents', () => {
  const documents = ['README.md', ...filesUnder('docs', '.md')].filter((path) => existsSync(join(ROOT, path)));
  const named = documents.flatMap((document) => [...textOf(document).matchAll(/`([\w./-]+)`|(?:src|srcset)="([\w./-]+)"/g)].map(([, quoted, shown]) => ({ document, path: quoted ?? shown })));

  test('every file of ours that a document names exists', () => {
    expect(named.filter(({ path }) => isOurs(path)).length).toBeGreaterThan(0);
    expect(named.filter(({ path }) => isOurs(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('the lock file does not say where packages were fetched', () => {
    expect(textOf('package-lock.json')).not.toContain('"resolved": "http');
  });
});
