/**
 * What perf calls an event of which a recording has only the attr: `cycles:u`, `L1-dcache-load-misses`, `raw 0x1b7`.
 * Reference: evsel__name() and evsel__add_modifiers() of tools/perf/util/evsel.c, v6.1.
 * Not modelled: names of tracepoints, which need the tracing data.
 */
import {
  PERF_TYPE_BREAKPOINT, PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE, PERF_TYPE_RAW, PERF_TYPE_SOFTWARE, PERF_TYPE_TRACEPOINT,
  type PerfEventAttr,
} from '../../kernel/abi/index.ts';
import { cacheEventName } from '../cache-events.ts';

const HARDWARE = [
  'cycles', 'instructions', 'cache-references', 'cache-misses', 'branches', 'branch-misses', 'bus-cycles',
  'stalled-cycles-frontend', 'stalled-cycles-backend', 'ref-cycles',
];

const SOFTWARE = [
  'cpu-clock', 'task-clock', 'page-faults', 'context-switches', 'cpu-migrations', 'minor-faults', 'major-faults',
  'alignment-faults', 'emulation-faults', 'dummy',
];

const BREAKPOINT_ACCESS = [[1, 'r'], [2, 'w'], [4, 'x']] as const;

function breakpointName(attr: PerfEventAttr): string {
  const access = BREAKPOINT_ACCESS.filter(([bit]) => attr.bp_type & bit).map(([, letter]) => letter).join('');
  return `mem:0x${attr.config1.toString(16)}${access && `:${access}`}`;
}

/** Where the event counts, in the letters that `-e` takes; nothing where it counts as it does by default. */
function modifiers(attr: PerfEventAttr): string {
  let letters = '';
  const restricted = attr.exclude_kernel || attr.exclude_user || attr.exclude_hv;
  if (restricted) letters += (attr.exclude_kernel ? '' : 'k') + (attr.exclude_user ? '' : 'u') + (attr.exclude_hv ? '' : 'h');
  letters += 'ppp'.slice(0, attr.precise_ip);
  const excludesGuestByDefault = restricted || attr.precise_ip > 0;
  if (attr.exclude_host || attr.exclude_guest === excludesGuestByDefault) {
    letters += (attr.exclude_host ? '' : 'H') + (attr.exclude_guest ? '' : 'G');
  }
  return letters && `:${letters}`;
}

/** The name that perf gives to an event without one. */
export function eventName(attr: PerfEventAttr): string {
  const index = attr.config < 32n ? Number(attr.config) : -1;
  switch (attr.type) {
    case PERF_TYPE_HARDWARE: return (HARDWARE[index] ?? 'unknown-hardware') + modifiers(attr);
    case PERF_TYPE_SOFTWARE: return (SOFTWARE[index] ?? 'unknown-software') + modifiers(attr);
    case PERF_TYPE_TRACEPOINT: return 'unknown tracepoint';
    case PERF_TYPE_HW_CACHE: return cacheEventName(attr.config) + modifiers(attr);
    case PERF_TYPE_RAW: return `raw 0x${attr.config.toString(16)}${modifiers(attr)}`;
    case PERF_TYPE_BREAKPOINT: return breakpointName(attr) + modifiers(attr);
    default: return `unknown attr type: ${attr.type}`;
  }
}
