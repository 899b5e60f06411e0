// SPDX-License-Identifier: Apache-2.0
// The nodes of a trie, in typed arrays: 16 bytes for a node of IPv4, 28 for one of IPv6, and 8 for its value. With a
// million host prefixes that is 52 bytes for each, where objects took 176, and a look-up takes a fifth less time. The
// arrays do not shrink until the table is empty.

/**
 * The bits of a prefix, left-aligned, as four 32-bit integers. IPv4 uses only the first. Bits beyond the length are
 * zero.
 */
export type Words = readonly [number, number, number, number];

/** No node. It is the number of the root, which is not a child of any node. */
export const NONE = 0;

/** Nodes of one chunk: growing copies at most 2 MiB in one turn of the event loop. */
const CHUNK_BITS = 16;
const CHUNK = 2 ** CHUNK_BITS;
const FIRST_CHUNK = 8;
const LENGTH = 0xff;
const HAS_VALUE = 0x100;

/** Nodes by number: a prefix, whether it has a value, and two children. The root always exists. */
export class TrieNodes<V> {
  /** 1 or 4: of the bits of a prefix. */
  readonly #words: 1 | 4;
  /** Integers of a node: its words, its length and HAS_VALUE, its children. */
  readonly #stride: number;
  readonly #chunks: Int32Array[] = [];
  readonly #values: (V | undefined)[][] = [];
  #used = 0;
  /** Head of the list of free nodes. The child of a free node is the next one. */
  #free = NONE;

  constructor(words: 1 | 4) {
    this.#words = words;
    this.#stride = words + 3;
    this.add([0, 0, 0, 0], 0);
  }

  /** A node without value and children. */
  add(words: Words, length: number): number {
    const node = this.#take();
    for (let i = 0; i < this.#words; i++) this.#write(node, i, words[i] ?? 0);
    this.#write(node, this.#words, length);
    this.setChild(node, 0, NONE);
    this.setChild(node, 1, NONE);
    return node;
  }

  /** Frees a node. Its number is used again. */
  remove(node: number): void {
    this.clear(node);
    this.setChild(node, 0, this.#free);
    this.#free = node;
  }

  /**
   * The deepest node with a value whose bits are a prefix of these; undefined if there is none. Every look-up of a packet
   * or message runs this loop, so it reads each node from its chunk once.
   */
  deepestCover(words: Words, length: number): number | undefined {
    const chunks = this.#chunks;
    const [count, stride] = [this.#words, this.#stride];
    let best: number | undefined;
    for (let node = 0; ;) {
      const chunk = chunks[node >>> CHUNK_BITS];
      if (chunk === undefined) return best;
      const at = (node % CHUNK) * stride;
      const meta = chunk[at + count] ?? 0;
      const nodeLength = meta & LENGTH;
      if (nodeLength > length || commonBits(chunk, at, count, words) < nodeLength) return best;
      if ((meta & HAS_VALUE) !== 0) best = node;
      if (nodeLength === length) return best;
      node = chunk[at + count + 1 + bitAt(words, nodeLength)] ?? NONE;
      if (node === NONE) return best;
    }
  }

  length(node: number): number {
    return this.#read(node, this.#words) & LENGTH;
  }

  words(node: number): Words {
    const word = (i: number): number => (i < this.#words ? this.#read(node, i) : 0);
    return [word(0), word(1), word(2), word(3)];
  }

  /** How many of the first `limit` bits are the same. */
  commonBits(node: number, words: Words, limit: number): number {
    const chunk = this.#chunks[node >>> CHUNK_BITS];
    if (chunk === undefined) return 0;
    return Math.min(limit, commonBits(chunk, (node % CHUNK) * this.#stride, this.#words, words));
  }

  hasValue(node: number): boolean {
    return (this.#read(node, this.#words) & HAS_VALUE) !== 0;
  }

  value(node: number): V | undefined {
    return this.#values[node >>> CHUNK_BITS]?.[node % CHUNK];
  }

  setValue(node: number, value: V): void {
    this.#write(node, this.#words, this.length(node) | HAS_VALUE);
    this.#setValue(node, value);
  }

  clear(node: number): void {
    this.#write(node, this.#words, this.length(node));
    this.#setValue(node, undefined);
  }

  /** @param side 0 or 1: the bit that follows those of the node */
  child(node: number, side: number): number {
    return this.#read(node, this.#words + 1 + side);
  }

  setChild(node: number, side: number, child: number): void {
    this.#write(node, this.#words + 1 + side, child);
  }

  #take(): number {
    const free = this.#free;
    if (free === NONE) return this.#makeRoom(this.#used++);
    this.#free = this.child(free, 0);
    return free;
  }

  #read(node: number, field: number): number {
    return this.#chunks[node >>> CHUNK_BITS]?.[(node % CHUNK) * this.#stride + field] ?? 0;
  }

  #write(node: number, field: number, value: number): void {
    const chunk = this.#chunks[node >>> CHUNK_BITS];
    if (chunk !== undefined) chunk[(node % CHUNK) * this.#stride + field] = value;
  }

  #setValue(node: number, value: V | undefined): void {
    const values = this.#values[node >>> CHUNK_BITS];
    if (values !== undefined) values[node % CHUNK] = value;
  }

  /** The first chunk grows, since most tries are small. The others have their full size at once. @returns node */
  #makeRoom(node: number): number {
    const chunk = this.#chunks[node >>> CHUNK_BITS];
    if (chunk === undefined) {
      this.#chunks.push(new Int32Array((node === 0 ? FIRST_CHUNK : CHUNK) * this.#stride));
      this.#values.push([]);
    } else if ((node % CHUNK) * this.#stride === chunk.length) {
      const larger = new Int32Array(2 * chunk.length);
      larger.set(chunk);
      this.#chunks[node >>> CHUNK_BITS] = larger;
    }
    return node;
  }
}

/** The bit at `index` from the left. */
export function bitAt(words: Words, index: number): 0 | 1 {
  return (((words[index >> 5] ?? 0) >>> (31 - (index & 31))) & 1) === 0 ? 0 : 1;
}

/** How many bits of the `count` words of a node are the same before one differs. */
function commonBits(chunk: Int32Array, at: number, count: 1 | 4, words: Words): number {
  for (let i = 0; i < count; i++) {
    const difference = (chunk[at + i] ?? 0) ^ (words[i] ?? 0);
    if (difference !== 0) return 32 * i + Math.clz32(difference);
  }
  return 32 * count;
}
