/**
 * Call stacks that name the lines that were written.
 *
 * Node takes note of the source map of what it loads itself. The bundle is none of that (bin/load-program.ts), so a module
 * without code stands in for it, under its name and with its map.
 */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUNDLE } from './places.ts';

/** What Node's loader of CommonJS calls, and nobody declares. */
interface CommonJSModule {
  _compile(text: string, name: string): void;
}

let isMapped = false;

/** To be called, with source maps enabled, before a stack is looked at. */
export function mapBundle(): void {
  if (isMapped) return;
  isMapped = true;
  const name = `perfsim://${basename(BUNDLE)}`;
  const map = JSON.parse(readFileSync(`${BUNDLE}.map`, 'utf8')) as object;
  const sourceRoot = pathToFileURL(`${dirname(BUNDLE)}/`).href;
  const data = Buffer.from(JSON.stringify({ ...map, sourceRoot })).toString('base64');
  (new Module(name) as unknown as CommonJSModule)._compile(`//# sourceMappingURL=data:application/json;base64,${data}`, name);
}
