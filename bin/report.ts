/** The work of `perfsim report`, apart from its command line so that only the command's start loads it. */
import type { PerfData } from '../perf/data/index.ts';
import { Dump } from '../perf/report/dump.ts';
import { Session } from '../perf/report/session.ts';
import { statistics } from '../perf/report/stats.ts';
import { standardOutput } from './recording.ts';

export interface ReportOptions {
  input: string;
  'dump-raw-trace'?: boolean | undefined;
  stats?: boolean | undefined;
}

const HEADER_HINT = '# To display the perf.data header info, please use --header/--header-only options.\n#\n';

export function runReport(data: PerfData, options: ReportOptions): number {
  const out = standardOutput();
  try {
    if (options.stats) {
      const session = new Session(data, {});
      session.run();
      out.text(statistics(data, session.counts, { lostSamples: true }));
    } else {
      const dump = new Dump(data, out, data.header.pipe ? 'pipe' : options.input);
      out.text(dump.warning + HEADER_HINT);
      dump.run();
    }
  } finally {
    out.flush();
  }
  return 0;
}
