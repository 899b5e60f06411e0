// SPDX-License-Identifier: Apache-2.0

/**
 * The bits of a prefix, left-aligned, as four 32-bit integers (signed, so that V8 keeps them in the object); IPv4 uses
 * the first alone. Bits beyond the length are zero.
 */
export type Words = readonly [number, number, number, number];

const NO_VALUE = Symbol('no value');

/**
 * One prefix of the trie, or a branch point without a value: the longest prefix common to what is below it. Nothing but
 * numbers and pointers: about 90 bytes, and less than two nodes for each entry.
 */
class Node<V> {
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  readonly length: number;
  value: V | typeof NO_VALUE;
  zero: Node<V> | undefined = undefined;
  one: Node<V> | undefined = undefined;

  constructor(words: Words, length: number, value: V | typeof NO_VALUE) {
    [this.w0, this.w1, this.w2, this.w3] = words;
    this.length = length;
    this.value = value;
  }
}

export interface TrieEntry<V> {
  readonly words: Words;
  readonly length: number;
  readonly value: V;
}

/** A path-compressed binary trie (radix tree) from prefixes of at most 128 bits to V. */
export class PrefixTrie<V> {
  /** Always there, so that every other node has a parent. */
  private readonly root = new Node<V>([0, 0, 0, 0], 0, NO_VALUE);
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(words: Words, length: number): V | undefined {
    const node = this.deepestCover(words, length);
    return node !== undefined && node.length === length ? valueOf(node) : undefined;
  }

  /** The most specific prefix that covers this one, itself included. */
  longestCover(words: Words, length: number): TrieEntry<V> | undefined {
    const node = this.deepestCover(words, length);
    return node && entryOf(node);
  }

  set(words: Words, length: number, value: V): void {
    let node = this.root;
    while (node.length < length) {
      const child = childOf(node, words);
      if (child === undefined) return this.attach(node, new Node(words, length, value));
      const common = commonBits(child, words, Math.min(child.length, length));
      if (common < child.length) return this.split(node, child, common, new Node(words, length, value));
      node = child;
    }
    if (node.value === NO_VALUE) this.count++;
    node.value = value;
  }

  private attach(parent: Node<V>, node: Node<V>): void {
    setChild(parent, node);
    this.count++;
  }

  /** Puts `node` between a parent and its child, or beside the child below a new branch point of `common` bits. */
  private split(parent: Node<V>, child: Node<V>, common: number, node: Node<V>): void {
    const upper = common === node.length ? node : new Node<V>(firstBits(node, common), common, NO_VALUE);
    setChild(upper, child);
    setChild(parent, upper);
    if (upper !== node) setChild(upper, node);
    this.count++;
  }

  /** Whether it was there. */
  delete(words: Words, length: number): boolean {
    let grandparent: Node<V> | undefined;
    let parent: Node<V> | undefined;
    let node = this.root;
    while (node.length < length) {
      const child = childOf(node, words);
      if (child === undefined || child.length > length) return false;
      if (commonBits(child, words, child.length) < child.length) return false;
      [grandparent, parent, node] = [parent, node, child];
    }
    if (node.value === NO_VALUE) return false;
    node.value = NO_VALUE;
    this.count--;
    if (parent) compress(parent, node);
    if (grandparent && parent) compress(grandparent, parent);
    return true;
  }

  /** The prefixes inside this one, itself included: in order of their bits, shorter ones first. See EidTable.covered. */
  *covered(words: Words, length: number): Generator<TrieEntry<V>, void, undefined> {
    const stack: Node<V>[] = [];
    const top = this.subtree(words, length);
    if (top) stack.push(top);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      // Before the entry is shown: whatever happens to it then, its branches are remembered.
      if (node.one) stack.push(node.one);
      if (node.zero) stack.push(node.zero);
      const entry = entryOf(node);
      if (entry) yield entry;
    }
  }

  private deepestCover(words: Words, length: number): Node<V> | undefined {
    let best: Node<V> | undefined;
    let node: Node<V> | undefined = this.root;
    while (node !== undefined) {
      if (node.value !== NO_VALUE) best = node;
      if (node.length >= length) return best;
      node = childOf(node, words);
      if (node && (node.length > length || commonBits(node, words, node.length) < node.length)) return best;
    }
    return best;
  }

  /** The node under which all prefixes inside this one are. */
  private subtree(words: Words, length: number): Node<V> | undefined {
    let node: Node<V> | undefined = this.root;
    while (node !== undefined && node.length < length) node = childOf(node, words);
    return node && commonBits(node, words, length) === length ? node : undefined;
  }
}

function valueOf<V>(node: Node<V>): V | undefined {
  return node.value === NO_VALUE ? undefined : node.value;
}

function entryOf<V>(node: Node<V>): TrieEntry<V> | undefined {
  const { value, length } = node;
  return value === NO_VALUE ? undefined : { words: wordsOf(node), length, value };
}

function wordsOf(node: Node<unknown>): Words {
  return [node.w0, node.w1, node.w2, node.w3];
}

/** The child on the side that `words` takes behind the bits of `node`. */
function childOf<V>(node: Node<V>, words: Words): Node<V> | undefined {
  return bitAt(words, node.length) ? node.one : node.zero;
}

function setChild<V>(parent: Node<V>, child: Node<V>): void {
  if (bitAt(wordsOf(child), parent.length)) parent.one = child;
  else parent.zero = child;
}

/** Takes a node without a value out again, unless it is a branch point. Its own pointers stay, for iterations. */
function compress<V>(parent: Node<V>, node: Node<V>): void {
  if (node.value !== NO_VALUE || (node.zero && node.one)) return;
  const replacement = node.zero ?? node.one;
  if (parent.one === node) parent.one = replacement;
  else parent.zero = replacement;
}

function bitAt(words: Words, index: number): boolean {
  const word = words[index >> 5] ?? 0;
  return ((word >>> (31 - (index & 31))) & 1) !== 0;
}

/** How many of the first `limit` bits are the same. */
function commonBits(node: Node<unknown>, words: Words, limit: number): number {
  return Math.min(limit, sameBits(node, words));
}

function sameBits(node: Node<unknown>, words: Words): number {
  if (node.w0 !== words[0]) return Math.clz32(node.w0 ^ words[0]);
  if (node.w1 !== words[1]) return 32 + Math.clz32(node.w1 ^ words[1]);
  if (node.w2 !== words[2]) return 64 + Math.clz32(node.w2 ^ words[2]);
  return 96 + Math.clz32(node.w3 ^ words[3]);
}

function firstBits(node: Node<unknown>, length: number): Words {
  const mask = (index: number): number => {
    const bits = Math.min(32, Math.max(0, length - 32 * index));
    return bits === 0 ? 0 : -1 << (32 - bits);
  };
  return [node.w0 & mask(0), node.w1 & mask(1), node.w2 & mask(2), node.w3 & mask(3)];
}
