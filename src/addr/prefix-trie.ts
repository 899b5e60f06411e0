// SPDX-License-Identifier: Apache-2.0
import { bitAt, NONE, TrieNodes, type Words } from './trie-nodes.js';

export interface TrieEntry<V> {
  readonly words: Words;
  readonly length: number;
  readonly value: V;
}

const ROOT = 0;

/**
 * A path-compressed binary trie (radix tree) from prefixes of at most 32 or 128 bits to V. A node without a value is a
 * branch point: the longest common prefix of the nodes below it. So there are fewer than two nodes for each entry.
 */
export class PrefixTrie<V> {
  readonly #nodes: TrieNodes<V>;
  #count = 0;
  /** Incremented when a node is added or removed, so that an iteration notices that its nodes have changed. */
  #changes = 0;

  /** @param words 1: prefixes of at most 32 bits; 4: of at most 128 */
  constructor(words: 1 | 4) {
    this.#nodes = new TrieNodes(words);
  }

  get size(): number {
    return this.#count;
  }

  get(words: Words, length: number): V | undefined {
    const node = this.#nodes.deepestCover(words, length);
    return node !== undefined && this.#nodes.length(node) === length ? this.#nodes.value(node) : undefined;
  }

  /** The longest prefix that covers this one, which may be this one itself. */
  longestCover(words: Words, length: number): TrieEntry<V> | undefined {
    const node = this.#nodes.deepestCover(words, length);
    return node === undefined ? undefined : this.#entry(node);
  }

  /** Only the value of longestCover. */
  covering(words: Words, length: number): V | undefined {
    const node = this.#nodes.deepestCover(words, length);
    return node === undefined ? undefined : this.#nodes.value(node);
  }

  set(words: Words, length: number, value: V): void {
    const nodes = this.#nodes;
    let node = ROOT;
    while (nodes.length(node) < length) {
      const child = this.#next(node, words);
      if (child === NONE) return this.#attach(node, words, length, value);
      const childLength = nodes.length(child);
      const common = nodes.commonBits(child, words, Math.min(childLength, length));
      if (common < childLength) return this.#split(node, child, common, words, length, value);
      node = child;
    }
    if (!nodes.hasValue(node)) this.#count++;
    nodes.setValue(node, value);
  }

  #add(words: Words, length: number, value: V): number {
    const node = this.#nodes.add(words, length);
    this.#nodes.setValue(node, value);
    this.#count++;
    this.#changes++;
    return node;
  }

  #attach(parent: number, words: Words, length: number, value: V): void {
    this.#setChild(parent, this.#add(words, length, value));
  }

  /** Inserts a node between a parent and its child, or next to the child under a new branch point of `common` bits. */
  #split(parent: number, child: number, common: number, words: Words, length: number, value: V): void {
    const node = this.#add(words, length, value);
    const upper = common === length ? node : this.#nodes.add(firstBits(words, common), common);
    this.#setChild(upper, child);
    this.#setChild(parent, upper);
    if (upper !== node) this.#setChild(upper, node);
  }

  /** Whether the prefix was in the trie. */
  delete(words: Words, length: number): boolean {
    const nodes = this.#nodes;
    let grandparent = NONE;
    let parent = NONE;
    let node = ROOT;
    while (nodes.length(node) < length) {
      const child = this.#next(node, words);
      if (child === NONE || nodes.length(child) > length) return false;
      if (nodes.commonBits(child, words, nodes.length(child)) < nodes.length(child)) return false;
      [grandparent, parent, node] = [parent, node, child];
    }
    if (!nodes.hasValue(node)) return false;
    nodes.clear(node);
    this.#count--;
    this.#compress(parent, node);
    this.#compress(grandparent, parent);
    return true;
  }

  /** Removes a node without a value, unless it is the root or a branch point. */
  #compress(parent: number, node: number): void {
    const nodes = this.#nodes;
    if (node === ROOT || nodes.hasValue(node)) return;
    const [zero, one] = [nodes.child(node, 0), nodes.child(node, 1)];
    if (zero !== NONE && one !== NONE) return;
    nodes.setChild(parent, nodes.child(parent, 1) === node ? 1 : 0, zero === NONE ? one : zero);
    nodes.remove(node);
    this.#changes++;
  }

  /** The prefixes inside this one, itself included: in order of their bits, shorter ones first. See EidTable.covered. */
  *covered(words: Words, length: number): Generator<TrieEntry<V>, void, undefined> {
    let stack = this.#subtree(words, length);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      this.#pushChildren(node, stack);
      if (!this.#nodes.hasValue(node)) continue;
      const changes = this.#changes;
      const entry = this.#entry(node);
      yield entry;
      if (changes !== this.#changes) stack = this.#after(entry, this.#subtree(words, length));
    }
  }

  /** The nodes that follow an entry, with their whole subtrees; the next one is the last of the array. */
  #after({ words, length }: TrieEntry<V>, within: readonly number[]): number[] {
    const nodes = this.#nodes;
    const stack: number[] = [];
    let node = within[0];
    while (node !== undefined) {
      const nodeLength = nodes.length(node);
      const common = nodes.commonBits(node, words, Math.min(nodeLength, length));
      if (common === length && nodeLength === length) {
        this.#pushChildren(node, stack);
        return stack;
      }
      if (common < nodeLength) {
        // It lies inside the entry's prefix, or next to it. It follows if it is on the side of bit 1 where the two
        // differ.
        if (common === length || bitAt(words, common) === 0) stack.push(node);
        return stack;
      }
      const side = bitAt(words, nodeLength);
      const one = nodes.child(node, 1);
      if (side === 0 && one !== NONE) stack.push(one);
      const next = nodes.child(node, side);
      node = next === NONE ? undefined : next;
    }
    return stack;
  }

  #pushChildren(node: number, stack: number[]): void {
    for (const child of [this.#nodes.child(node, 1), this.#nodes.child(node, 0)])
      if (child !== NONE) stack.push(child);
  }

  /** The root of the subtree of all prefixes inside this one, if there are any. */
  #subtree(words: Words, length: number): number[] {
    const nodes = this.#nodes;
    let node = ROOT;
    while (nodes.length(node) < length) {
      node = this.#next(node, words);
      if (node === NONE) return [];
    }
    return nodes.commonBits(node, words, length) === length ? [node] : [];
  }

  #entry(node: number): TrieEntry<V> {
    const nodes = this.#nodes;
    // Called for nodes that have a value only. The value itself may be undefined.
    return { words: nodes.words(node), length: nodes.length(node), value: nodes.value(node) as V };
  }

  /** The child of `node` on the side of the next bit of `words`. */
  #next(node: number, words: Words): number {
    return this.#nodes.child(node, bitAt(words, this.#nodes.length(node)));
  }

  #setChild(parent: number, child: number): void {
    const nodes = this.#nodes;
    nodes.setChild(parent, bitAt(nodes.words(child), nodes.length(parent)), child);
  }
}

function firstBits(words: Words, length: number): Words {
  const masked = (index: number): number => {
    const bits = Math.min(32, Math.max(0, length - 32 * index));
    return bits === 0 ? 0 : (words[index] ?? 0) & (-1 << (32 - bits));
  };
  return [masked(0), masked(1), masked(2), masked(3)];
}
