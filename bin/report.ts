/** The work of `perfsim report`, apart from its command line so that only the command's start loads it. */
import { Dump } from '../perf/report/dump.ts';
import { headerText } from '../perf/report/header-text.ts';
import { histogram, type CallGraphOptions } from '../perf/report/histogram.ts';
import { histogramText } from '../perf/report/histogram-text.ts';
import { Session } from '../perf/report/session.ts';
import { statistics } from '../perf/report/stats.ts';
import { DEFAULT_SORT, givenSortKeys, parseSortKeys } from '../perf/report/sort-keys.ts';
import { symbolFiles } from '../perf/report/symbol-files.ts';
import { machineFiles, standardOutput, type Recording } from './recording.ts';

export interface ReportOptions {
  input: string;
  'dump-raw-trace'?: boolean | undefined;
  stats?: boolean | undefined;
  header?: boolean | undefined;
  'header-only'?: boolean | undefined;
  'show-info'?: boolean | undefined;
  'show-nr-samples'?: boolean | undefined;
  sort?: string | undefined;
  'no-children'?: boolean | undefined;
  'call-graph': 'graph' | 'caller' | 'callee' | 'none';
}

/** perf shows callers first when they get a part in what they call, and otherwise the sampled function first. */
function callGraph({ 'no-children': flat = false, 'call-graph': order }: ReportOptions): CallGraphOptions {
  return { children: !flat, shown: order !== 'none', fromCaller: order === 'caller' || (order !== 'callee' && !flat) };
}

const HEADER_HINT = '# To display the perf.data header info, please use --header/--header-only options.\n#\n';

export function runReport({ data, capturedOn }: Recording, options: ReportOptions): number {
  const out = standardOutput();
  const keys = options.sort === undefined ? parseSortKeys(DEFAULT_SORT) : givenSortKeys(options.sort);
  const dump = options['dump-raw-trace'] ? new Dump(data, out, data.header.pipe ? 'pipe' : options.input, symbolFiles(machineFiles, data)) : null;
  try {
    if (dump !== null) out.text(dump.warning);
    if (options.header || options['header-only']) out.text(headerText(data, { capturedOn, full: options['show-info'] }));
    else if (!options.stats) out.text(HEADER_HINT);
    if (options['header-only']) return 0;
    if (options.stats) {
      const session = new Session(data, {});
      session.run();
      out.text(statistics(data, session.counts, { lostSamples: true }));
    } else if (options['dump-raw-trace']) {
      dump?.run();
    } else {
      out.text(histogramText(histogram(data, { keys, graph: callGraph(options), loadSymbols: symbolFiles(machineFiles, data) }), { keys, showSamples: options['show-nr-samples'] }));
    }
  } finally {
    out.flush();
  }
  return 0;
}
