// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';

/**
 * Counts the references to each RLOC. The data path keeps the next hops of referenced RLOCs resolved, and no
 * others.
 */
export class RlocReferences {
  readonly #users = new Map<string, { readonly rloc: Address; count: number }>();
  /** RLOCs added or removed since the last flush; an RLOC that was both is not in it. */
  readonly #changed = new Set<string>();

  add(rlocs: readonly Address[]): void {
    for (const rloc of rlocs) {
      const key = formatAddress(rloc);
      const users = this.#users.get(key);
      if (users !== undefined) users.count += 1;
      else {
        this.#users.set(key, { rloc, count: 1 });
        this.#toggle(key);
      }
    }
  }

  remove(rlocs: readonly Address[]): void {
    for (const rloc of rlocs) {
      const key = formatAddress(rloc);
      const users = this.#users.get(key);
      if (users === undefined) continue;
      users.count -= 1;
      if (users.count > 0) continue;
      this.#users.delete(key);
      this.#toggle(key);
    }
  }

  has(rloc: Address): boolean {
    return this.#users.has(formatAddress(rloc));
  }

  replace(before: readonly Address[], after: readonly Address[]): void {
    this.add(after);
    this.remove(before);
  }

  /** Emits the whole set if it changed since the last call. Returns whether it changed. */
  flush(out: Effect[]): boolean {
    if (this.#changed.size === 0) return false;
    this.#changed.clear();
    out.push({ type: 'keep-neighbours', rlocs: [...this.#users.values()].map((users) => users.rloc) });
    return true;
  }

  #toggle(key: string): void {
    if (!this.#changed.delete(key)) this.#changed.add(key);
  }
}
