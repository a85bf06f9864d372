/** The work of `perfsim report`, apart from its command line so that only the command's start loads it. */
import { Dump } from '../perf/report/dump.ts';
import { headerText } from '../perf/report/header-text.ts';
import { Session } from '../perf/report/session.ts';
import { statistics } from '../perf/report/stats.ts';
import { standardOutput, type Recording } from './recording.ts';

export interface ReportOptions {
  input: string;
  'dump-raw-trace'?: boolean | undefined;
  stats?: boolean | undefined;
  header?: boolean | undefined;
  'header-only'?: boolean | undefined;
  'show-info'?: boolean | undefined;
}

const HEADER_HINT = '# To display the perf.data header info, please use --header/--header-only options.\n#\n';

export function runReport({ data, capturedOn }: Recording, options: ReportOptions): number {
  const out = standardOutput();
  try {
    if (options.header || options['header-only']) out.text(headerText(data, { capturedOn, full: options['show-info'] }));
    else if (!options.stats) out.text(HEADER_HINT);
    if (options['header-only']) return 0;
    if (options.stats) {
      const session = new Session(data, {});
      session.run();
      out.text(statistics(data, session.counts, { lostSamples: true }));
    } else {
      const dump = new Dump(data, out, data.header.pipe ? 'pipe' : options.input);
      dump.run();
    }
  } finally {
    out.flush();
  }
  return 0;
}
