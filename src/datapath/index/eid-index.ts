// SPDX-License-Identifier: Apache-2.0
import type { EidPrefix } from '#addr/index.js';
import {
  xtr_index_cell_v4,
  xtr_index_cell_v6,
  xtr_index_constants,
  xtr_index_kind,
  xtr_index_slot_v4,
  xtr_index_slot_v6,
  xtr_index_state,
} from '#datapath/generated/layout.js';
import {
  CELL_BITS,
  cellScope,
  lengthBit,
  maskWords,
  readScope,
  readWords,
  scopeOf,
  writeWords,
} from './words.js';

const { XTR_INDEX_SLOTS, XTR_INDEX_PROBES, XTR_INDEX_KIND_BITS, XTR_INDEX_TARGET_BITS } = xtr_index_constants;
const KIND_MASK = (1 << XTR_INDEX_KIND_BITS) - 1;
const VERSION_SHIFT = XTR_INDEX_KIND_BITS + XTR_INDEX_TARGET_BITS;
const VERSIONS = 2 ** (32 - VERSION_SHIFT);
/** Largest target that an entry can hold. For a larger one, packets look up the trie. */
export const MAX_TARGET = 2 ** XTR_INDEX_TARGET_BITS - 1;

/** Structs of each family, and the words of an address. */
const LAYOUTS = {
  4: { slot: xtr_index_slot_v4, cell: xtr_index_cell_v4, address: 1 },
  6: { slot: xtr_index_slot_v6, cell: xtr_index_cell_v6, address: 4 },
} as const;

/** Memory shared with the programs. The numbers of cells and of buckets are powers of two. */
export interface IndexMemory {
  readonly cells: Uint32Array;
  readonly buckets: Uint32Array;
  /** struct xtr_index_state. */
  readonly state: Uint32Array;
  readonly seed: Uint32Array;
}

const STATE_MASK = xtr_index_state.offset.mask / 4;
const STATE_CELL_MASK = xtr_index_state.offset.cell_mask / 4;

/** What the index tells packets to an EID-Prefix. */
export interface IndexEntry {
  readonly value: number;
  readonly kind: number;
  readonly target: number;
}

/** Packets look up the trie. */
export function askTrie(value: number): IndexEntry {
  return { value, kind: xtr_index_kind.XTR_INDEX_TRIE, target: 0 };
}

/** Position of a prefix in the index. */
export interface IndexPlace {
  readonly at: number;
  /** The prefix was not in the index before. */
  readonly fresh: boolean;
}

const NOTHING: IndexEntry = { value: 0, kind: xtr_index_kind.XTR_INDEX_NOTHING, target: 0 };

/**
 * The index of one trie (bpf/lib/index.h). It is also the agent's own table of the prefixes in that trie: 32 or 64
 * bytes a prefix, less than a string and an object would need.
 */
export class EidIndex {
  readonly #family: 4 | 6;
  readonly #memory: IndexMemory;
  readonly #bucketMask: number;
  readonly #cellMask: number;
  readonly #slotWords: number;
  readonly #cellWords: number;
  readonly #addressWords: number;
  readonly #scopeAt: number;
  readonly #valueAt: number;
  readonly #tagAt: number;
  /** Number of prefixes: in each cell, and of each length that is too short for a cell. */
  readonly #inCell: Uint32Array;
  readonly #short: Uint32Array;
  readonly #key: Uint32Array;
  readonly #cellKey: Uint32Array;
  #size = 0;
  #version = 0;

