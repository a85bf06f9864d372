/** `perfsim list`: what `-e`, `--pmu`, `--kernel` and the workload can be. */
import { unknownName } from '../../perf/nearest.ts';
import type { Command } from '../command.ts';
import { cacheLines, eventLines, hardwareLines, softwareLines } from '../event-list.ts';
import { HELP } from '../options/option.ts';
import { splitOperands } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';
import { loadSimulation, type KernelVariant, type LoadSimulation, type Simulation } from '../simulation.ts';

interface Section {
  title: string;
  lines: (simulation: Simulation) => string[];
}

const EVENTS = 'List of pre-defined events (to be used in -e):';

const SECTIONS: Readonly<Record<string, Section>> = {
  events: { title: EVENTS, lines: eventLines },
  pmus: { title: 'List of PMUs (to be used in --pmu):', lines: ({ CHIPS }) => columns(CHIPS.map(({ name, alias, description }) => [alias === undefined ? name : `${name} OR ${alias}`, description])) },
  kernels: { title: 'List of kernels (to be used in --kernel), each with its commit and what it claims, below the one that it changes:', lines: ({ KERNELS }) => kernelLines(KERNELS.map(({ variant }) => variant)) },
  workloads: { title: 'List of workloads (beside those of your own, with --workload FILE):', lines: ({ WORKLOADS }) => columns(WORKLOADS.map((workload) => [workload.usage, workload.summary])) },
};

/** What `perf list` takes: one kind of events. */
const HARDWARE: Section = { title: EVENTS, lines: hardwareLines };
const SOFTWARE: Section = { title: EVENTS, lines: softwareLines };
const CACHE: Section = { title: EVENTS, lines: cacheLines };
const KINDS: Readonly<Record<string, Section>> = { hw: HARDWARE, hardware: HARDWARE, sw: SOFTWARE, software: SOFTWARE, cache: CACHE, hwcache: CACHE };
const ALL: Readonly<Record<string, Section>> = { ...SECTIONS, ...KINDS };

export function listCommand(load: LoadSimulation): Command {
  return {
    name: 'list',
    summary: 'List the events, PMUs, kernels and workloads there are',
    async run(argv) {
      const { options, rest } = splitOperands(argv, HELP);
      if (options.length > 0) {
        printText(usage([`perfsim list [${Object.keys(ALL).join('|')}]`], [{ title: 'Options', options: HELP }]));
        return 0;
      }
      const names = rest.length === 0 ? Object.keys(SECTIONS) : rest;
      const unknown = names.find((name) => !Object.hasOwn(ALL, name));
      if (unknown !== undefined) throw unknownName('list', unknown, Object.keys(ALL), 'perfsim list -h');
      const simulation = await load();
      printText(names.map((name) => sectionText(ALL[name], simulation)).join(''));
      return 0;
    },
  };
}

export const command = listCommand(loadSimulation);

function sectionText({ title, lines }: Section, simulation: Simulation): string {
  return `\n${title}\n\n${lines(simulation).map((line) => `  ${line}\n`).join('')}\n`;
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
