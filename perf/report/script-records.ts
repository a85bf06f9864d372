/**
 * `script --show-…-events`: records that are no samples, a line each.
 * Reference: print_event_with_time() and perf_event__fprintf() of tools/perf v6.1.
 * Not modelled: records whose time is not in a trailer; --show-round-events, which in v6.1 disturbs the order of all else.
 */
import type { PerfRecord } from '../data/index.ts';
import { right } from '../printf.ts';
import { describeRecord, type DumpContext } from './dump-record.ts';
import type { Machine } from './machine.ts';
import type { FieldSet } from './script-fields.ts';
import type { ScriptClock } from './script-clock.ts';

/** The word in the option, and the records that it shows. */
export const RECORD_KINDS = {
  task: ['COMM', 'FORK', 'EXIT'],
  mmap: ['MMAP', 'MMAP2'],
  switch: ['SWITCH', 'SWITCH_CPU_WIDE'],
  namespace: ['NAMESPACES'],
  lost: ['LOST'],
  cgroup: ['CGROUP'],
  bpf: ['KSYMBOL', 'BPF_EVENT'],
  'text-poke': ['TEXT_POKE'],
} as const;

export type RecordKind = keyof typeof RECORD_KINDS;

/** How samples of the first event look; other records follow them. */
export interface RecordLook {
  fields: FieldSet;
  has_callchain: boolean;
}

/** The record's line; null if it is not one to show. */
export function scriptRecord(record: PerfRecord, show: readonly RecordKind[], machine: Machine, look: RecordLook, clock: ScriptClock): string | null {
  if (!show.some((kind) => (RECORD_KINDS[kind] as readonly string[]).includes(record.name))) return null;
  const body = record.name === 'LOST' ? ` lost ${record.lost}\n` : describeRecord(record, { machine } as DumpContext);
  return `${start(record, machine, look, clock)}PERF_RECORD_${record.name}${body}`;
}

/** The task is the one that the record is about; its ids are those that were running when it was written. */
function start(record: PerfRecord, machine: Machine, { fields, has_callchain }: RecordLook, clock: ScriptClock): string {
  const id = 'sample_id' in record ? record.sample_id : undefined;
  const pid = id?.task ? id.task.pid | 0 : -1;
  const tid = id?.task ? id.task.tid | 0 : -1;
  const { comm } = 'pid' in record && 'tid' in record ? machine.thread(record.pid, record.tid) : machine.thread(pid, tid);
  let text = '';
  if (fields.has('comm')) text += has_callchain && fields.has('ip') ? `${comm.text} ` : `${right(comm.text, 16)} `;
  if (fields.has('pid') && fields.has('tid')) text += `${String(pid).padStart(5)}/${String(tid).padEnd(5)} `;
  else if (fields.has('tid') || fields.has('pid')) text += `${String(fields.has('tid') ? tid : pid).padStart(5)} `;
  if (fields.has('cpu')) text += `[${String((id?.cpu?.cpu ?? -1) | 0).padStart(3, '0')}] `;
  if (fields.has('time')) text += clock.text(id?.time ?? 0n);
  return text;
}
