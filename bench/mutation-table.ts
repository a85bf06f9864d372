/** The outcome of all mutations as docs/mutations.md has it. */
import type { Outcome } from './mutations.ts';

const HEAD = `# Mutations of the kernel text

Each row is one line of kernel text replaced by another; the suite of sample counts (\`perfsim test\`, on v3.2, expectations only: recorded
counts are not looked at) must notice. The list is \`test/mutations/mutations.ts\`; \`npm run bench -- mutations\` runs it and writes this file.
`;

export function mutationTable(outcomes: readonly Outcome[]): string {
  const survivors = outcomes.filter(({ caught }) => caught === null).length;
  const rows = outcomes.map(({ mutation, caught, changed }) => {
    const found = caught ?? `**survives**; counts change in ${changed.length === 0 ? 'no run' : changed[0]}`;
    return `| \`${mutation.file}\` | ${code(mutation.line)} | ${mutation.replacement === '' ? '(nothing)' : code(mutation.replacement)} | ${mutation.why} | ${found.replaceAll('|', '\\|')} |\n`;
  });
  return `${HEAD}\n${outcomes.length - survivors} of ${outcomes.length} are noticed.\n\n| file | line | in its place | what it guards | noticed by |\n|---|---|---|---|---|\n${rows.join('')}`;
}

function code(line: string): string {
  return `\`${line.replaceAll('|', '\\|')}\``;
}
