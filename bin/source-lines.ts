/**
 * Call stacks in terms of what was written: of the kernel's text in the bundle by the table that the build makes of its source
 * map, which Node would take ten times as long to read; of a module of the user's own by the map that Node has read with it.
 */
import { readFileSync } from 'node:fs';
import { findSourceMap } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLE } from './places.ts';

export interface Frame {
  /** The function's name, without its class. */
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

/** Where something was written; `name` is that of a symbol there to which the bundle gives another. */
interface Place {
  readonly path: string;
  readonly line: number;
  readonly name: string | null;
}

/** Lines and columns count from 1. */
type PlaceOf = (line: number, column: number) => Place | null;

/** The frames of code that somebody has written, innermost first. */
export function framesIn(error: Error): Frame[] {
  return sitesOf(error).flatMap((site) => {
    const placeOf = placesIn(site.getFileName() ?? '');
    const place = placeOf?.(site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0) ?? null;
    if (placeOf === null || place === null) return [];
    const name = placeOf(site.getEnclosingLineNumber() ?? 0, site.getEnclosingColumnNumber() ?? 0)?.name ?? site.getFunctionName() ?? '<anonymous>';
    return [{ name: name.split('.').at(-1)!, path: place.path, line: place.line }];
  });
}

/** To be called before anybody has looked at the stack. */
function sitesOf(error: Error): readonly NodeJS.CallSite[] {
  const kept: unknown = Reflect.get(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (_, sites) => sites;
  const sites = error.stack as unknown as readonly NodeJS.CallSite[];
  Reflect.set(Error, 'prepareStackTrace', kept);
  return sites;
}

function placesIn(file: string): PlaceOf | null {
  const known = places.get(file);
  if (known !== undefined) return known;
  const found = file === `perfsim://${basename(BUNDLE)}` ? bundlePlaces() : placesByMap(file);
  places.set(file, found);
  return found;
}

const places = new Map<string, PlaceOf | null>();

function placesByMap(file: string): PlaceOf | null {
  const map = findSourceMap(file);
  if (map === undefined) return null;
  return (line, column) => {
    const { originalSource, originalLine, name } = map.findEntry(line - 1, column - 1) as { originalSource?: string; originalLine: number; name?: string };
    return originalSource === undefined ? null : { path: fileURLToPath(originalSource), line: originalLine + 1, name: name ?? null };
  };
}

/** What `npm run build` writes next to the bundle. */
export interface SourceLines {
  /** Relative to the folder of the bundle. */
  readonly sources: readonly string[];
  readonly names: readonly string[];
  /** Five numbers for each place, in order: line and column in the bundle, the source, its line, the name; −1 for none. */
  readonly places: readonly number[];
}

const PARTS = 5;

function bundlePlaces(): PlaceOf {
  const { sources, names, places: table } = JSON.parse(readFileSync(`${BUNDLE}.lines`, 'utf8')) as SourceLines;
  const paths = sources.map((source) => join(dirname(BUNDLE), source));
  return (line, column) => {
    let [from, to] = [0, table.length / PARTS];
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      const row = middle * PARTS;
      if (table[row] < line || (table[row] === line && table[row + 1] <= column)) from = middle;
      else to = middle;
    }
    const row = from * PARTS;
    return table[row + 2] === -1 ? null : { path: paths[table[row + 2]], line: table[row + 3], name: names[table[row + 4]] ?? null };
  };
}
