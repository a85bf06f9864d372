/**
 * Texts in YAML that a user writes: checked against a schema, each error with its file, line and column and with what was
 * expected there.
 *
 * Reference: YAML 1.2; JSON Schema 2020-12, in which the schemas are published.
 * Not modelled: anchors across files, several documents in one file.
 */
import { LineCounter, isMap, isNode, parseDocument, type Document, type Pair, type Scalar } from 'yaml';
import * as z from 'zod';
import { InputError } from './input-error.ts';
import { nearest } from './nearest.ts';

export type Path = readonly PropertyKey[];

export interface Located<T> {
  data: T;
  /** The error for what stands at that path of the text. */
  error(path: Path, message: string): InputError;
  /** The error for the key with which that path ends. */
  keyError(path: Path, message: string): InputError;
}

export function parseYaml<Schema extends z.ZodType>(file: string, text: string, schema: Schema): Located<z.infer<Schema>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string): InputError => {
    const { line, col } = lines.linePos(offset);
    return new InputError(`${file}:${line}:${col}: ${message}${message.endsWith('?') ? '' : '.'}`);
  };
  const [syntax] = document.errors;
  if (syntax !== undefined) throw at(syntax.pos[0], syntax.code === 'MULTIPLE_DOCS' ? 'expected one document, and found another' : syntax.message.replace(/\.$/, ''));
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    const { path, key, message } = faultOf(parsed.error.issues, schema, (there) => document.hasIn(there));
    throw at(key === null ? offsetOf(document, path) : keyOffset(document, path, key), message);
  }
  return {
    data: parsed.data,
    error: (path, message) => at(offsetOf(document, path), message),
    keyError: (path, message) => at(keyOffset(document, path.slice(0, -1), String(path.at(-1))), message),
  };
}

/** The innermost node on the path that exists. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/** What is wrong, at which path; `key` is a key there that is wrong itself. */
export interface Fault {
  path: Path;
  key: string | null;
  message: string;
}

/** A misspelt key is also a missing one: what is there is named before what is not. `has` says what is there. */
export function faultOf(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, has: (path: Path) => boolean): Fault {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const { path, code, message } = issue;
  const [parent, last] = [path.slice(0, -1), String(path.at(-1))];
  if (code === 'unrecognized_keys') return { path, key: issue.keys[0], message: unknownKey(issue.keys[0], keysAt(schema, path)) };
  if (code === 'invalid_key') return { path: parent, key: last, message: issue.issues[0].message };
  if (code !== 'custom' && path.length > 0 && !has(path)) return { path: parent, key: null, message: `expected the key '${last}'` };
  return { path, key: null, message };
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `unknown key '${key}'${meant === null ? '' : `, did you mean '${meant}'?`}; expected one of ${known.join(', ')}`;
}

/** The keys that the object at `path` may have. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const inner = unwrapped(schema);
  if (!(inner instanceof z.ZodObject)) {
    if (inner instanceof z.ZodArray) return keysAt(inner.element, path.slice(1));
    if (!(inner instanceof z.ZodRecord)) return [];
    if (path.length > 0) return keysAt(inner.valueType, path.slice(1));
    return inner.keyType instanceof z.ZodEnum ? inner.keyType.options.map(String) : [];
  }
  const [key] = path;
  return key === undefined ? Object.keys(inner.shape) : keysAt(inner.shape[String(key)] as z.core.$ZodType, path.slice(1));
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;
}

function keyOffset(document: Document, path: Path, key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(map) ? (map.items as Pair<Scalar>[]).find((item) => item.key.value === key) : undefined;
  return pair?.key.range?.[0] ?? offsetOf(document, path);
}
