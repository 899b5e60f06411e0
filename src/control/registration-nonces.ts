// SPDX-License-Identifier: Apache-2.0
import type { MapRegister } from '../wire/messages.js';
import type { Site } from './config.js';
import { type RegisterSource, sharing } from './registration.js';
import { REGISTRATION_TIMEOUT_MS } from './registration-table.js';

/** ETRs of one site whose nonces are remembered; beyond that, the one that has been silent for longest is forgotten. */
export const TRACKED_ETRS_PER_SITE = 65_536;

export type NonceVerdict = 'fresh' | 'repeated' | 'replayed';

interface Accepted {
  readonly source: RegisterSource;
  readonly authenticationData: Uint8Array;
  readonly at_ms: number;
}

/**
 * The last nonce of each ETR and key (RFC 9301 section 5.6), kept apart from registrations, so that a Map-Register of
 * yesterday is still known as a replay when the registration that it made is long gone. Only authenticated messages
 * get here, and each site has a bound of its own: nobody can push out the nonces of another site.
 *
 * In memory: after a restart the first Map-Register of an ETR is believed whatever its nonce.
 */
export class RegistrationNonces {
  /** By ETR and key; the one silent for longest first. */
  readonly #sites = new Map<Site, Map<string, Accepted>>();

  /**
   * - fresh: the nonce has grown, or this ETR and key are new.
   * - repeated: the last accepted message once more. The ETR asked for a Map-Notify, that was lost, and the original
   *   Map-Register comes again (section 5.7). Only while the registration it made can still stand, so that a captured
   *   message does not keep a dead ETR registered. Equal authentication data under an equal key is an equal message.
   * - replayed: anything else whose nonce has not grown.
   */
  judge(site: Site, source: RegisterSource, register: MapRegister, now: number): NonceVerdict {
    const last = this.#sites.get(site)?.get(trackingKey(source));
    if (!site.strictNonces || last === undefined || register.nonce > last.source.nonce) return 'fresh';
    const isLast =
      register.nonce === last.source.nonce &&
      Buffer.compare(register.authentication.data, last.authenticationData) === 0;
    const stands = now - last.at_ms < REGISTRATION_TIMEOUT_MS;
    return isLast && stands && register.wantMapNotify ? 'repeated' : 'replayed';
  }

  /** Remembers the message; its source comes back with what equals that of the ETR's last message held once. */
  accept(site: Site, source: RegisterSource, register: MapRegister, now: number): RegisterSource {
    const etrs = this.#sites.get(site) ?? new Map<string, Accepted>();
    this.#sites.set(site, etrs);
    const key = trackingKey(source);
    const last = etrs.get(key);
    const shared = last ? sharing(source, last.source) : source;
    etrs.delete(key);
    const [silent] = etrs.size >= TRACKED_ETRS_PER_SITE ? etrs.keys() : [];
    if (silent !== undefined) etrs.delete(silent);
    etrs.set(key, { source: shared, authenticationData: register.authentication.data, at_ms: now });
    return shared;
  }
}

function trackingKey({ etr, key }: RegisterSource): string {
  return `${key.keyId} ${key.algorithm} ${etr}`;
}
