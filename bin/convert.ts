/** The work of `perfsim data`: from one file to another. */
import { statSync } from 'node:fs';
import { InputError } from '../perf/input-error.ts';
import { fixed } from '../perf/printf.ts';
import { writeJson } from '../perf/report/json.ts';
import { symbolFiles } from '../perf/report/symbol-files.ts';
import { Output } from '../perf/report/output.ts';
import { OutputFile } from './output-file.ts';
import { machineFiles, standardOutput, withRecording } from './recording.ts';

const MEGABYTE = 1024 * 1024;

/** Refuses to overwrite unless forced, as perf does. */
function create(path: string, force: boolean): OutputFile {
  if (!force && statSync(path, { throwIfNoEntry: false }) !== undefined) throw new InputError(`'${path}' exists; overwrite it with --force.`);
  return new OutputFile(path, false);
}

export function convertToJson(input: string, output: string, force: boolean): Promise<number> {
  return withRecording(input, ({ data, capturedOnIso }) => {
    const options = { capturedOn: capturedOnIso };
    if (output === '-') {
      writeJson(data, standardOutput(), options, symbolFiles(machineFiles, data));
      return 0;
    }
    const file = create(output, force);
    try {
      const out = new Output((bytes) => file.write(bytes));
      const samples = writeJson(data, out, options, symbolFiles(machineFiles, data));
      out.flush();
      file.commit();
      process.stderr.write(`[ perf data convert: Converted '${input}' into JSON data '${output}' ]\n`
        + `[ perf data convert: Converted and wrote ${fixed(out.written / MEGABYTE, 3)} MB (${samples} samples) ]\n`);
    } finally {
      file.close();
    }
    return 0;
  });
}
