// SPDX-License-Identifier: Apache-2.0
import { type Address, formatAddress } from '#addr/index.js';
import type { Effect } from '#control/contract/effect.js';
import type { Handler, InputHandlers } from '#control/contract/machine.js';
import { DeadlineQueue } from '#control/kit/deadlines.js';
import { type Part, report } from '#control/kit/part.js';
import type { RlocReferences } from './rloc-references.js';

/** So long a router's word about a path counts; then bigger packets are tried again (RFC 1191 section 6.3: 10 minutes). */
export const PATH_MTU_LIFETIME_ms = 600_000;

/** What is known of the path to an RLOC, bytes of outer IP packets. */
export interface PathMtu {
  readonly rloc: Address;
  /** Of the kernel's route, where it is smaller than the link's. */
  readonly route_bytes: number | undefined;
  /** Learnt from an ICMP error of a router on the path. */
  readonly learnt_bytes: number | undefined;
}

interface Tracked extends PathMtu {
  readonly key: string;
  readonly rloc: Address;
  route_bytes: number | undefined;
  learnt_bytes: number | undefined;
  /** As the data path has it. */
  written_bytes: number | undefined;
}

/**
 * The path MTU of each RLOC, in one place however many mappings have it as a locator (RFC 9300 section 7.2, stateful).
 * The data path takes the smallest of link, route and what was learnt.
 */
export class PathMtus implements Part, Handler {
  readonly inputs: InputHandlers = {
    'route-mtu': ({ rloc, mtu_bytes }, _, out) => {
      if (!this.#references.has(rloc)) return;
      const path = this.#track(rloc);
      path.route_bytes = mtu_bytes;
      this.#write(path, 'route', out);
    },
  };
  readonly #paths = new Map<string, Tracked>();
  readonly #learnt = new DeadlineQueue<Tracked>();
  readonly #references: RlocReferences;

  /** @param references RLOCs that nobody uses have no path MTU, which bounds their number */
  constructor(references: RlocReferences) {
    this.#references = references;
  }

  /** Undefined: as big as the link. */
  get(rloc: Address): PathMtu | undefined {
    return this.#paths.get(formatAddress(rloc));
  }

  /** Paths with an MTU of their own. */
  get size(): number {
    return this.#paths.size;
  }

  /**
   * A router on the path has said what fits. Only less than what is known already is believed (RFC 8201 section 4); the
   * same again lasts longer.
   */
  learn(rloc: Address, mtu_bytes: number, from: Address, now: number, out: Effect[]): void {
    if (!this.#references.has(rloc)) return;
    const path = this.#track(rloc);
    if (path.learnt_bytes !== undefined && mtu_bytes > path.learnt_bytes) return;
    path.learnt_bytes = mtu_bytes;
    this.#learnt.set(path, now + PATH_MTU_LIFETIME_ms);
    this.#write(path, formatAddress(from), out);
  }

  /** What an earlier agent left in the tables holds for as long as if it were learnt now. */
  recover(
    paths: readonly { readonly rloc: Address; readonly mtu_bytes: number }[],
    now: number,
    out: Effect[],
  ): void {
    for (const { rloc, mtu_bytes } of paths) {
      if (!this.#references.has(rloc)) {
        out.push({ type: 'rloc-mtu', rloc, mtu_bytes: undefined });
        continue;
      }
      const path = this.#track(rloc);
      path.learnt_bytes = path.written_bytes = mtu_bytes;
      this.#learnt.set(path, now + PATH_MTU_LIFETIME_ms);
    }
  }

  nextDeadline(): number | undefined {
    return this.#learnt.next();
  }

  expire(now: number, limit: number, out: Effect[]): void {
    for (const path of this.#learnt.take(now, limit)) {
      path.learnt_bytes = undefined;
      this.#write(path, 'tried again', out);
    }
  }

  /** RLOCs may have lost their last user. */
  forgetUnused(out: Effect[]): void {
    for (const path of this.#paths.values()) {
      if (this.#references.has(path.rloc)) continue;
      path.learnt_bytes = undefined;
      path.route_bytes = undefined;
      this.#learnt.delete(path);
      this.#write(path, undefined, out);
    }
  }

  #track(rloc: Address): Tracked {
    const key = formatAddress(rloc);
    let path = this.#paths.get(key);
    if (path === undefined) {
      path = { key, rloc, route_bytes: undefined, learnt_bytes: undefined, written_bytes: undefined };
      this.#paths.set(key, path);
    }
    return path;
  }

  /** @param detail for the event; undefined: there is none */
  #write(path: Tracked, detail: string | undefined, out: Effect[]): void {
    const { rloc, route_bytes, learnt_bytes, written_bytes } = path;
    const known = [route_bytes, learnt_bytes].filter((mtu_bytes) => mtu_bytes !== undefined);
    const mtu_bytes = known.length === 0 ? undefined : Math.min(...known);
    if (mtu_bytes === undefined) this.#paths.delete(path.key);
    if (mtu_bytes === written_bytes) return;
    path.written_bytes = mtu_bytes;
    out.push({ type: 'rloc-mtu', rloc, mtu_bytes });
    if (detail === undefined) return;
    const size = mtu_bytes === undefined ? 'that of the link' : `${mtu_bytes} bytes`;
    out.push(report({ name: 'path-mtu-changed', peer: rloc, detail: `${size}, ${detail}` }));
  }
}
