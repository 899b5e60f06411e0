// SPDX-License-Identifier: Apache-2.0

interface Node<V> {
  readonly key: string;
  value: V;
  before: Node<V> | undefined;
  after: Node<V> | undefined;
}

/**
 * A bounded Map in the order in which keys were last set. Each call is O(1). A linked list keeps the order,
 * because taking the first key of a Map whose keys are deleted and set again is not O(1).
 */
export class RecencyMap<V> {
  readonly #bound: number;
  readonly #nodes = new Map<string, Node<V>>();
  #oldest: Node<V> | undefined;
  #newest: Node<V> | undefined;

  /**
   * @param bound maximum number of keys, 1 or more; beyond it the map evicts the key that was set least
   * recently
   */
  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(key: string): V | undefined {
    return this.#nodes.get(key)?.value;
  }

  set(key: string, value: V): void {
    const known = this.#nodes.get(key);
    if (known !== undefined) this.#unlink(known);
    else if (this.#nodes.size >= this.#bound) this.#forgetOldest();
    const node = known ?? { key, value, before: undefined, after: undefined };
    node.value = value;
    this.#append(node);
    if (known === undefined) this.#nodes.set(key, node);
  }

  /** All entries, the least recently set first. */
  snapshot(): (readonly [key: string, value: V])[] {
    const all: [string, V][] = [];
    for (let node = this.#oldest; node !== undefined; node = node.after) all.push([node.key, node.value]);
    return all;
  }

  #forgetOldest(): void {
    const oldest = this.#oldest;
    if (oldest === undefined) return;
    this.#unlink(oldest);
    this.#nodes.delete(oldest.key);
  }

  #unlink({ before, after }: Node<V>): void {
    if (before === undefined) this.#oldest = after;
    else before.after = after;
    if (after === undefined) this.#newest = before;
    else after.before = before;
  }

  #append(node: Node<V>): void {
    node.before = this.#newest;
    node.after = undefined;
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.after = node;
    this.#newest = node;
  }
}
