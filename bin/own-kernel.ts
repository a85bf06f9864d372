/**
 * What a kernel of the user's own must keep, as far as it can be seen. Files are compiled without types, which would show most of
 * it: an override of nothing would change nothing, and a field that changes would not be taken back with the memory.
 */
import { readFileSync } from 'node:fs';
import type { KernelClass } from '../perf/index.ts';
import { InputError } from '../perf/input-error.ts';
import { nearest } from '../perf/nearest.ts';

/** A class of the user's own and the one that it extends. */
interface Extension {
  readonly own: KernelClass;
  readonly parent: KernelClass;
}

/** From the kernel up to the first class of ours. */
export function extensions(kernel: KernelClass, lineage: readonly KernelClass[]): Extension[] {
  if (lineage.includes(kernel)) return [];
  const parent = Object.getPrototypeOf(kernel) as KernelClass;
  return [{ own: kernel, parent }, ...extensions(parent, lineage)];
}

/** Refuses a class that says it overrides what its parent does not have, or all of whose functions seem to be misspelt. */
export function checkOverrides({ own, parent }: Extension, path: string): void {
  const declared = new Set([...readFileSync(path, 'utf8').matchAll(/\boverride\s+(?:(?:get|set|async)\s+)*([\w$]+)/g)].map(([, name]) => name));
  const functions = functionsOf(own.prototype);
  const added = functions.filter((name) => !(name in (parent.prototype as object)));
  const meant = (name: string): string | null => nearest(name, inherited(parent.prototype));
  const wrong = added.find((name) => declared.has(name)) ?? (added.length === functions.length ? added.find((name) => meant(name) !== null) : undefined);
  if (wrong === undefined) return;
  const suggestion = meant(wrong);
  throw new InputError(`'${path}' overrides nothing with '${wrong}', which ${parent.variant.name} does not have${suggestion === null ? '.' : `; did you mean '${suggestion}'?`}`);
}

/** Refuses assignments to the fields that `instance` has and a kernel of ours has not. */
export function guardFields(instance: object, ours: object): void {
  for (const [name, value] of Object.entries(instance)) {
    if (name in ours) continue;
    const refuse = (): never => {
      throw new Error(`the field '${name}' changes, and what a kernel remembers must be a Cell`);
    };
    Object.defineProperty(instance, name, { enumerable: true, get: () => value as unknown, set: refuse });
  }
}

function functionsOf(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
}

function inherited(prototype: object | null): string[] {
  return prototype === null || prototype === Object.prototype ? [] : [...functionsOf(prototype), ...inherited(Object.getPrototypeOf(prototype) as object | null)];
}
