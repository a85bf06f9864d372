/** What is on the disk before, during and after a recording. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputFile, commitTogether } from '../../bin/output-file.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfsim-'));
  path = join(folder, 'perf.data');
});
afterEach(() => rmSync(folder, { recursive: true }));

function recording(...parts: string[]): OutputFile {
  const file = new OutputFile(path);
  for (const part of parts) file.write(bytes(part));
  return file;
}

describe('a recording', () => {
  test('has no name until it is complete', () => {
    const file = recording('one');
    expect(readdirSync(folder)).toEqual([]);
    file.commit();
    file.close();
    expect(readdirSync(folder)).toEqual(['perf.data']);
  });

  test('holds what was written, in order, with the patches', () => {
    const long = 'x'.repeat(3_000_000);
    const file = recording('header', 'ab', long, 'cd');
    file.patch(0, bytes('HEAD'));
    file.write(bytes('end'));
    file.patch(6, bytes('AB'));
    file.commit();
    file.close();
    expect(readFileSync(path, 'latin1')).toBe(`HEADerAB${long}cdend`);
  });

  test('that fails leaves the earlier one as it was', () => {
    writeFileSync(path, 'earlier');
    recording('one').close();
    expect(readdirSync(folder)).toEqual(['perf.data']);
    expect(readFileSync(path, 'latin1')).toBe('earlier');
  });

  test('that succeeds makes the earlier one FILE.old', () => {
    for (const text of ['first', 'second', 'third']) {
      const file = recording(text);
      file.commit();
      file.close();
    }
    expect(readdirSync(folder)).toEqual(['perf.data', 'perf.data.old']);
    expect(readFileSync(path, 'latin1')).toBe('third');
    expect(readFileSync(`${path}.old`, 'latin1')).toBe('second');
  });

  test('does not keep an empty earlier file, as perf does not', () => {
    writeFileSync(path, '');
    const file = recording('one');
    file.commit();
    file.close();
    expect(readdirSync(folder)).toEqual(['perf.data']);
  });

  test('that cannot take its name at the end leaves nothing of itself behind', () => {
    writeFileSync(path, 'earlier');
    mkdirSync(`${path}.old`);
    const file = recording('one');
    expect(() => file.commit()).toThrow(/^cannot write '.*perf\.data': illegal operation on a directory\.$/);
    file.close();
    expect(readdirSync(folder)).toEqual(['perf.data', 'perf.data.old']);
    expect(readFileSync(path, 'latin1')).toBe('earlier');
  });
});

test('files that belong together get their names together, or none does', () => {
  const other = join(folder, 'x.json');
  const pair = (): OutputFile[] => [recording('new'), new OutputFile(other)];
  commitTogether(pair());
  expect(readdirSync(folder)).toEqual(['perf.data', 'x.json']);
  const files = pair();
  writeFileSync(join(folder, `.x.json.${process.pid}`), 'in the way');
  expect(() => commitTogether(files)).toThrow(/^cannot write '.*x\.json'/);
  expect(readdirSync(folder)).toEqual(['perf.data', 'x.json']);
});

describe('what cannot be written is refused before the run', () => {
  test('a folder that is not there', () => {
    expect(() => new OutputFile(join(folder, 'no', 'file'))).toThrow(/^cannot write '.*file': no such file or directory\.$/);
  });

  test('a folder in the place of the file', () => {
    expect(() => new OutputFile(folder)).toThrow(/it is a directory\.$/);
  });
});

test('a device is written to and stays a device', () => {
  path = '/dev/null';
  const file = recording('one');
  file.commit();
  file.close();
  expect(readdirSync('/dev')).not.toContain('null.old');
});
