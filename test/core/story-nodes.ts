// SPDX-License-Identifier: Apache-2.0
import { parseAddress, parsePrefix } from '#addr/index.js';
import type { AuthenticationKey, MapServerConfig, XtrConfig } from '#control/contract/config.js';
import { DEFAULT_MAP_SERVER_LIMITS, DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { EID_PORT, Simulation } from './simulation.js';

export const MAP_SERVER = '192.0.2.9';

export const SITE_KEY: AuthenticationKey = {
  keyId: 1,
  algorithm: 'hmac-sha-256-128',
  secret: new TextEncoder().encode('site key'),
};

const prefix = (text: string): { instanceId: number; prefix: ReturnType<typeof parsePrefix> } => ({
  instanceId: 0,
  prefix: parsePrefix(text),
});

export function xtrConfig(rloc: string, behind: Partial<XtrConfig>): XtrConfig {
  return {
    identity: { xtrId: parseAddress(rloc).bits, siteId: 0n },
    rlocs: [{ address: parseAddress(rloc), priority: 1, weight: 100 }],
    databaseMappings: [],
    dynamicEids: [],
    eidInterfaces: [{ name: 'eid0', ifindex: EID_PORT, instanceId: 0 }],
    mapResolvers: [parseAddress(MAP_SERVER)],
    mapServers: [{ address: parseAddress(MAP_SERVER), key: SITE_KEY, proxyReply: false }],
    staticMappings: [{ eid: prefix('0.0.0.0/0'), forwarding: { action: 'send-map-request' } }],
    recordTtl_min: 1440,
    ttlPropagation: true,
    fragmentation: 'fragment',
    locatorStatusBits: false,
    firstRegisterNonce: 1n,
    limits: DEFAULT_XTR_LIMITS,
    ...behind,
  };
}

export const ROAMING = { dynamicEids: [{ name: 'roaming', eid: prefix('1.1.1.0/24') }] };

export const MAP_SERVER_CONFIG: MapServerConfig = {
  sites: [
    {
      name: 'all',
      keys: [SITE_KEY],
      strictNonces: true,
      prefixes: [
        { eid: prefix('1.1.1.0/24'), acceptMoreSpecifics: true, proxyReply: false },
        { eid: prefix('5.5.5.0/24'), acceptMoreSpecifics: false, proxyReply: false },
      ],
    },
  ],
  addresses: [parseAddress(MAP_SERVER)],
  limits: DEFAULT_MAP_SERVER_LIMITS,
};

/** The routers of the story: xtr2, xtr4, xtr6 and msmr, registered. */
export function storyNetwork(recordings = false): Simulation {
  const simulation = new Simulation(recordings);
  simulation.add('msmr', undefined, MAP_SERVER_CONFIG);
  simulation.add('xtr2', xtrConfig('2.2.2.2', ROAMING));
  simulation.add('xtr4', xtrConfig('4.4.4.4', { databaseMappings: [{ eid: prefix('5.5.5.0/24') }] }));
  simulation.add('xtr6', xtrConfig('6.6.6.6', ROAMING));
  simulation.run(100);
  return simulation;
}
