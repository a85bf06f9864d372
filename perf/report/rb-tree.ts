/**
 * A red-black tree into which things are only put. An order of rows in which perf's own comparison is not transitive (of
 * equals it compares only those of one task) is what its tree makes of it, so the tree has to be the same.
 *
 * Reference: lib/rbtree.c of Linux, __rb_insert(); hist_entry insertion of tools/perf/util/hist.c, v6.1.
 * Not modelled: removal.
 */
interface Node<T> {
  readonly value: T;
  red: boolean;
  parent: Node<T> | null;
  left: Node<T> | null;
  right: Node<T> | null;
}

type Side = 'left' | 'right';
const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

/** The values from left to right, inserted one after the other. */
export function inTreeOrder<T>(values: readonly T[], isBefore: (value: T, than: T) => boolean): T[] {
  const tree = new RbTree(isBefore);
  for (const value of values) tree.insert(value);
  return tree.values();
}

class RbTree<T> {
  #root: Node<T> | null = null;
  readonly #isBefore: (value: T, than: T) => boolean;

  constructor(isBefore: (value: T, than: T) => boolean) {
    this.#isBefore = isBefore;
  }

  insert(value: T): void {
    let parent: Node<T> | null = null;
    let side: Side = 'left';
    for (let at = this.#root; at !== null; at = at[side]) {
      parent = at;
      side = this.#isBefore(value, at.value) ? 'left' : 'right';
    }
    const node: Node<T> = { value, red: true, parent, left: null, right: null };
    if (parent === null) this.#root = node;
    else parent[side] = node;
    this.#rebalance(node);
  }

  #rebalance(inserted: Node<T>): void {
    let node = inserted;
    for (let { parent } = node; parent?.red; { parent } = node) {
      const grandparent: Node<T> = parent.parent!;
      const side: Side = grandparent.left === parent ? 'left' : 'right';
      const uncle = grandparent[other(side)];
      grandparent.red = true;
      if (uncle?.red) {
        parent.red = false;
        uncle.red = false;
        node = grandparent;
        continue;
      }
      if (parent[other(side)] === node) this.#rotate(parent, side);
      grandparent[side]!.red = false;
      this.#rotate(grandparent, other(side));
      break;
    }
    this.#root!.red = false;
  }

  /** Moves `node` down to `side`, and its child on the other side into its place. */
  #rotate(node: Node<T>, side: Side): void {
    const child = node[other(side)]!;
    const inner = child[side];
    node[other(side)] = inner;
    if (inner !== null) inner.parent = node;
    child.parent = node.parent;
    if (node.parent === null) this.#root = child;
    else node.parent[node.parent.left === node ? 'left' : 'right'] = child;
    child[side] = node;
    node.parent = child;
  }

  /** All, from left to right. */
  values(): T[] {
    const found: T[] = [];
    const walk = (node: Node<T> | null): void => {
      if (node === null) return;
      walk(node.left);
      found.push(node.value);
      walk(node.right);
    };
    walk(this.#root);
    return found;
  }
}
