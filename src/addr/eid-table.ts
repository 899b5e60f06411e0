// SPDX-License-Identifier: Apache-2.0
import type { Eid, EidPrefix } from './eid.js';

/** A longest-prefix-match table from EID-Prefix to V. */
export interface ReadonlyEidTable<V> {
  readonly size: number;
  /** The value of exactly this prefix. */
  get(eid: EidPrefix): V | undefined;
  /** The most specific prefix that holds `eid`, and its value. */
  longestMatch(eid: Eid): { eid: EidPrefix; value: V } | undefined;
  /** The most specific prefix that covers `eid`, itself included. */
  longestCover(eid: EidPrefix): { eid: EidPrefix; value: V } | undefined;
  /** Prefixes inside `eid`, itself included, in address order, shorter ones first. */
  covered(eid: EidPrefix): Iterable<{ eid: EidPrefix; value: V }>;
  /** Everything: by instance ID, IPv4 before IPv6, then as `covered`. */
  entries(): Iterable<{ eid: EidPrefix; value: V }>;
}

/** The mutable table: a path-compressed binary trie for each instance ID and family. */
export class EidTable<V> implements ReadonlyEidTable<V> {
  readonly size: number = 0;
  get(_eid: EidPrefix): V | undefined {
    throw new Error('to be written');
  }
  set(_eid: EidPrefix, _value: V): void {
    throw new Error('to be written');
  }
  /** Whether it was there. */
  delete(_eid: EidPrefix): boolean {
    throw new Error('to be written');
  }
  longestMatch(_eid: Eid): { eid: EidPrefix; value: V } | undefined {
    throw new Error('to be written');
  }
  longestCover(_eid: EidPrefix): { eid: EidPrefix; value: V } | undefined {
    throw new Error('to be written');
  }
  covered(_eid: EidPrefix): Iterable<{ eid: EidPrefix; value: V }> {
    throw new Error('to be written');
  }
  entries(): Iterable<{ eid: EidPrefix; value: V }> {
    throw new Error('to be written');
  }
}
