// SPDX-License-Identifier: Apache-2.0
// Builds values of the control plane from short texts.
import { parseAddress } from '#addr/index.js';
import type { AuthenticationKey, MapServerPeer, XtrConfig } from '#control/contract/config.js';
import type { ForwardingLocator } from '#control/contract/forwarding.js';
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import type { Random } from '#control/contract/machine.js';
import { prefix } from '#test/helpers/messages.js';

export { eid, locator, mapRequest as request, prefix, record } from '#test/helpers/messages.js';

export const MAP_SERVER = '10.0.0.1';
export const MAP_RESOLVER = '10.0.0.2';
export const KEY: AuthenticationKey = {
  keyId: 1,
  algorithm: 'hmac-sha-256-128',
  secret: new TextEncoder().encode('site key'),
};
/** Interface indexes: EID-facing, and another one. */
export const EID_PORT = 7;
export const OTHER_EID_PORT = 8;
export const RLOC_PORT = 3;

export const rloc = parseAddress;

export function peer(address: string, key = KEY): MapServerPeer {
  return { address: parseAddress(address), key, proxyReply: false };
}

/** The configuration of an xTR with these RLOCs and no EIDs. */
export function configOf(rlocs: readonly string[], overrides: Partial<XtrConfig> = {}): XtrConfig {
  return {
    identity: { xtrId: 2n, siteId: 1n },
    rlocs: rlocs.map((text) => ({ address: parseAddress(text), priority: 1, weight: 100 })),
    databaseMappings: [],
    dynamicEids: [],
    eidInterfaces: [EID_PORT, OTHER_EID_PORT].map((ifindex) => ({
      name: `eid${ifindex}`,
      ifindex,
      instanceId: 0,
    })),
    mapResolvers: [parseAddress(MAP_RESOLVER)],
    mapServers: [peer(MAP_SERVER)],
    staticMappings: [{ eid: prefix('0.0.0.0/0'), forwarding: { action: 'send-map-request' } }],
    recordTtl_min: 1440,
    ttlPropagation: true,
    fragmentation: 'fragment',
    locatorStatusBits: false,
    firstRegisterNonce: 1000n,
    limits: DEFAULT_XTR_LIMITS,
    ...overrides,
  };
}

/** A dynamic-EID prefix whose name is its text. */
export function dynamic(text: string): XtrConfig['dynamicEids'][number] {
  return { name: text, eid: prefix(text) };
}

export function forwardingLocator(text: string, source: string, usable = true): ForwardingLocator {
  return { rloc: parseAddress(text), priority: 1, weight: 100, source: parseAddress(source), usable };
}

/** Nonces 1, 2, 3 ..., and always the same fraction. */
export function repeatable(fraction = 0): Random {
  let last = 0n;
  return { nonce: () => ++last, fraction: () => fraction };
}
