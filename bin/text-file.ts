/** A text on its way to its file: refused before the work if it could not be written, and there only when complete. */
import { OutputFile } from './output-file.ts';
import { printText } from './print-text.ts';

/** Opens the file, lets `make` do its work, and gives what it returns to the file at once. '-' is standard output. */
export async function writeText(path: string, make: () => Promise<string> | string): Promise<void> {
  if (path === '-') return printText(await make());
  const file = new OutputFile(path, false);
  try {
    file.write(new TextEncoder().encode(await make()));
    file.commit();
  } finally {
    file.close();
  }
}
