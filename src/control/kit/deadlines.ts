// SPDX-License-Identifier: Apache-2.0
import { DeadlineHeap, type HeapItem, NOT_IN_HEAP } from './deadline-heap.js';

interface Slot<T> extends HeapItem {
  readonly item: T;
}

/** A queue of items of any kind by deadline, one deadline an item. Each call is O(log n). */
export class DeadlineQueue<T> {
  readonly #heap = new DeadlineHeap<Slot<T>>();
  readonly #slots = new Map<T, Slot<T>>();

  get size(): number {
    return this.#slots.size;
  }

  /** The deadline of `item`, milliseconds. */
  at(item: T): number | undefined {
    const slot = this.#slots.get(item);
    return slot && this.#heap.at(slot);
  }

  set(item: T, at: number): void {
    let slot = this.#slots.get(item);
    if (slot === undefined) {
      slot = { item, heapIndex: NOT_IN_HEAP };
      this.#slots.set(item, slot);
    }
    this.#heap.set(slot, at);
  }

  delete(item: T): void {
    const slot = this.#slots.get(item);
    if (slot === undefined) return;
    this.#slots.delete(item);
    this.#heap.delete(slot);
  }

  /** The earliest deadline. */
  next(): number | undefined {
    return this.#heap.next();
  }

  /** Removes and returns the items that are due at `now`, earliest first, at most `limit`. */
  take(now: number, limit: number): T[] {
    return this.#heap.take(now, limit).map(({ item }) => {
      this.#slots.delete(item);
      return item;
    });
  }
}
