// SPDX-License-Identifier: Apache-2.0
import { createHmac } from 'node:crypto';
import type { MapRegister } from '#wire/messages.js';
import type { AuthenticationKey, Site } from '#control/contract/config.js';
import type { Effect } from '#control/contract/effect.js';
import type { TrackedNonce } from '#control/contract/inputs.js';
import { REGISTRATION_TIMEOUT_ms, TRACKED_ETRS_PER_SITE } from '#control/contract/limits.js';
import { RecencyMap } from '#control/kit/recency-map.js';
import { type RegisterSource, withSharedValues } from './registration.js';

export type NonceVerdict = 'fresh' | 'repeated' | 'replayed';

interface Tracked {
  readonly nonce: bigint;
  /** The message, if it arrived in this run. */
  readonly accepted:
    | {
        readonly source: RegisterSource;
        readonly authenticationData: Uint8Array;
        readonly at_ms: number;
      }
    | undefined;
}

/**
 * The last nonce of each ETR and key (RFC 9301 section 5.6). Nonces are stored apart from registrations, so
 * that an old Map-Register is recognized as a replay after its registration expired. Only authenticated
 * messages reach this table, and each site has its own bound: nobody can evict the nonces of another site.
 *
 * `flush` reports what has to survive a restart, and `restore` takes it back (9301-5.6-08).
 */
export class RegistrationNonces {
  /** By site name, then by key and ETR. */
  readonly #sites: ReadonlyMap<string, RecencyMap<Tracked>>;
  /** If a secret changes under its key ID, it is another key with new nonces. */
  readonly #fingerprints = new WeakMap<AuthenticationKey, string>();
  /** Accepted since the last flush. */
  #accepted: TrackedNonce[] = [];

  constructor(sites: readonly Site[]) {
    this.#sites = new Map(sites.map(({ name }) => [name, new RecencyMap(TRACKED_ETRS_PER_SITE)]));
  }

  /** Reports the nonces accepted since the last call. */
  flush(out: Effect[]): void {
    if (this.#accepted.length === 0) return;
    out.push({ type: 'keep-nonces', nonces: this.#accepted });
    this.#accepted = [];
  }

  /**
   * Called before the first message. The entries of each site are ordered, least recently used first. Entries
   * of sites that are no longer configured are ignored.
   */
  restore(entries: Iterable<TrackedNonce>): void {
    for (const { site, key, etr, nonce } of entries)
      this.#sites.get(site)?.set(`${key} ${etr}`, { nonce, accepted: undefined });
  }

  /**
   * - fresh: the nonce has grown, or this ETR and key are new.
   * - repeated: an exact copy of the last accepted message. The ETR asked for a Map-Notify, which was lost,
   *   and retransmits the original Map-Register (section 5.7). Valid only while its registration can still
   *   exist, so that a captured message does not keep a dead ETR registered, and not after a restart, which
   *   ends registrations. Equal authentication data under an equal key means an equal message.
   * - replayed: any other message whose nonce has not grown.
   */
  judge(site: Site, source: RegisterSource, register: MapRegister, now: number): NonceVerdict {
    const last = this.#sites.get(site.name)?.get(`${this.#fingerprint(source.key)} ${source.etr}`);
    if (!site.strictNonces || last === undefined || register.nonce > last.nonce) return 'fresh';
    const { accepted } = last;
    const isLast =
      register.nonce === last.nonce &&
      accepted !== undefined &&
      Buffer.compare(register.authentication.data, accepted.authenticationData) === 0;
    const stands = isLast && now - accepted.at_ms < REGISTRATION_TIMEOUT_ms;
    return stands && register.wantMapNotify ? 'repeated' : 'replayed';
  }

  /** Stores the message. Returns its source; values equal to those of the ETR's last message are shared. */
  accept(site: Site, source: RegisterSource, register: MapRegister, now: number): RegisterSource {
    const etrs = this.#sites.get(site.name);
    const key = this.#fingerprint(source.key);
    const tracked = `${key} ${source.etr}`;
    const last = etrs?.get(tracked)?.accepted;
    const shared = last ? withSharedValues(source, last.source) : source;
    const accepted = { source: shared, authenticationData: register.authentication.data, at_ms: now };
    etrs?.set(tracked, { nonce: register.nonce, accepted });
    this.#accepted.push({ site: site.name, key, etr: source.etr, nonce: register.nonce });
    return shared;
  }

  #fingerprint(key: AuthenticationKey): string {
    let fingerprint = this.#fingerprints.get(key);
    if (fingerprint === undefined) {
      fingerprint = fingerprintOf(key);
      this.#fingerprints.set(key, fingerprint);
    }
    return fingerprint;
  }
}

function fingerprintOf({ keyId, algorithm, secret }: AuthenticationKey): string {
  return createHmac('sha256', secret).update(`nonces of ${keyId} ${algorithm}`).digest('hex').slice(0, 16);
}
