// SPDX-License-Identifier: Apache-2.0

interface Slot<T> {
  readonly at: number;
  readonly item: T;
}

/** Below this many slots dead ones are not worth collecting. */
const COMPACT_MIN = 64;

/**
 * Items by deadline: a binary heap. An item has one deadline; setting it again leaves the old slot dead in the heap,
 * to be skipped later, so that moving a deadline costs no search. Dead slots are collected when they outnumber the live.
 */
export class DeadlineQueue<T> {
  #heap: Slot<T>[] = [];
  readonly #live = new Map<T, Slot<T>>();

  get size(): number {
    return this.#live.size;
  }

  /** The deadline of `item`, milliseconds. */
  at(item: T): number | undefined {
    return this.#live.get(item)?.at;
  }

  set(item: T, at: number): void {
    if (this.#live.get(item)?.at === at) return;
    const slot = { at, item };
    this.#live.set(item, slot);
    this.#push(slot);
    this.#compact();
  }

  delete(item: T): void {
    this.#live.delete(item);
    this.#compact();
  }

  /** The earliest deadline. */
  next(): number | undefined {
    this.#dropDead();
    return this.#heap[0]?.at;
  }

  /** Takes out what is due at `now`, earliest first, at most `limit` items. */
  take(now: number, limit: number): T[] {
    const due: T[] = [];
    while (due.length < limit) {
      this.#dropDead();
      const first = this.#heap[0];
      if (first === undefined || first.at > now) break;
      this.#pop();
      this.#live.delete(first.item);
      due.push(first.item);
    }
    return due;
  }

  #isLive(slot: Slot<T>): boolean {
    return this.#live.get(slot.item) === slot;
  }

  #dropDead(): void {
    for (let first = this.#heap[0]; first !== undefined && !this.#isLive(first); first = this.#heap[0])
      this.#pop();
  }

  #compact(): void {
    if (this.#heap.length < COMPACT_MIN || this.#heap.length <= 2 * this.#live.size) return;
    this.#heap = [...this.#live.values()].sort((a, b) => a.at - b.at); // a sorted array is a heap
  }

  #push(slot: Slot<T>): void {
    const heap = this.#heap;
    let i = heap.length;
    while (i > 0) {
      const parent = heap[(i - 1) >> 1];
      if (parent === undefined || parent.at <= slot.at) break;
      heap[i] = parent;
      i = (i - 1) >> 1;
    }
    heap[i] = slot;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const left = heap[child];
      const right = heap[child + 1];
      if (left === undefined) break;
      let smaller = left;
      if (right !== undefined && right.at < left.at) {
        smaller = right;
        child += 1;
      }
      if (smaller.at >= last.at) break;
      heap[i] = smaller;
      i = child;
    }
    heap[i] = last;
  }
}
