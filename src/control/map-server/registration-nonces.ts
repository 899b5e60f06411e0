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
  /** The message, if it came in this run. */
  readonly accepted:
    | {
        readonly source: RegisterSource;
        readonly authenticationData: Uint8Array;
        readonly at_ms: number;
      }
    | undefined;
}

/**
 * The last nonce of each ETR and key (RFC 9301 section 5.6), kept apart from registrations, so that a Map-Register of
 * yesterday is still known as a replay when the registration that it made is long gone. Only authenticated messages
 * get here, and each site has a bound of its own: nobody can push out the nonces of another site.
 *
 * `flush` tells what has to outlive a restart, and `restore` takes it back afterwards (9301-5.6-08).
 */
export class RegistrationNonces {
  /** By name of the site, then by key and ETR. */
  readonly #sites: ReadonlyMap<string, RecencyMap<Tracked>>;
  /** A secret may change under its key ID: then it is another key, and its nonces start anew. */
  readonly #fingerprints = new WeakMap<AuthenticationKey, string>();
  /** Accepted since the last flush. */
  #accepted: TrackedNonce[] = [];

  constructor(sites: readonly Site[]) {
    this.#sites = new Map(sites.map(({ name }) => [name, new RecencyMap(TRACKED_ETRS_PER_SITE)]));
  }

  /** What was accepted since the last call. */
  flush(out: Effect[]): void {
    if (this.#accepted.length === 0) return;
    out.push({ type: 'keep-nonces', nonces: this.#accepted });
    this.#accepted = [];
  }

  /**
   * Before the first message. Of each site the ETR that has been silent for longest first; sites that are not configured
   * any more are left out.
   */
  restore(entries: Iterable<TrackedNonce>): void {
    for (const { site, key, etr, nonce } of entries)
      this.#sites.get(site)?.set(`${key} ${etr}`, { nonce, accepted: undefined });
  }

  /**
   * - fresh: the nonce has grown, or this ETR and key are new.
   * - repeated: the last accepted message once more. The ETR asked for a Map-Notify, that was lost, and the original
   *   Map-Register comes again (section 5.7). Only while the registration it made can still stand, so that a captured
   *   message does not keep a dead ETR registered, and not after a restart, which ends registrations. Equal
   *   authentication data under an equal key is an equal message.
   * - replayed: anything else whose nonce has not grown.
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

  /** Remembers the message; its source comes back with what equals that of the ETR's last message held once. */
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
