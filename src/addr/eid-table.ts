// SPDX-License-Identifier: Apache-2.0
import type { Address } from './address.js';
import { type Eid, type EidPrefix, hostEidPrefix, type InstanceId } from './eid.js';
import type { Prefix } from './prefix.js';
import { PrefixTrie, type TrieEntry } from './prefix-trie.js';
import type { Words } from './trie-nodes.js';

/** A longest-prefix-match table from EID-Prefix to V. */
export interface ReadonlyEidTable<V> {
  readonly size: number;
  /** The value of exactly this prefix. */
  get(eid: EidPrefix): V | undefined;
  /** The longest prefix that contains `eid`, and its value. */
  longestMatch(eid: Eid): { eid: EidPrefix; value: V } | undefined;
  /** The longest prefix that covers `eid`, which may be `eid` itself. */
  longestCover(eid: EidPrefix): { eid: EidPrefix; value: V } | undefined;
  /** Only the value of longestCover: does not create an EidPrefix. */
  covering(eid: EidPrefix): V | undefined;
  /**
   * Prefixes inside `eid`, itself included, in address order, shorter ones first.
   *
   * The table may change during the iteration. An entry that is deleted before its turn is not shown. An entry that is
   * added may or may not be shown. All others are shown once.
   */
  covered(eid: EidPrefix): Iterable<{ eid: EidPrefix; value: V }>;
  /** All entries: by instance ID, IPv4 before IPv6, then as `covered`. The table may change, as with `covered`. */
  entries(): Iterable<{ eid: EidPrefix; value: V }>;
}

/**
 * The mutable table: a path-compressed binary trie for each instance ID and family. It keeps prefixes as numbers and
 * creates an EidPrefix for each result. Every operation takes one step for each node on one path, at most 33 or 129. None
 * is recursive.
 */
export class EidTable<V> implements ReadonlyEidTable<V> {
  /** By instance ID and family, see trieKey. None is empty. */
  private readonly tries = new Map<number, PrefixTrie<V>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(eid: EidPrefix): V | undefined {
    return this.tries.get(trieKey(eid))?.get(toWords(eid.prefix.address), eid.prefix.length);
  }

  set(eid: EidPrefix, value: V): void {
    const key = trieKey(eid);
    let trie = this.tries.get(key);
    if (trie === undefined) {
      trie = new PrefixTrie(eid.prefix.address.family === 4 ? 1 : 4);
      this.tries.set(key, trie);
    }
    const before = trie.size;
    trie.set(toWords(eid.prefix.address), eid.prefix.length, value);
    this.count += trie.size - before;
  }

  /** Whether the prefix was in the table. */
  delete(eid: EidPrefix): boolean {
    const key = trieKey(eid);
    const trie = this.tries.get(key);
    if (trie === undefined || !trie.delete(toWords(eid.prefix.address), eid.prefix.length)) return false;
    if (trie.size === 0) this.tries.delete(key);
    this.count--;
    return true;
  }

  longestMatch(eid: Eid): { eid: EidPrefix; value: V } | undefined {
    return this.longestCover(hostEidPrefix(eid));
  }

  longestCover(eid: EidPrefix): { eid: EidPrefix; value: V } | undefined {
    const key = trieKey(eid);
    const entry = this.tries.get(key)?.longestCover(toWords(eid.prefix.address), eid.prefix.length);
    return entry && { eid: toEidPrefix(key, entry), value: entry.value };
  }

  covering(eid: EidPrefix): V | undefined {
    return this.tries.get(trieKey(eid))?.covering(toWords(eid.prefix.address), eid.prefix.length);
  }

  *covered(eid: EidPrefix): Generator<{ eid: EidPrefix; value: V }, void, undefined> {
    const key = trieKey(eid);
    const trie = this.tries.get(key);
    if (trie === undefined) return;
    for (const entry of trie.covered(toWords(eid.prefix.address), eid.prefix.length))
      yield { eid: toEidPrefix(key, entry), value: entry.value };
  }

  *entries(): Generator<{ eid: EidPrefix; value: V }, void, undefined> {
    for (const key of [...this.tries.keys()].sort((a, b) => a - b)) {
      const { instanceId, family } = fromTrieKey(key);
      yield* this.covered({ instanceId, prefix: { address: { family, bits: 0n }, length: 0 } });
    }
  }
}

/** Ordered as `entries` is: by instance ID, then by family. */
function trieKey({ instanceId, prefix }: EidPrefix): number {
  return instanceId * 2 + (prefix.address.family === 4 ? 0 : 1);
}

function fromTrieKey(key: number): { instanceId: InstanceId; family: 4 | 6 } {
  return { instanceId: Math.floor(key / 2), family: key % 2 === 0 ? 4 : 6 };
}

function toWords({ family, bits }: Address): Words {
  if (family === 4) return [Number(bits) | 0, 0, 0, 0];
  const word = (shift: bigint): number => Number(BigInt.asIntN(32, bits >> shift));
  return [word(96n), word(64n), word(32n), word(0n)];
}

function toEidPrefix(key: number, entry: TrieEntry<unknown>): EidPrefix {
  const { instanceId, family } = fromTrieKey(key);
  const prefix: Prefix = { address: { family, bits: toBits(family, entry.words) }, length: entry.length };
  return { instanceId, prefix };
}

function toBits(family: 4 | 6, [w0, w1, w2, w3]: Words): bigint {
  if (family === 4) return BigInt(w0 >>> 0);
  const half = (high: number, low: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return (half(w0, w1) << 64n) | half(w2, w3);
}
