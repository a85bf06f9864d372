/**
 * perf's build-id cache, `~/.debug`: perf itself fills it when it records, and looks there for symbols. Its layout is
 * NAME/ID/elf, with a link .build-id/ID[0:2]/ID[2:] to the directory.
 * Not modelled: the cache's index of old kernels; `buildid.dir` of perf's configuration.
 */
import { existsSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ImageFile } from '../perf/index.ts';
import { InputError } from '../perf/input-error.ts';
import { systemReason } from './system-reason.ts';

/** Adds the files to the cache. A cache that cannot be written is no error: the recording is complete without it. */
export function addToBuildIdCache(files: readonly ImageFile[], directory = join(homedir(), '.debug')): void {
  try {
    makeDirectory(directory);
    for (const file of files) add(file, directory);
  } catch (error) {
    process.stderr.write(`perfsim: symbols are not cached in '${directory}': ${systemReason(error)}; -N does without.\n`);
  }
}

/** A home that is not there is not made: where none can be, as in /proc, Node tries for ever. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function add({ id, content }: ImageFile, directory: string): void {
  const hex = Buffer.from(id.build_id).toString('hex');
  const name = id.filename.replace(/^\//, '');
  const home = join(directory, name, hex);
  mkdirSync(home, { recursive: true });
  const path = join(home, 'elf');
  put(path, content());
  link(join('..', '..', name, hex), join(directory, '.build-id', hex.slice(0, 2), hex.slice(2)));
}

/** A file that is there as a whole or not at all. */
function put(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes the programs under `directory` where the recording maps them, for perf's --symfs and hotspot's --sysroot: all, or none. */
export function writePrograms(files: readonly ImageFile[], directory: string): void {
  const made: string[] = [];
  try {
    for (const { id, content } of files) {
      if (!id.filename.startsWith('/')) continue;
      const path = join(directory, id.filename);
      const isNew = !existsSync(path);
      const folder = mkdirSync(dirname(path), { recursive: true });
      if (isNew) made.push(folder ?? path);
      put(path, content());
    }
  } catch (error) {
    for (const path of made) rmSync(path, { recursive: true, force: true });
    throw new InputError(`cannot write programs into '${directory}': ${systemReason(error)}.`);
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    symlinkSync(target, path);
  } catch {
    // It is there already, from an earlier recording or from one at this very moment; both mean the same file.
    readlinkSync(path);
  }
}
