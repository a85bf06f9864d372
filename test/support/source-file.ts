/** The repository's own sources, parsed: what the tidy test asks its questions of. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** A node of the syntax tree, as far as the questions go. Spans count bytes. */
export interface Node {
  readonly type: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly [key: string]: unknown;
}

/** Files under `folder`, as paths from the root, in order. */
export function filesUnder(folder: string, extension: string): string[] {
  const found = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  return found.sort();
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export class SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly #bytes: Buffer;
  readonly #statements: readonly Node[];
  /** The parser counts on from one file to the next; this is where this one starts. */
  readonly #start: number;

  constructor(path: string, text = textOf(path)) {
    this.path = path;
    this.text = text;
    this.lines = text.split('\n').length - 1;
    this.#bytes = Buffer.from(this.text);
    const code = this.text.replace(/^#!/, '//');
    const [mark, ...statements] = parseSync(`;${code}`, { syntax: 'typescript' }).body as unknown as Node[];
    this.#start = mark.span.end;
    this.#statements = statements;
  }

  /** The comment that the file opens with; empty if it opens with code. */
  get header(): string {
    return /^\/\*\*[^]*?\*\//.exec(this.text)?.[0] ?? '';
  }

  /** All nodes, outer ones first. */
  *nodes(): Generator<Node> {
    const pending: unknown[] = this.#statements.toReversed();
    while (pending.length > 0) {
      const next = pending.pop();
      if (Array.isArray(next)) pending.push(...next.toReversed());
      else if (typeof next === 'object' && next !== null) {
        if ('type' in next && 'span' in next) yield next as Node;
        pending.push(...Object.values(next).toReversed());
      }
    }
  }

  /** `path:line` of a node. */
  place(node: Node): string {
    return `${this.path}:${this.#line(node.span.start)}`;
  }

  /** Lines that a node stands on. */
  height(node: Node): number {
    return this.#line(node.span.end) - this.#line(node.span.start) + 1;
  }

  #line(position: number): number {
    return this.#bytes.subarray(0, position - this.#start).toString().split('\n').length;
  }

  /** What the file imports or re-exports, types included: paths from the root, or names of packages. */
  get imports(): string[] {
    const sources = [...this.nodes()]
      .filter(({ type }) => /^(Import|ExportNamed|ExportAll)Declaration$/.test(type))
      .map(({ source }) => (source as { value: string } | null)?.value)
      .filter((source) => source !== undefined);
    return sources.map((source) => (source.startsWith('.') ? join(dirname(this.path), source) : source));
  }

  /** Whether the file only passes on what others export. */
  get isIndex(): boolean {
    return this.#statements.every(({ type }) => /^Export(Named|All)Declaration$/.test(type));
  }
}
