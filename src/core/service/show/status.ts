// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from '#addr/index.js';
import type { Agent } from '#core/agent.js';
import type { ServiceParts } from '#core/service/parts.js';
import type { DataPathStatus } from '#core/ports.js';
import type { StatusView } from '#core/service/views.js';
import { hex } from './select.js';

const NO_SIZES: StatusView['sizes'] = {
  mapCache: 0,
  database: 0,
  away: 0,
  pendingMapRequests: 0,
  heldPackets: 0,
};

export async function statusView(parts: ServiceParts, uptime_ms: number): Promise<StatusView> {
  const { configuration, agent, dataPath } = parts;
  const { xtr, mapServer } = configuration;
  return {
    name: configuration.name,
    version: parts.version,
    pid: parts.pid,
    uptime_ms,
    roles: roles(agent),
    xtrId: xtr ? hex(xtr.identity.xtrId, 128) : null,
    siteId: xtr ? hex(xtr.identity.siteId, 64) : null,
    rlocs: xtr?.rlocs.map(({ address }) => formatAddress(address)) ?? [],
    mapResolvers: xtr?.mapResolvers.map(formatAddress) ?? [],
    mapServers: xtr?.mapServers.map(({ address }) => formatAddress(address)) ?? [],
    instanceIds: instanceIds(parts),
    sizes: agent.xtr?.sizes() ?? NO_SIZES,
    limits: { ...xtr?.limits, ...mapServer?.limits },
    dataPath: dataPath ? dataPathView(dataPath.status()) : null,
    warnings: await parts.warnings(),
  };
}

function roles(agent: Agent): StatusView['roles'] {
  return [
    ...(agent.xtr ? (['ITR', 'ETR'] as const) : []),
    ...(agent.mapServer ? (['Map-Server', 'Map-Resolver'] as const) : []),
  ];
}

function instanceIds({ configuration }: ServiceParts): number[] {
  const eidFacing = configuration.interfaces.filter(({ roles }) => roles.includes('eid'));
  return [...new Set(eidFacing.map(({ instanceId }) => instanceId))].sort((a, b) => a - b);
}

function dataPathView(status: DataPathStatus): StatusView['dataPath'] {
  return { ...status, maps: status.maps.map((map) => ({ ...map, entries: map.entries ?? null })) };
}
