/**
 * `report -g`: how call chains are shown, words in any order: `graph,0.5,caller`, `folded`, `none`.
 * Reference: __parse_callchain_report_opt of tools/perf/util/callchain.c, v6.1.
 */
import { InputError } from '../../perf/input-error.ts';

export interface CallGraph {
  type: 'graph' | 'folded' | 'none';
  /** Null: as it suits what is shown. */
  order: 'caller' | 'callee' | null;
  /** Least share of a branch, in percent. */
  threshold: number;
}

export const DEFAULT_CALL_GRAPH: CallGraph = { type: 'graph', order: null, threshold: 0.5 };

/** What perf takes for granted. */
const USUAL = ['function', 'percent'];
const NOT_MODELLED = ['flat', 'fractal', 'address', 'branch', 'period', 'count'];

export function callGraph(text: string): CallGraph {
  const graph = { ...DEFAULT_CALL_GRAPH };
  for (const word of text.split(',').filter(Boolean)) {
    if (word === 'graph' || word === 'folded' || word === 'none') graph.type = word;
    else if (word === 'caller' || word === 'callee') graph.order = word;
    else if (/^\d+(?:\.\d*)?$/.test(word)) graph.threshold = Number(word);
    else if (NOT_MODELLED.includes(word)) throw new InputError(`call graphs with '${word}' are not modelled: -g takes graph, folded or none, a least share in percent, caller or callee.`);
    else if (!USUAL.includes(word)) throw new InputError(`invalid -g value '${text}': it is graph, folded or none, a least share in percent, caller or callee, such as graph,0.5,caller.`);
  }
  return graph;
}
