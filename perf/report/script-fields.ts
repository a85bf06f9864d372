/**
 * `script -F`: which fields of a sample are shown, by the kind of its event.
 * Reference: parse_output_fields() and evsel__check_attr() of tools/perf/builtin-script.c, v6.1.
 * Not modelled: fields that need instructions or sources.
 */
import {
  PERF_SAMPLE_ADDR, PERF_SAMPLE_CODE_PAGE_SIZE, PERF_SAMPLE_CPU, PERF_SAMPLE_DATA_PAGE_SIZE, PERF_SAMPLE_IP,
  PERF_SAMPLE_PHYS_ADDR, PERF_SAMPLE_REGS_INTR, PERF_SAMPLE_REGS_USER, PERF_SAMPLE_TID, PERF_SAMPLE_TIME,
  PERF_SAMPLE_WEIGHT, PERF_SAMPLE_WEIGHT_STRUCT, PERF_TYPE_RAW, PERF_TYPE_TRACEPOINT, type PerfEventAttr,
} from '../../kernel/abi/index.ts';
import { InputError } from '../input-error.ts';
import { eventName, type PerfData, type RecordedEvent } from '../data/index.ts';

export const SCRIPT_FIELDS = [
  'comm', 'tid', 'pid', 'time', 'cpu', 'event', 'ip', 'sym', 'dso', 'addr', 'symoff', 'period', 'iregs', 'uregs', 'weight',
  'phys_addr', 'misc', 'data_page_size', 'code_page_size', 'trace', 'brstack', 'brstacksym',
] as const;

/** What perf has beside these. */
const NOT_MODELLED: readonly string[] = [
  'srcline', 'flags', 'data_src', 'bpf-output', 'brstackinsn', 'brstackinsnlen', 'brstackoff', 'callindent', 'insn', 'insnlen', 'synth', 'metric', 'srccode',
  'ipc', 'tod', 'ins_lat',
];

export type ScriptField = (typeof SCRIPT_FIELDS)[number];
export type FieldSet = ReadonlySet<ScriptField>;

const DEFAULT: ScriptField[] = ['comm', 'tid', 'cpu', 'time', 'event', 'ip', 'sym', 'symoff', 'dso', 'period'];
const RAW_EXTRA: ScriptField[] = ['addr', 'weight', 'phys_addr', 'data_page_size', 'code_page_size'];
const TRACEPOINT: ScriptField[] = ['comm', 'tid', 'cpu', 'time', 'event', 'trace'];

/** The attr's sample_type must have one of these bits for the field to be there. */
const NEEDS: Partial<Record<ScriptField, [bits: number, name: string]>> = {
  ip: [PERF_SAMPLE_IP, 'IP'], sym: [PERF_SAMPLE_IP | PERF_SAMPLE_ADDR, 'IP'], dso: [PERF_SAMPLE_IP | PERF_SAMPLE_ADDR, 'IP'],
  addr: [PERF_SAMPLE_ADDR, 'ADDR'], weight: [PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT, 'WEIGHT'],
  tid: [PERF_SAMPLE_TID, 'TID'], pid: [PERF_SAMPLE_TID, 'TID'], time: [PERF_SAMPLE_TIME, 'TIME'], cpu: [PERF_SAMPLE_CPU, 'CPU'],
  iregs: [PERF_SAMPLE_REGS_INTR, 'IREGS'], uregs: [PERF_SAMPLE_REGS_USER, 'UREGS'],
  phys_addr: [PERF_SAMPLE_PHYS_ADDR, 'PHYS_ADDR'], data_page_size: [PERF_SAMPLE_DATA_PAGE_SIZE, 'DATA_PAGE_SIZE'],
  code_page_size: [PERF_SAMPLE_CODE_PAGE_SIZE, 'CODE_PAGE_SIZE'],
};

const KINDS: Record<string, number> = { hw: 0, sw: 1, trace: 2, cache: 3, raw: 4, break: 5 };

function defaults({ type, sample_type }: PerfEventAttr): ScriptField[] {
  if (type === PERF_TYPE_RAW) return [...DEFAULT, ...RAW_EXTRA];
  if (type !== PERF_TYPE_TRACEPOINT) return DEFAULT;
  return sample_type & 0x20n ? [...TRACEPOINT, 'ip', 'sym', 'symoff', 'dso'] : TRACEPOINT;
}

