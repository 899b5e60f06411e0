// SPDX-License-Identifier: Apache-2.0

/** An item of a DeadlineHeap. It is in one heap at a time. */
export interface HeapItem {
  /** Index in the heap, set by the heap; NOT_IN_HEAP outside. */
  heapIndex: number;
}

export const NOT_IN_HEAP = -1;

/**
 * A binary heap of items by deadline. Each item stores its index, so that changing or deleting a deadline
 * needs no search and the heap adds only 16 bytes an item. It serves the tables with a million entries;
 * DeadlineQueue takes items of any kind. Each call is O(log n).
 */
export class DeadlineHeap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #times: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The deadline of `item`, milliseconds. */
  at(item: T): number | undefined {
    return item.heapIndex === NOT_IN_HEAP ? undefined : this.#times[item.heapIndex];
  }

  set(item: T, at: number): void {
    if (item.heapIndex === NOT_IN_HEAP) {
      this.#place(item, at, this.#items.length);
      this.#rise(item, at);
    } else {
      this.#times[item.heapIndex] = at;
      this.#rise(item, at);
      this.#sink(item, at);
    }
  }

  delete(item: T): void {
    const index = item.heapIndex;
    if (index === NOT_IN_HEAP) return;
    item.heapIndex = NOT_IN_HEAP;
    const last = this.#items.pop();
    const at = this.#times.pop();
    if (last === undefined || at === undefined || last === item) return;
    this.#place(last, at, index);
    this.#rise(last, at);
    this.#sink(last, at);
  }

  /** The earliest deadline. */
  next(): number | undefined {
    return this.#times[0];
  }

  /** Removes and returns the items that are due at `now`, earliest first, at most `limit`. */
  take(now: number, limit: number): T[] {
    const due: T[] = [];
    while (due.length < limit) {
      const [first] = this.#items;
      if (first === undefined || (this.#times[0] ?? Infinity) > now) break;
      this.delete(first);
      due.push(first);
    }
    return due;
  }

  #place(item: T, at: number, index: number): void {
    this.#items[index] = item;
    this.#times[index] = at;
    item.heapIndex = index;
  }

  #rise(item: T, at: number): void {
    let index = item.heapIndex;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const [parent, parentAt] = [this.#items[above], this.#times[above]];
      if (parent === undefined || parentAt === undefined || parentAt <= at) break;
      this.#place(parent, parentAt, index);
      index = above;
    }
    this.#place(item, at, index);
  }

  #sink(item: T, at: number): void {
    let index = item.heapIndex;
    for (;;) {
      const left = 2 * index + 1;
      const below = (this.#times[left + 1] ?? Infinity) < (this.#times[left] ?? Infinity) ? left + 1 : left;
      const [child, childAt] = [this.#items[below], this.#times[below]];
      if (child === undefined || childAt === undefined || childAt >= at) break;
      this.#place(child, childAt, index);
      index = below;
    }
    this.#place(item, at, index);
  }
}
