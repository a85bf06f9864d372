/** The work of `perfsim script`, apart from its command line so that only the command's start loads it. */
import { headerText } from '../perf/report/header-text.ts';
import { checkCpus, sampleFilter, type FilterOptions } from '../perf/report/sample-filter.ts';
import type { ClockOptions } from '../perf/report/script-clock.ts';
import { parseFields } from '../perf/report/script-fields.ts';
import type { RecordKind } from '../perf/report/script-records.ts';
import { Script } from '../perf/report/script.ts';
import { symbolFiles } from '../perf/report/symbol-files.ts';
import { machineFiles, standardOutput, type Recording } from './recording.ts';

interface Options extends FilterOptions, ClockOptions {
  fields: readonly string[];
  show: readonly RecordKind[];
  'hide-call-graph'?: boolean | undefined;
  'max-stack'?: number | undefined;
  header?: boolean | undefined;
  'header-only'?: boolean | undefined;
  'show-info'?: boolean | undefined;
}

export function runScript({ data, capturedOn }: Recording, options: Options): number {
  const { show, 'hide-call-graph': hideCallGraph, 'max-stack': maxStack } = options;
  const fields = options.fields.map(parseFields);
  const filter = sampleFilter(options);
  checkCpus(data, options);
  const out = standardOutput();
  try {
    if (options.header || options['header-only']) out.text(headerText(data, { capturedOn, full: options['show-info'] }));
    if (!options['header-only']) new Script(data, out, { fields, show, clock: options, filter, hideCallGraph, maxStack }, symbolFiles(machineFiles, data)).run();
  } finally {
    out.flush();
  }
  return 0;
}