  /** Empties the memory. Programs use the index after `publish`. */
  constructor(family: 4 | 6, memory: IndexMemory) {
    const { slot, cell, address } = LAYOUTS[family];
    this.#family = family;
    this.#memory = memory;
    this.#slotWords = slot.bytes / 4;
    this.#cellWords = Math.ceil(cell.bytes / 8) * 2; // the kernel pads elements of arrays to 8 bytes
    this.#addressWords = address;
    this.#scopeAt = slot.offset.scope / 4;
    this.#valueAt = slot.offset.value / 4;
    this.#tagAt = slot.offset.tag / 4;
    const cells = memory.cells.length / this.#cellWords;
    this.#cellMask = cells - 1;
    this.#bucketMask = memory.buckets.length / (this.#slotWords * XTR_INDEX_SLOTS) - 1;
    this.#inCell = new Uint32Array(cells);
    this.#short = new Uint32Array(CELL_BITS[family]);
    this.#key = new Uint32Array(address);
    this.#cellKey = new Uint32Array(address);
    Atomics.store(memory.state, STATE_MASK, 0);
    memory.state.fill(0);
    memory.cells.fill(0);
    memory.buckets.fill(0);
  }

  get size(): number {
    return this.#size;
  }

  /** Makes the programs use the index. */
  publish(): void {
    this.#memory.state[STATE_CELL_MASK] = this.#cellMask;
    Atomics.store(this.#memory.state, STATE_MASK, this.#bucketMask);
  }

  /** The value of this prefix (exact match). */
  get(eid: EidPrefix): number | undefined {
    const at = this.#find(eid);
    return at === undefined ? undefined : this.#memory.buckets[at + this.#valueAt];
  }

  /** Adds or replaces an entry, atomically for packets. @returns false if there is no room; then nothing is changed */
  set(eid: EidPrefix, entry: IndexEntry): boolean {
    const place = this.reserve(eid, entry.value);
    if (place === undefined) return false;
    this.decide(place, entry);
    return true;
  }

  /**
   * Reserves a place for this prefix. Its packets look up the trie until `decide`. A known prefix keeps its place.
   * @returns undefined if there is no room; then nothing is changed
   */
  reserve(eid: EidPrefix, value: number): IndexPlace | undefined {
    const known = this.#find(eid);
    if (known !== undefined) {
      Atomics.store(this.#memory.buckets, known + this.#tagAt, this.#tag(askTrie(0)));
      return { at: known, fresh: false };
    }
    const home = this.#bucketOf(eid);
    const at = this.#free(home);
    if (at === undefined) return undefined;
    const { buckets } = this.#memory;
    for (let i = 0; i < this.#addressWords; i++) buckets[at + i] = this.#key[i] ?? 0;
    buckets[at + this.#scopeAt] = scopeOf(eid);
    buckets[at + this.#valueAt] = value;
    this.#addLength(eid); // before packets can find the slot
    Atomics.store(buckets, at + this.#tagAt, this.#tag(askTrie(0)));
    this.#size++;
    return { at, fresh: true };
  }

  /** Sets what packets find, atomically for them. Only for a place that was just reserved. */
  decide({ at }: IndexPlace, entry: IndexEntry): void {
    const { buckets } = this.#memory;
    buckets[at + this.#valueAt] = entry.value;
    Atomics.store(buckets, at + this.#tagAt, this.#tag(entry));
  }

  delete(eid: EidPrefix): void {
    const at = this.#find(eid);
    if (at === undefined) return;
    const [home, bucket] = [this.#homeAt(at), this.#bucketAt(at)];
    const last = at === this.#slot(bucket, 0, XTR_INDEX_SLOTS - 1);
    Atomics.store(this.#memory.buckets, at + this.#tagAt, last ? this.#tag(NOTHING) : 0);
    const passed = this.#distance(home, bucket);
    for (let probe = passed; probe >= 0; probe--) this.#freeLast((home + probe) & this.#bucketMask);
    this.#removeLength(eid);
    this.#size--;
  }

  /** The longest prefix that covers `eid`, which may be `eid` itself. */
  longestCover(eid: EidPrefix): EidPrefix | undefined {
    const { family } = eid.prefix.address;
    const words = new Uint32Array(this.#addressWords);
    writeWords(eid.prefix.address, words);
    for (let { length } = eid.prefix; length >= 0; length--) {
      maskWords(family, words, length);
      const prefix = readWords(family, words, length);
      const cover = { instanceId: eid.instanceId, prefix };
      if (this.#find(cover) !== undefined) return cover;
    }
    return undefined;
  }

  *[Symbol.iterator](): Iterator<readonly [eid: EidPrefix, value: number]> {
    const { buckets } = this.#memory;
    for (let at = 0; at < buckets.length; at += this.#slotWords) {
      if (((buckets[at + this.#tagAt] ?? 0) & KIND_MASK) === 0) continue;
      const scope = readScope(this.#family, buckets[at + this.#scopeAt] ?? 0);
      if (scope === undefined) continue;
      const words = buckets.subarray(at, at + this.#addressWords);
      const prefix = readWords(this.#family, words, scope.length);
      yield [{ instanceId: scope.instanceId, prefix }, buckets[at + this.#valueAt] ?? 0];
    }
  }

  #tag({ kind, target }: IndexEntry): number {
    this.#version = (this.#version % (VERSIONS - 1)) + 1; // never 0, so that no tag equals that of a free slot
    return ((this.#version << VERSION_SHIFT) | (target << XTR_INDEX_KIND_BITS) | kind) >>> 0;
  }

  /** Sets #key. */
  #bucketOf(eid: EidPrefix): number {
    writeWords(eid.prefix.address, this.#key);
    return this.#hash(this.#key, scopeOf(eid)) & this.#bucketMask;
  }

  #hash(words: Uint32Array, scope: number): number {
    const { seed } = this.#memory;
    const factor = (i: number): number => seed[i] ?? 0;
    let hash = Math.imul(scope, factor(4));
    if (this.#family === 4) hash ^= Math.imul(words[0] ?? 0, factor(0));
    else
      hash ^=
        Math.imul(words[1] ?? 0, factor(0)) ^
        Math.imul(words[0] ?? 0, factor(1)) ^
        Math.imul(words[3] ?? 0, factor(2)) ^
        Math.imul(words[2] ?? 0, factor(3));
    hash = Math.imul(hash ^ (hash >>> 16), factor(5));
    return hash ^ (hash >>> 15);
  }

  /**
   * Lookups end at a bucket whose last slot is free: no prefix has overflowed it. After a deletion the last slot has
   * the kind NOTHING, and lookups continue. Frees the last slot as soon as no prefix lies behind the bucket.
   */
  #freeLast(bucket: number): void {
    const { buckets } = this.#memory;
    const tagAt = this.#slot(bucket, 0, XTR_INDEX_SLOTS - 1) + this.#tagAt;
    const tag = buckets[tagAt] ?? 0;
    if (tag !== 0 && (tag & KIND_MASK) === 0 && !this.#isPassed(bucket)) Atomics.store(buckets, tagAt, 0);
  }

  /** Whether a prefix whose home is this bucket, or one before it, lies behind this bucket. */
  #isPassed(bucket: number): boolean {
    const { buckets } = this.#memory;
    for (let probe = 1; probe < XTR_INDEX_PROBES; probe++) {
      for (let slot = 0; slot < XTR_INDEX_SLOTS; slot++) {
        const at = this.#slot(bucket, probe, slot);
        if (((buckets[at + this.#tagAt] ?? 0) & KIND_MASK) === 0) continue;
        if (this.#distance(this.#homeAt(at), (bucket + probe) & this.#bucketMask) >= probe) return true;
      }
      if (buckets[this.#slot(bucket, probe, XTR_INDEX_SLOTS - 1) + this.#tagAt] === 0) return false;
    }
    return false;
  }

  /** The home bucket of the prefix in this slot. */
  #homeAt(at: number): number {
    const { buckets } = this.#memory;
    const words = buckets.subarray(at, at + this.#addressWords);
    return this.#hash(words, buckets[at + this.#scopeAt] ?? 0) & this.#bucketMask;
  }

  /** Number of buckets from `from` forward to `to`. */
  #distance(from: number, to: number): number {
    return (to - from) & this.#bucketMask;
  }

  #bucketAt(word: number): number {
    return Math.floor(word / (this.#slotWords * XTR_INDEX_SLOTS));
  }

  /** First word of a slot. */
  #slot(bucket: number, probe: number, slot: number): number {
    return (((bucket + probe) & this.#bucketMask) * XTR_INDEX_SLOTS + slot) * this.#slotWords;
  }

  #find(eid: EidPrefix): number | undefined {
    const scope = scopeOf(eid);
    const home = this.#bucketOf(eid);
    for (let probe = 0; probe < XTR_INDEX_PROBES; probe++) {
      for (let slot = 0; slot < XTR_INDEX_SLOTS; slot++) {
        const at = this.#slot(home, probe, slot);
        if (this.#holds(at, scope)) return at;
      }
      const last = this.#slot(home, probe, XTR_INDEX_SLOTS - 1);
      if (this.#memory.buckets[last + this.#tagAt] === 0) return undefined;
    }
    return undefined;
  }

  /** Whether the slot has #key and this scope. */
  #holds(at: number, scope: number): boolean {
    const { buckets } = this.#memory;
    if (buckets[at + this.#scopeAt] !== scope || ((buckets[at + this.#tagAt] ?? 0) & KIND_MASK) === 0)
      return false;
    for (let i = 0; i < this.#addressWords; i++) if (buckets[at + i] !== this.#key[i]) return false;
    return true;
  }

  /** The first free slot for a prefix with this home bucket: there or in the next buckets. */
  #free(home: number): number | undefined {
    for (let probe = 0; probe < XTR_INDEX_PROBES; probe++)
      for (let slot = 0; slot < XTR_INDEX_SLOTS; slot++) {
        const at = this.#slot(home, probe, slot);
        if (((this.#memory.buckets[at + this.#tagAt] ?? 0) & KIND_MASK) === 0) return at;
      }
    return undefined;
  }

  /** Undefined if the prefix is too short for a cell. */
  #cellOf({ instanceId, prefix }: EidPrefix): number | undefined {
    if (prefix.length < CELL_BITS[this.#family]) return undefined;
    const words = this.#cellKey;
    writeWords(prefix.address, words);
    maskWords(this.#family, words, CELL_BITS[this.#family]);
    return this.#hash(words, cellScope(instanceId)) & this.#cellMask;
  }

  #addLength(eid: EidPrefix): void {
    const { length } = eid.prefix;
    if (length === 0) return; // packets always look for length 0, last
    const cell = this.#cellOf(eid);
    if (cell === undefined) {
      this.#short[length] = (this.#short[length] ?? 0) + 1;
      this.#setBit(this.#memory.state, 0, length);
    } else {
      this.#inCell[cell] = (this.#inCell[cell] ?? 0) + 1;
      this.#setBit(this.#memory.cells, cell * this.#cellWords, length);
    }
  }

  /** A cell forgets its lengths only when it is empty. Until then packets may search a bucket in vain. */
  #removeLength(eid: EidPrefix): void {
    const { length } = eid.prefix;
    if (length === 0) return;
    const cell = this.#cellOf(eid);
    if (cell === undefined) {
      const left = (this.#short[length] ?? 0) - 1;
      this.#short[length] = left;
      const { word, bit } = lengthBit(this.#family, length);
      if (left === 0) Atomics.and(this.#memory.state, word, ~(1 << bit));
    } else {
      const left = (this.#inCell[cell] ?? 0) - 1;
      this.#inCell[cell] = left;
      if (left === 0) this.#memory.cells.fill(0, cell * this.#cellWords, (cell + 1) * this.#cellWords);
    }
  }

  #setBit(words: Uint32Array, at: number, length: number): void {
    const { word, bit } = lengthBit(this.#family, length);
    Atomics.or(words, at + word, 1 << bit);
  }
}
