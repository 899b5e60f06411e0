// SPDX-License-Identifier: Apache-2.0
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import { xtr_constants, xtr_member } from '#datapath/generated/layout.js';
import type { BpfMap } from '#datapath/native.js';
import { BUCKET_WORD, encodeMembers, MEMBER_WORD, STATUS_BITS_WORD } from '#datapath/records/locator-set.js';
import { NO_ORDINAL } from './buckets.js';
import { type Run, SetShapes } from './set-shapes.js';

const { XTR_NONE } = xtr_constants;
/** Sets to update between two checks of the clock. */
const SETS_AT_ONCE = 64;
const MEMBER_WORDS = xtr_member.bytes / 4;
const LOCATOR_WORD = MEMBER_WORD + xtr_member.offset.locator / 4;

/**
 * xtr_locator_sets as memory that the agent shares with the programs. Each bucket is one word, so a packet sees the old
 * locator or the new one. An RLOC that goes down may change thousands of sets at once, so buckets are written in place,
 * and the data needed for that is in typed arrays. With one object per set, 4,096 sets took 5 ms, nearly all of it
 * cache misses.
 */
export class LocatorSetMemory {
  readonly #words: Uint32Array;
  /** Words from one set to the next. */
  readonly #stride: number;
  readonly #shapes = new SetShapes();
  /**
   * By set: its shape, a bit for each usable member, the number of members, the status bits that its buckets reflect.
   */
  readonly #shape: Uint32Array;
  readonly #usable: Uint32Array;
  readonly #count: Uint8Array;
  readonly #status: Uint32Array;

  constructor(map: BpfMap) {
    this.#words = new Uint32Array(map.share());
    this.#stride = Math.ceil(map.valueSize / 8) * 2;
    this.#shape = new Uint32Array(map.maxEntries);
    this.#usable = new Uint32Array(map.maxEntries);
    this.#count = new Uint8Array(map.maxEntries);
    this.#status = new Uint32Array(map.maxEntries);
  }

  /**
   * Writes a new set, which no trie refers to yet.
   * @param locators indexes into xtr_locators, by ordinal
   * @param isDown by index into xtr_locators: 1 if the RLOC is down, else 0
   */
  create(
    index: number,
    members: readonly ForwardingLocator[],
    locators: readonly number[],
    isDown: Readonly<Uint8Array>,
  ): void {
    const at = index * this.#stride;
    const records = members.map(({ priority, weight, usable }, i) => ({
      ...{ locator: locators[i] ?? 0, priority, weight, usable },
    }));
    this.#words.set(encodeMembers(records), at);
    this.adopt(index, members, 0);
    const statusBits = this.#statusBitsOf(index, isDown);
    this.#shapes.spread(this.#shape[index] ?? 0, statusBits).forEach((ordinal, bucket) => {
      this.#words[at + BUCKET_WORD + bucket] = locators[ordinal] ?? XTR_NONE;
    });
    this.#words[at + STATUS_BITS_WORD] = statusBits;
    this.#status[index] = statusBits;
  }

  /** Registers a set that the map contains already. */
  adopt(index: number, members: readonly ForwardingLocator[], statusBits: number): void {
    this.#shape[index] = this.#shapes.take(members);
    this.#usable[index] = members.reduce((bits, { usable }, i) => (usable ? bits | (1 << i) : bits), 0);
    this.#count[index] = members.length;
    this.#status[index] = statusBits;
  }

  release(index: number): void {
    this.#shapes.release(this.#shape[index] ?? 0);
    this.#count[index] = 0;
    this.#usable[index] = 0;
    this.#status[index] = 0;
  }

  /**
   * Updates the sets from `first` on to the states of their locators. Stops when `mayGoOn` returns false.
   * @returns the set to continue with, or undefined when all sets are up to date
   */
  follow(isDown: Readonly<Uint8Array>, first: number, mayGoOn: () => boolean): number | undefined {
    let [lastShape, lastBefore, lastAfter]: (number | undefined)[] = [];
    let runs: readonly Run[] = [];
    for (let index = first; index < this.#status.length; index++) {
      if (index % SETS_AT_ONCE === 0 && index > first && !mayGoOn()) return index;
      const after = this.#statusBitsOf(index, isDown);
      const before = this.#status[index] ?? 0;
      if (before === after) continue;
      const shape = this.#shape[index] ?? 0;
      if (shape !== lastShape || before !== lastBefore || after !== lastAfter) {
        runs = this.#shapes.changes(shape, before, after);
        [lastShape, lastBefore, lastAfter] = [shape, before, after];
      }
      this.#write(index, runs, after);
    }
    this.#shapes.settle();
    return undefined;
  }

  #write(index: number, runs: readonly Run[], statusBits: number): void {
    const words = this.#words;
    const at = index * this.#stride;
    for (const { first, end, ordinal } of runs) {
      const locator =
        ordinal === NO_ORDINAL ? XTR_NONE : (words[at + LOCATOR_WORD + ordinal * MEMBER_WORDS] ?? XTR_NONE);
      words.fill(locator, at + BUCKET_WORD + first, at + BUCKET_WORD + end);
    }
    words[at + STATUS_BITS_WORD] = statusBits;
    this.#status[index] = statusBits;
  }

  #statusBitsOf(index: number, isDown: Readonly<Uint8Array>): number {
    const words = this.#words;
    let bits = this.#usable[index] ?? 0;
    let at = index * this.#stride + LOCATOR_WORD;
    for (let ordinal = 0; ordinal < (this.#count[index] ?? 0); ordinal++, at += MEMBER_WORDS)
      if (isDown[words[at] ?? 0] === 1) bits &= ~(1 << ordinal);
    return bits >>> 0;
  }
}