interface Change {
  /** The events that the words are about; all if null. */
  kind: number | null;
  mode: 'set' | 'change';
  words: { remove: boolean; field: ScriptField }[];
}

function parseWord(word: string): { sign: string; field: ScriptField } {
  const sign = /^[+-]/.exec(word)?.[0] ?? '';
  const field = word.slice(sign.length) as ScriptField;
  if (NOT_MODELLED.includes(field)) throw new InputError(`the field '${field}' in -F is not modelled; the fields are ${SCRIPT_FIELDS.join(', ')}.`);
  if (!SCRIPT_FIELDS.includes(field)) throw new InputError(`unknown field '${field}' in -F; the fields are ${SCRIPT_FIELDS.join(', ')}.`);
  return { sign, field };
}

/** Reads `comm,tid,ip`, `+addr,-period` or `sw:comm,ip`. */
export function parseFields(text: string): Change {
  const colon = text.indexOf(':');
  const kindName = text.slice(0, Math.max(colon, 0));
  if (colon >= 0 && KINDS[kindName] === undefined) throw new InputError(`unknown kind of events '${kindName}' in -F; the kinds are ${Object.keys(KINDS).join(', ')}.`);
  const words = text.slice(colon + 1).split(',').filter(Boolean).map(parseWord);
  const signed = words.filter(({ sign }) => sign !== '');
  if (signed.length > 0 && signed.length < words.length) throw new InputError(`-F '${text}' mixes fields with and without sign; say either all fields, or what to add and to leave out.`);
  if (words.length === 0 && colon < 0) throw new InputError('-F needs at least one field, such as comm,tid,time,ip,sym.');
  return {
    kind: colon < 0 ? null : KINDS[kindName],
    mode: signed.length > 0 ? 'change' : 'set',
    words: words.map(({ sign, field }) => ({ remove: sign === '-', field })),
  };
}

/** The fields to show of each event. A field that samples of its kind lack is an error only if it was asked for. */
export function fieldsOf(data: PerfData, event: RecordedEvent, changes: readonly Change[]): FieldSet {
  const first = firstOfKind(data, event);
  const { fields, asked } = wantedFields(event, changes);
  for (const field of lacking(fields, first)) {
    if (asked.has(field)) throw new InputError(`samples of '${first.name}' have no ${NEEDS[field]![1]}, so -F cannot show '${field}'; leave it out.`);
    fields.delete(field);
  }
  if (fields.has('symoff') && !fields.has('sym')) throw new InputError("-F shows 'symoff' only with 'sym'; add it.");
  return fields;
}

/**
 * The name to show. For a field that it leaves out perf asks for the event's name, which sticks; of a pipe it does so before
 * EVENT_DESC has come, and finds the one that the attr makes.
 */
export function shownName(data: PerfData, event: RecordedEvent, changes: readonly Change[]): string {
  const isEarly = data.header.pipe && event === firstOfKind(data, event) && lacking(wantedFields(event, changes).fields, event).length > 0;
  return isEarly && event.name === data.features.event_desc?.[event.index]?.name ? eventName(event.attr) : event.name;
}

/** perf decides for all events of one kind by the first of them. */
function firstOfKind({ events }: PerfData, event: RecordedEvent): RecordedEvent {
  return events.all.find(({ attr }) => attr.type === event.attr.type) ?? event;
}

function wantedFields({ attr }: RecordedEvent, changes: readonly Change[]): { fields: Set<ScriptField>; asked: Set<ScriptField> } {
  const fields = new Set(defaults(attr));
  const asked = new Set<ScriptField>();
  for (const { kind, mode, words } of changes) {
    if (kind !== null && kind !== attr.type) continue;
    if (mode === 'set') fields.clear();
    for (const { remove, field } of words) {
      if (remove) fields.delete(field);
      else fields.add(field);
      if (!remove) asked.add(field);
    }
  }
  return { fields, asked };
}

/** Those for which the event's samples hold nothing. */
function lacking(fields: ReadonlySet<ScriptField>, { attr }: RecordedEvent): ScriptField[] {
  return [...fields].filter((field) => {
    const [bits] = NEEDS[field] ?? [0];
    return bits !== 0 && !(attr.sample_type & BigInt(bits));
  });
}
