/** Text in aligned columns: the first to the left, the others to the right unless told otherwise. */

export function table(rows: readonly (readonly string[])[], others: 'left' | 'right' = 'right'): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => `${row.map((cell, column) => pad(cell, widths[column], column === 0 ? 'left' : others)).join('   ').trimEnd()}\n`).join('');
}

function pad(text: string, width: number, side: 'left' | 'right'): string {
  return side === 'left' ? text.padEnd(width) : text.padStart(width);
}
