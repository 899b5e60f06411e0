// SPDX-License-Identifier: Apache-2.0
import { addressBytes, hostPrefix, parseAddress } from '#addr/index.js';
import type { TrieEffect } from '#core/ports.js';
import type { FlowSpec } from '#scripts/packets/flows.js';

/** Flows in a schedule where there is one EID: by source port. */
const HOT_PACKETS = 1024;

/** All packets to one EID, in 1,024 flows. */
export function toOne(eid: string): FlowSpec {
  const to = { address: addressBytes(parseAddress(eid)) };
  return { to, popularity: 'uniform', packets: HOT_PACKETS, ports: HOT_PACKETS };
}

/** A mapping of one host to one RLOC. */
export function hostMapping(eid: string, rloc: string, source: string): TrieEffect {
  return {
    type: 'map-cache-set',
    eid: { instanceId: 0, prefix: hostPrefix(parseAddress(eid)) },
    forwarding: {
      action: 'encapsulate',
      locators: [
        { rloc: parseAddress(rloc), source: parseAddress(source), priority: 1, weight: 100, usable: true },
      ],
    },
    expiresAt_ms: undefined,
  };
}
