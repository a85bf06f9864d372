/**
 * The versions of the perf tool, by what distinguishes them.
 *
 * Reference: tools/perf of v3.2 and v6.1; sections 9 and 11 of kernel.md.
 * Not modelled: the versions between them: what they do lies between these two.
 */
import type { Executable, PerfEventAttr } from '../../kernel/index.ts';
import type { EventSpec, RecordOptions, ToolVersion } from '../run-spec.ts';
import { config_attrs_6_1, events_6_1 } from './attr-6.1.ts';
import { config_attrs } from './attr.ts';
import { executable, modern_executable } from './host.ts';
import { RecordTool6_1 } from './record-6.1.ts';
import { RecordTool } from './record.ts';
import { Recording6_1 } from './recording-6.1.ts';
import { Recording } from './recording.ts';

export interface Personality {
  /** The events that are opened: those of the command line, and what the tool needs besides. */
  readonly events: (options: RecordOptions) => readonly EventSpec[];
  /** One for each of them. */
  readonly attrs: (options: RecordOptions) => PerfEventAttr[];
  /** A program as the computer of that time maps it. */
  readonly executable: (name: string) => Executable;
  readonly RecordTool: typeof RecordTool;
  readonly Recording: typeof Recording;
}

export const PERSONALITIES: Readonly<Record<ToolVersion, Personality>> = {
  '3.2': { events: ({ events }) => events, attrs: config_attrs, executable, RecordTool, Recording },
  '6.1': { events: events_6_1, attrs: config_attrs_6_1, executable: modern_executable, RecordTool: RecordTool6_1, Recording: Recording6_1 },
};
