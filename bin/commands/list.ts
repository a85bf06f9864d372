/** `perfsim list`: what `-e`, `--pmu`, `--kernel` and the workload can be. */
import { EVENT_NAMES } from '../../perf/event-names.ts';
import { PERF_TYPE_HARDWARE } from '../../kernel/abi/constants.ts';
import { unknownName } from '../../perf/nearest.ts';
import type { Command } from '../command.ts';
import { HELP } from '../options/option.ts';
import { splitOptions } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';
import { loadSimulation, type KernelVariant, type LoadSimulation, type Simulation } from '../simulation.ts';

/** Width of the name column of `perf list`. */
const NAME_COLUMN = 50;

interface Section {
  title: string;
  lines: (simulation: Simulation) => string[];
}

const SECTIONS: Readonly<Record<string, Section>> = {
  events: { title: 'List of pre-defined events (to be used in -e):', lines: eventLines },
  pmus: { title: 'List of PMUs (to be used in --pmu):', lines: ({ CHIPS }) => columns(CHIPS.map(({ name, alias, description }) => [alias === undefined ? name : `${name} OR ${alias}`, description])) },
  kernels: { title: 'List of kernels (to be used in --kernel), each with its commit and what it claims, below the one that it changes:', lines: ({ KERNELS }) => kernelLines(KERNELS.map(({ variant }) => variant)) },
  workloads: { title: 'List of workloads (beside those of your own, with --workload FILE):', lines: ({ WORKLOADS }) => columns(WORKLOADS.map((workload) => [workload.usage, workload.summary])) },
};

export function listCommand(load: LoadSimulation): Command {
  return {
    name: 'list',
    summary: 'List the events, PMUs, kernels and workloads there are',
    async run(argv) {
      const { options, rest } = splitOptions(argv, HELP);
      if (options.length > 0) {
        printText(usage([`perfsim list [${Object.keys(SECTIONS).join('|')}]`], [{ title: 'Options', options: HELP }]));
        return 0;
      }
      const names = rest.length === 0 ? Object.keys(SECTIONS) : rest;
      const unknown = names.find((name) => !Object.hasOwn(SECTIONS, name));
      if (unknown !== undefined) throw unknownName('list', unknown, Object.keys(SECTIONS), 'perfsim list -h');
      const simulation = await load();
      printText(names.map((name) => sectionText(SECTIONS[name], simulation)).join(''));
      return 0;
    },
  };
}

export const command = listCommand(loadSimulation);

function sectionText({ title, lines }: Section, simulation: Simulation): string {
  return `\n${title}\n\n${lines(simulation).map((line) => `  ${line}\n`).join('')}\n`;
}

/** As `perf list` shows events; behind a hardware event stand the PMUs that count it, if not all do. */
function eventLines({ CHIPS }: Simulation): string[] {
  const named = EVENT_NAMES.flatMap(({ symbol, alias, type }) => {
    const name = alias === undefined ? symbol : `${symbol} OR ${alias}`;
    if (type !== PERF_TYPE_HARDWARE) return [eventLine(name, 'Software event')];
    const chips = CHIPS.filter(({ events }) => events.some(({ signal }) => signal === symbol || signal === alias));
    const counted = chips.length === CHIPS.length ? '' : `  ${chips.map((chip) => chip.name).join(', ')}`;
    return chips.length === 0 ? [] : [`${eventLine(name, 'Hardware event')}${counted}`];
  });
  return [...named, eventLine('rNNN', 'Raw hardware event descriptor')];
}

function eventLine(name: string, kind: string): string {
  return `${name.padEnd(NAME_COLUMN)} [${kind}]`;
}

/** Left-aligned columns, two spaces apart; the last one ends where its text ends. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column])).join('  ').trimEnd());
}

/** The lineage: each kernel below the one whose code it changes, the longest line straight down, others as branches. */
function kernelLines(variants: readonly KernelVariant[]): string[] {
  const rows: string[][] = [];
  const childrenOf = ({ name }: KernelVariant): KernelVariant[] => variants.filter(({ parent }) => parent === name);
  const length = (variant: KernelVariant): number => 1 + Math.max(0, ...childrenOf(variant).map(length));
  const visit = (variant: KernelVariant, branch: string, indent: string): void => {
    rows.push([`${branch}${variant.name}`, variant.commit, variant.claim]);
    const children = childrenOf(variant);
    const [trunk] = children.toSorted((a, b) => length(b) - length(a));
    for (const side of children) if (side !== trunk) visit(side, `${indent}├─ `, `${indent}│  `);
    if (trunk !== undefined) visit(trunk, indent, indent);
  };
  for (const root of variants.filter(({ parent }) => parent === null)) visit(root, '', '');
  return columns(rows);
}
