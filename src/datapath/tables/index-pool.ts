// SPDX-License-Identifier: Apache-2.0

/**
 * Indexes of a BPF array. One that was given back waits behind all others before it is taken again: a program that
 * still holds it, for the microseconds that it runs, does not see it reused.
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

  /** Undefined when all are in use. */
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

  /** Takes this one, before any `take`. False: there is no such index, or it is in use. */
  claim(index: number): boolean {
    if (index >= this.#size || this.#inUse[index]) return false;
    this.#mark(index);
    return true;
  }

  giveBack(index: number): void {
    if (!this.#inUse[index]) return;
    this.#inUse[index] = 0;
    this.#used--;
    // what `take` has not come to yet it will still find free
    if (index < this.#next) this.#givenBack.push(index);
  }

  #mark(index: number): void {
    this.#inUse[index] = 1;
    this.#used++;
  }
}
