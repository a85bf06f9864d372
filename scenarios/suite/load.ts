/**
 * Scenario files: from their text to a Scenario, or to a sentence with line, column and what was expected.
 * Reference: YAML 1.2. Not modelled: anchors across files, several documents in one file.
 */
import { LineCounter, isMap, parseDocument, type Document, type Node, type Pair, type Scalar } from 'yaml';
import type { z } from 'zod';
import { InputError } from '../../perf/input-error.ts';
import { nearest } from '../../perf/nearest.ts';
import { scenarioOf, type Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';
import type { TimedScenario } from './timed-scenario.ts';

type Path = readonly PropertyKey[];

export function loadScenario(file: string, text: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string): InputError => {
    const { line, col } = lines.linePos(offset);
    return new InputError(`${file}:${line}:${col}: ${message}.`);
  };
  const [syntax] = document.errors;
  if (syntax !== undefined) throw at(syntax.pos[0], syntax.message);
  const error = (path: Path, message: string): InputError => at(offsetOf(document, path), message);
  const parsed = scenarioSchema.safeParse(document.toJS());
  if (!parsed.success) throw issueError(parsed.error.issues, document, at);
  return scenarioOf(nameOf(file), parsed.data, error);
}

/** A scenario written in TypeScript, as its module exports it; its compiler knows lines and columns, here paths must do. */
export function typedScenario(file: string, exported: TimedScenario): Scenario {
  const error = (path: Path, message: string): InputError => new InputError(`${file}: ${[...path.map(String), message].join(': ')}.`);
  const { check, ...text } = exported;
  const parsed = scenarioSchema.safeParse(text);
  if (parsed.success) return scenarioOf(nameOf(file), { ...parsed.data, check }, error);
  const [{ path, message }] = parsed.error.issues;
  throw error(path, message);
}

/** A scenario is called after its file. */
function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.\w+$/, '');
}

/** The innermost node on the path that exists. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** A misspelt key is also a missing one: what is there is named before what is not. */
function issueError(issues: z.core.$ZodIssue[], document: Document, at: (offset: number, message: string) => InputError): InputError {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue.code !== 'unrecognized_keys') return at(offsetOf(document, issue.path), missing(issue, document) ?? issue.message);
  const [key] = issue.keys;
  const known = knownKeys(issue.path);
  const meant = nearest(key, known);
  return at(keyOffset(document, issue.path, key), `unknown key '${key}'${meant === null ? '' : `, did you mean '${meant}'?`}; expected one of ${known.join(', ')}`);
}

function missing({ path }: z.core.$ZodIssue, document: Document): string | null {
  return path.length > 0 && !document.hasIn(path) ? `expected the key '${String(path.at(-1))}'` : null;
}

function knownKeys(path: Path): string[] {
  const { shape } = scenarioSchema;
  if (path[0] === 'machine') return Object.keys(shape.machine.unwrap().shape);
  return Object.keys(path[0] === 'expect' ? shape.expect.shape : shape);
}

function keyOffset(document: Document, path: Path, key: string): number {
  const map = path.length === 0 ? document.contents : (document.getIn(path, true) as Node);
  const pair = isMap(map) ? (map.items as Pair<Scalar>[]).find((item) => item.key.value === key) : undefined;
  return pair?.key.range?.[0] ?? offsetOf(document, path);
}
