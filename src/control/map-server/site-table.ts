// SPDX-License-Identifier: Apache-2.0
// The sites of a Map-Server: the EID-prefixes that each may register, and its keys (RFC 9301 section 8.2).
import {
  type EidPrefix,
  EidTable,
  formatAddress,
  formatEidPrefix,
  isRoutableUnicast,
  type ReadonlyEidTable,
  sameEidPrefix,
} from '#addr/index.js';
import { ALGORITHM_ID, type EidRecord, type MapRegister, verifyAuthentication } from '#wire/index.js';
import type { AuthenticationKey, Site, SitePrefix } from '#control/contract/config.js';

/** A configured EID-prefix of a site, with its counter. */
export interface ConfiguredPrefix {
  readonly site: Site;
  readonly prefix: SitePrefix;
  /** Number of records inside this prefix whose Map-Register failed authentication. */
  readonly authenticationFailures: number;
}

/** Why a Map-Register is refused. */
export interface Rejection {
  readonly accepted: false;
  readonly cause: 'configuration' | 'authentication';
  readonly eid: EidPrefix | undefined;
  readonly detail: string;
}

export interface Admission {
  readonly accepted: true;
  readonly site: Site;
  readonly key: AuthenticationKey;
  /** The configured prefix of each record. */
  readonly prefixes: readonly ConfiguredPrefix[];
}

interface CountingPrefix extends ConfiguredPrefix {
  authenticationFailures: number;
}

export class SiteTable {
  readonly #prefixes = new EidTable<CountingPrefix>();

  /**
   * An EID-prefix belongs to one site. Of two sites with the same prefix the later one wins, so the
   * configuration has to refuse that.
   */
  constructor(sites: readonly Site[]) {
    for (const site of sites)
      for (const prefix of site.prefixes)
        this.#prefixes.set(prefix.eid, { site, prefix, authenticationFailures: 0 });
  }

  get prefixes(): ReadonlyEidTable<ConfiguredPrefix> {
    return this.#prefixes;
  }

  /**
   * Checks a Map-Register as a whole: the same site has to be allowed to register every record, and one of
   * its keys has to have signed the message (9301-9-03). One bad record refuses the whole message.
   */
  admit(register: MapRegister, bytes: Uint8Array): Admission | Rejection {
    const prefixes: CountingPrefix[] = [];
    for (const record of register.records) {
      const configured = this.#prefixes.covering(record.eid);
      const problem = problemOf(record, configured, prefixes[0]?.site);
      if (configured === undefined || problem !== undefined)
        return { accepted: false, cause: 'configuration', eid: record.eid, detail: problem ?? '' };
      prefixes.push(configured);
    }
    const site = prefixes[0]?.site;
    if (site === undefined)
      return { accepted: false, cause: 'configuration', eid: undefined, detail: 'no EID-record' };
    const key = signingKey(site, register, bytes);
    if (key !== undefined) return { accepted: true, site, key, prefixes };
    for (const configured of prefixes) configured.authenticationFailures += 1;
    return {
      accepted: false,
      cause: 'authentication',
      eid: register.records[0]?.eid,
      detail: authenticationProblem(site, register),
    };
  }
}

function problemOf(
  record: EidRecord,
  configured: ConfiguredPrefix | undefined,
  site: Site | undefined,
): string | undefined {
  if (configured === undefined) return 'no site may register this EID-prefix';
  if (site !== undefined && configured.site !== site)
    return `EID-prefixes of two sites in one Map-Register: ${site.name} and ${configured.site.name}`;
  const { eid, acceptMoreSpecifics } = configured.prefix;
  if (!acceptMoreSpecifics && !sameEidPrefix(eid, record.eid))
    return `site ${configured.site.name} may register ${formatEidPrefix(eid)} but no more-specific of it`;
  const bad = record.locators.find(({ rloc }) => !isRoutableUnicast(rloc));
  return bad && `${formatAddress(bad.rloc)} cannot be an RLOC`;
}

/**
 * The key that signed the message. Key ID 0 may also come from an implementation that writes the 16-bit key
 * ID of RFC 6830, which leaves no room for a key number: then any key of the algorithm may have signed.
 * Algorithm none has no keys, so it never authenticates.
 */
function signingKey(site: Site, register: MapRegister, bytes: Uint8Array): AuthenticationKey | undefined {
  return candidateKeys(site, register).find((key) => verifyAuthentication(bytes, register, key.secret));
}

function candidateKeys(site: Site, register: MapRegister): AuthenticationKey[] {
  const { keyId, algorithmId } = register.authentication;
  const keys = site.keys.filter((key) => ALGORITHM_ID[key.algorithm] === algorithmId);
  const exact = keys.filter((key) => key.keyId === keyId);
  return keyId === 0 ? [...exact, ...keys.filter((key) => key.keyId !== 0)] : exact;
}

function authenticationProblem(site: Site, register: MapRegister): string {
  const { keyId, algorithmId } = register.authentication;
  return candidateKeys(site, register).length === 0
    ? `site ${site.name} has no key with key ID ${keyId} and algorithm ID ${algorithmId}`
    : `site ${site.name}: authentication data is wrong for key ID ${keyId}`;
}
