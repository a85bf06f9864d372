/**
 * Scenario files: from their text to a Scenario, or to a sentence with line, column and what was expected.
 * Reference: YAML 1.2. Not modelled: anchors across files, several documents in one file.
 */
import { InputError } from '../../perf/input-error.ts';
import { faultOf, parseYaml, type Path } from '../../perf/yaml-text.ts';
import { scenarioOf, type Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';
import type { TimedScenario } from './timed-scenario.ts';

export function loadScenario(file: string, text: string): Scenario {
  const located = parseYaml(file, text, scenarioSchema);
  return scenarioOf(nameOf(file), located.data, (path, message) => located.error(path, message));
}

/** A scenario written in TypeScript, as its module exports it; its compiler knows lines and columns, here paths must do. */
export function typedScenario(file: string, exported: TimedScenario): Scenario {
  const error = (path: Path, message: string): InputError => new InputError(`${file}: ${[...path.map(String), message].join(': ')}${message.endsWith('?') ? '' : '.'}`);
  const { check, ...text } = exported;
  const parsed = scenarioSchema.safeParse(text);
  if (parsed.success) return scenarioOf(nameOf(file), { ...parsed.data, check }, error);
  const { path, message } = faultOf(parsed.error.issues, scenarioSchema, (there) => valueAt(text, there) !== undefined);
  throw error(path, message);
}

function valueAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], object);
}

/** A scenario is called after its file. */
function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.\w+$/, '');
}
