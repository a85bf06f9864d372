/** The work of `perfsim report`, apart from its command line so that only the command's start loads it. */
import { PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_CALLCHAIN } from '../kernel/abi/constants.ts';
import type { PerfData } from '../perf/data/index.ts';
import { InputError } from '../perf/input-error.ts';
import { hasBranchStacks } from '../perf/report/branch-stack.ts';
import { Dump } from '../perf/report/dump.ts';
import { layoutOf, type LayoutOptions } from '../perf/report/columns.ts';
import { headerText } from '../perf/report/header-text.ts';
import { histogram, type CallGraphOptions } from '../perf/report/histogram.ts';
import { histogramText } from '../perf/report/histogram-text.ts';
import { checkCpus, sampleFilter, type FilterOptions } from '../perf/report/sample-filter.ts';
import { Session } from '../perf/report/session.ts';
import { defaultSort } from '../perf/report/sort-keys.ts';
import { statistics } from '../perf/report/stats.ts';
import { symbolFiles } from '../perf/report/symbol-files.ts';
import { DEFAULT_CALL_GRAPH, type CallGraph } from './options/call-graph.ts';
import { machineFiles, standardOutput, type Recording } from './recording.ts';

export interface ReportOptions extends FilterOptions, LayoutOptions {
  input: string;
  'dump-raw-trace'?: boolean | undefined;
  stats?: boolean | undefined;
  header?: boolean | undefined;
  'header-only'?: boolean | undefined;
  'show-info'?: boolean | undefined;
  'symbol-filter'?: string | undefined;
  'percent-limit'?: number | undefined;
  percentage: 'relative' | 'absolute';
  group?: boolean | undefined;
  'branch-stack'?: boolean | undefined;
  'field-separator'?: string | undefined;
  quiet?: boolean | undefined;
  'max-stack'?: number | undefined;
  children?: boolean | undefined;
  'no-children'?: boolean | undefined;
  'call-graph'?: CallGraph | undefined;
  inverted?: boolean | undefined;
}

/** perf shows callers first when they get a part in what they call, and otherwise the sampled function first. */
function graphOptions({ 'no-children': flat = false, 'call-graph': { type, order } = DEFAULT_CALL_GRAPH, inverted = false }: ReportOptions): CallGraphOptions {
  return { children: !flat, shown: type !== 'none', fromCaller: order === 'caller' || (order !== 'callee' && (inverted || !flat)) };
}

/** Keys of which a filter leaves one value: a line says which, instead of a column. */
function elided({ comms, dsos, symbols }: ReportOptions): { name: string; value: string }[] {
  const lists = [{ name: 'comm', value: comms }, { name: 'dso', value: dsos }, { name: 'symbol', value: symbols }];
  return lists.flatMap(({ name, value }) => (value === undefined || value.includes(',') ? [] : [{ name, value }]));
}

function checkChains({ header, events: { all } }: PerfData, { 'call-graph': graph }: ReportOptions): void {
  if (header.pipe || graph === undefined || graph.type === 'none') return;
  if (all.some(({ attr }) => attr.sample_type & BigInt(PERF_SAMPLE_CALLCHAIN))) return;
  throw new InputError("the recording has no call chains for -g to show; leave it out, or record with 'perfsim record -g'.");
}

/** -b, or if nothing is said what the header says. */
function isOfBranches(data: PerfData, { 'branch-stack': asked }: ReportOptions): boolean {
  if (asked && !data.events.all.some(({ attr }) => attr.sample_type & BigInt(PERF_SAMPLE_BRANCH_STACK))) {
    throw new InputError("Selected -b but no branch data. Did you call perf record without -b?");
  }
  return asked ?? hasBranchStacks(data);
}

function histogramOf({ data }: Recording, options: ReportOptions): string {
  checkCpus(data, options);
  checkChains(data, options);
  const branches = isOfBranches(data, options);
  const layout = layoutOf({ ...options, branches }, defaultSort(data));
  const found = histogram(data, {
    layout, branches, graph: graphOptions(options), filter: sampleFilter(options), symbolFilter: options['symbol-filter'], relative: options.percentage === 'relative',
    together: options.group, hideUnresolved: options['hide-unresolved'], maxStack: options['max-stack'], loadSymbols: symbolFiles(machineFiles, data),
  });
  if (found.tables.every(({ isEmpty }) => isEmpty)) {
    process.stderr.write(`Error:\nThe ${options.input} data has no samples!\n`);
    return '';
  }
  const kept = elided(options).filter(({ name }) => layout.keys.some((key) => key.name === name));
  const { type, threshold } = options['call-graph'] ?? DEFAULT_CALL_GRAPH;
  return kept.map(({ name, value }) => `# ${name}: ${value}\n`).join('') + histogramText(found, {
    layout, elided: kept.map(({ name }) => name), quiet: options.quiet, separator: options['field-separator'], percentLimit: options['percent-limit'],
    time: options.time, folded: type === 'folded', threshold,
  });
}

const HEADER_HINT = '# To display the perf.data header info, please use --header/--header-only options.\n#\n';

export function runReport(recording: Recording, options: ReportOptions): number {
  const { data, capturedOn } = recording;
  const out = standardOutput();
  const dump = options['dump-raw-trace'] ? new Dump(data, out, data.header.pipe ? 'pipe' : options.input, symbolFiles(machineFiles, data)) : null;
  try {
    if (dump !== null) out.text(dump.warning);
    if (options.header || options['header-only']) out.text(headerText(data, { capturedOn, full: options['show-info'] }));
    else if (!options.stats && !options.quiet) out.text(HEADER_HINT);
    if (options['header-only']) return 0;
    if (options.stats) {
      const session = new Session(data, {});
      session.run();
      out.text(statistics(data, session.counts, { lostSamples: true }));
    } else if (options['dump-raw-trace']) {
      dump?.run();
    } else {
      out.text(histogramOf(recording, options));
    }
  } finally {
    out.flush();
  }
  return 0;
}
