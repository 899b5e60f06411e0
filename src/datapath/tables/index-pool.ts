// SPDX-License-Identifier: Apache-2.0

/**
 * Allocates indexes of a BPF array. An index that was given back is reused last: a running program may still hold it
 * for some microseconds.
 */
export class IndexPool {
  readonly #size: number;
  readonly #inUse: Uint8Array;
  #used = 0;
  #givenBack: number[] = [];
  #head = 0;
  #next = 0;

  constructor(size: number) {
    this.#size = size;
    this.#inUse = new Uint8Array(size);
  }

  get used(): number {
    return this.#used;
  }

  /** @returns undefined if all are in use */
  take(): number | undefined {
    while (this.#next < this.#size && this.#inUse[this.#next]) this.#next++;
    const index = this.#next < this.#size ? this.#next++ : this.#takeGivenBack();
    if (index !== undefined) this.#mark(index);
    return index;
  }

  #takeGivenBack(): number | undefined {
    const index = this.#givenBack[this.#head];
    if (index === undefined) return undefined;
    this.#head++;
    if (this.#head > this.#givenBack.length / 2) {
      this.#givenBack = this.#givenBack.slice(this.#head);
      this.#head = 0;
    }
    return index;
  }

  /** Takes this index. Only before the first `take`. @returns false if it is in use or out of range */
  claim(index: number): boolean {
    if (index >= this.#size || this.#inUse[index]) return false;
    this.#mark(index);
    return true;
  }

  giveBack(index: number): void {
    if (!this.#inUse[index]) return;
    this.#inUse[index] = 0;
    this.#used--;
    // `take` has not reached a larger index yet, and will find it free
    if (index < this.#next) this.#givenBack.push(index);
  }

  #mark(index: number): void {
    this.#inUse[index] = 1;
    this.#used++;
  }
}
