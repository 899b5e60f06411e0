// SPDX-License-Identifier: Apache-2.0
// Control messages and their parts, with default values for fields that a test does not set.
import { type Address, type Eid, type EidPrefix, parseAddress, parsePrefix } from '#addr/index.js';
import type { EidRecord, EncapsulatedControl, LocatorRecord, MapReply, MapRequest } from '#wire/index.js';

/** '1.1.1.1', or '[7]1.1.1.1'. */
export function eid(text: string): Eid {
  const { instanceId, rest } = splitInstance(text);
  return { instanceId, address: parseAddress(rest) };
}

/** '1.1.1.0/24', or '[7]1.1.1.0/24'; without a length a host. */
export function prefix(text: string): EidPrefix {
  const { instanceId, rest } = splitInstance(text);
  const host = rest.includes(':') ? '/128' : '/32';
  return { instanceId, prefix: parsePrefix(rest.includes('/') ? rest : rest + host) };
}

function splitInstance(text: string): { instanceId: number; rest: string } {
  const [, instance = '0', rest = text] = /^\[(\d+)\](.*)$/.exec(text) ?? [];
  return { instanceId: Number(instance), rest };
}

export function locator(rloc: string | Address, more: Partial<LocatorRecord> = {}): LocatorRecord {
  return {
    rloc: typeof rloc === 'string' ? parseAddress(rloc) : rloc,
    priority: 1,
    weight: 100,
    multicastPriority: 255,
    multicastWeight: 0,
    local: true,
    probed: false,
    reachable: true,
    ...more,
  };
}

/** An EID-record of an ETR; locators are addresses or complete records. */
export function record(
  text: string,
  locators: readonly (string | LocatorRecord)[],
  more: Partial<EidRecord> = {},
): EidRecord {
  return {
    eid: prefix(text),
    ttl_min: 1440,
    action: 0,
    authoritative: true,
    mapVersion: 0,
    locators: locators.map((one) => (typeof one === 'string' ? locator(one) : one)),
    ...more,
  };
}

/** A Map-Request without flags and records. */
export function mapRequest(more: Partial<MapRequest>): MapRequest {
  return {
    type: 'map-request',
    authoritative: false,
    probe: false,
    smr: false,
    pitr: false,
    smrInvoked: false,
    localXtr: false,
    dontMapReply: false,
    nonce: 77n,
    sourceEid: undefined,
    itrRlocs: [],
    records: [],
    mapping: undefined,
    ...more,
  };
}

export function mapReply(nonce: bigint, records: readonly EidRecord[]): MapReply {
  return { type: 'map-reply', probe: false, echoNonce: false, security: undefined, nonce, records };
}

export function encapsulated(
  more: Pick<EncapsulatedControl, 'innerSource' | 'innerDestination'> & Partial<EncapsulatedControl>,
): EncapsulatedControl {
  return {
    type: 'encapsulated-control',
    security: undefined,
    ddt: false,
    innerSourcePort: 4342,
    innerDestinationPort: 4342,
    payload: new Uint8Array(),
    ...more,
  };
}
