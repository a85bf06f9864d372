/** What the page of a counterexample shows, as plain data. */
import type { Snapshot } from '../../kernel/explore/snapshot.ts';

export interface StepData {
  readonly thread: string;
  readonly function: string;
  readonly statement: string;
  readonly source: string;
  /** Lines of the source, the first of which has the number `from`; the statement is in `line`. */
  readonly excerpt: { readonly from: number; readonly line: number; readonly lines: readonly string[] } | null;
  /** The state before the next step that is shown, or in the end. */
  readonly after: Snapshot;
}

export interface StepsPage {
  readonly kind: 'steps';
  readonly title: string;
  readonly question: string;
  readonly kernel: string;
  /** What goes wrong; null if nothing does. */
  readonly violation: { readonly kind: string; readonly message: string } | null;
  readonly replay: string;
  readonly before: Snapshot;
  readonly steps: readonly StepData[];
}
