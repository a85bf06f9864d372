/**
 * Callchains of one entry of the histogram, merged: where they agree is one branch, and each has the periods that came
 * through it.
 *
 * Reference: append_chain_children(), match_chain() and sort_chain_graph_abs() of tools/perf/util/callchain.c, v6.1, with
 * the defaults `graph,0.5,…,function,percent`.
 * Not modelled: sums beyond 2^53; the order, which perf takes from addresses of its own objects, of branches in different
 * files that have equal periods.
 */
import type { Frame } from './callchain.ts';

/** Frames that are one function are one. */
function identity({ location, ip }: Frame): string {
  const file = location?.map?.dso.long_name ?? '';
  return location?.found ? `${file}:${location.found.start}` : `${file}@${ip}`;
}

/** What is in no file behind all others, the kernel before them: perf compares its objects' places in memory, and has made the kernel's first. */
function fileRank({ location }: Frame): number {
  const map = location?.map ?? null;
  return map === null ? 2 : Number(map.dso.kernel);
}

/** By address, descending: the order in which perf's tree hands out equal periods. */
function byAddress(a: Frame, b: Frame): number {
  const [left, right] = [a, b].map(({ location, ip }) => location?.found?.start ?? ip);
  return fileRank(a) - fileRank(b) || (left === right ? 0 : left < right ? 1 : -1);
}

class Node {
  readonly frame: Frame;
  readonly children = new Map<string, Node>();
  /** Sum of the periods of all chains that come through here. */
  period = 0;
  /** Whether a chain has ended here. */
  isEnd = false;

  constructor(frame: Frame) {
    this.frame = frame;
  }
}

/** Frames that all its chains have in common, and where they go on. */
export interface Branch {
  readonly frames: readonly Frame[];
  readonly period: number;
  /** The largest first. */
  readonly branches: readonly Branch[];
}

/** Frames from one end to the other, and the periods of the chains that are just these. */
export interface Chain {
  readonly frames: readonly Frame[];
  readonly period: number;
}

export class CallTree {
  readonly #root = new Node({ ip: 0n, location: null });
  /** Frames of the longest chain. */
  depth = 0;

  /** Adds the frames from `from` on. */
  add(frames: readonly Frame[], from: number, period: number): void {
    this.depth = Math.max(this.depth, frames.length - from);
    let node = this.#root;
    for (let i = from; i < frames.length; i++) {
      const key = identity(frames[i]);
      let next = node.children.get(key);
      if (next === undefined) node.children.set(key, next = new Node(frames[i]));
      next.period += period;
      node = next;
    }
    node.isEnd = true;
  }

  /** All of another tree comes in. */
  merge(other: CallTree): void {
    this.depth = Math.max(this.depth, other.depth);
    mergeChildren(this.#root, other.#root);
  }

  /** The chains themselves that have at least `least` periods, the largest first. */
  chains(least: number): Chain[] {
    return chainsOf(this.#root, []).filter(({ period }) => period > 0 && period >= least).sort((a, b) => b.period - a.period);
  }

  /** The branches that have at least `least` periods. */
  branches(least: number): Branch[] {
    return branchesOf(this.#root, least);
  }
}

function mergeChildren(into: Node, from: Node): void {
  into.isEnd ||= from.isEnd;
  for (const [key, child] of from.children) {
    let own = into.children.get(key);
    if (own === undefined) into.children.set(key, own = new Node(child.frame));
    own.period += child.period;
    mergeChildren(own, child);
  }
}

/** In the order in which perf's tree of branches hands them out. */
function chainsOf(node: Node, before: readonly Frame[]): Chain[] {
  const children = [...node.children.values()].sort((a, b) => byAddress(a.frame, b.frame));
  return children.flatMap((child) => {
    const frames = [...before, child.frame];
    const further = [...child.children.values()].reduce((sum, { period }) => sum + period, 0);
    return [...chainsOf(child, frames), { frames, period: child.period - further }];
  });
}

function branchesOf(node: Node, least: number): Branch[] {
  return [...node.children.values()]
    .filter(({ period }) => period >= least)
    .sort((a, b) => b.period - a.period || byAddress(a.frame, b.frame))
    .map((child) => branchFrom(child, least));
}

/** Goes on as long as no chain ends and there is one way only. */
function branchFrom(first: Node, least: number): Branch {
  const frames = [first.frame];
  let last = first;
  while (!last.isEnd && last.children.size === 1) {
    [last] = last.children.values();
    frames.push(last.frame);
  }
  return { frames, period: first.period, branches: branchesOf(last, least) };
}
