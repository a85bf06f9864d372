/** The work of `perfsim data`: from one file to another. */
import { closeSync, openSync } from 'node:fs';
import { InputError } from '../perf/input-error.ts';
import { writeJson } from '../perf/report/json.ts';
import { symbolFiles } from '../perf/report/symbol-files.ts';
import { fileOutput, machineFiles, standardOutput, withRecording } from './recording.ts';
import { systemReason } from './system-reason.ts';

const MEGABYTE = 1024 * 1024;

/** Refuses to overwrite unless forced, as perf does. */
function create(path: string, force: boolean): number {
  try {
    return openSync(path, force ? 'w' : 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new InputError(`'${path}' exists; overwrite it with --force.`);
    throw new InputError(`cannot write '${path}': ${systemReason(error)}.`);
  }
}

export function convertToJson(input: string, output: string, force: boolean): Promise<number> {
  return withRecording(input, ({ data, capturedOnIso }) => {
    const options = { capturedOn: capturedOnIso };
    if (output === '-') {
      writeJson(data, standardOutput(), options, symbolFiles(machineFiles));
      return 0;
    }
    const fd = create(output, force);
    try {
      const out = fileOutput(fd);
      const samples = writeJson(data, out, options, symbolFiles(machineFiles));
      process.stderr.write(`[ perf data convert: Converted '${input}' into JSON data '${output}' ]\n`
        + `[ perf data convert: Converted and wrote ${(out.written / MEGABYTE).toFixed(3)} MB (${samples} samples) ]\n`);
    } finally {
      closeSync(fd);
    }
    return 0;
  });
}
