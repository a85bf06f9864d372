/**
 * `evlist`: the names of a recording's events, with `-v` their attributes, with `-F` their frequency.
 * Reference: tools/perf/builtin-evlist.c and evsel__fprintf() of util/evsel_fprintf.c, v6.1.
 * Not modelled: fields of tracepoints.
 */
import type { PerfData, RecordedEvent } from '../data/index.ts';
import { attrFields } from './attr-text.ts';

export interface EvlistOptions {
  verbose?: boolean | undefined;
  freq?: boolean | undefined;
  group?: boolean | undefined;
}

const PERF_TYPE_TRACEPOINT = 2;

/** A pipe says what its events are in the records before the first feature; perf reads no further. */
function readEvents(data: PerfData): void {
  if (!data.header.pipe) return;
  for (const record of data.records()) if (record.name === 'FEATURE') return;
}

function details({ attr }: RecordedEvent, { verbose, freq }: EvlistOptions): string {
  if (verbose) return `:${attrFields(attr).map(([name, value]) => ` ${name}: ${value}`).join(',')}`;
  return freq ? `: ${attr.freq ? 'sample_freq' : 'sample_period'}=${attr.sample_period}` : '';
}

/** Events that were opened as a group, in braces. */
function groups(data: PerfData): string[] {
  const names = data.events.all.map(({ name }) => name);
  const lines: string[] = [];
  for (let index = 0; index < names.length;) {
    const group = data.features.group_desc?.find(({ leader_idx }) => leader_idx === index);
    const count = group?.nr_members ?? 1;
    const members = names.slice(index, index + count).join(',');
    lines.push(count > 1 ? `${group?.name === '{anon_group}' ? '' : group?.name ?? ''}{${members}}` : members);
    index += Math.max(1, count);
  }
  return lines;
}

export function evlist(data: PerfData, options: EvlistOptions): string {
  readEvents(data);
  const lines = options.group ? groups(data) : data.events.all.map((event) => event.name + details(event, options));
  const hasTracepoint = data.events.all.some(({ attr }) => attr.type === PERF_TYPE_TRACEPOINT);
  const tip = hasTracepoint ? "# Tip: use 'perf evlist --trace-fields' to show fields for tracepoint events\n" : '';
  return lines.map((line) => `${line}\n`).join('') + tip;
}
