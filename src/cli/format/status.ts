// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp instance-id N ipv4, with the fields that this node has, and the data path
import type { StatusView } from '#api/protocol.js';
import { columns, labelled } from './columns.js';
import { duration } from './duration.js';
import { hexWords } from './hex.js';

const COLUMN = 44;

export function formatStatus(status: StatusView): string {
  const { name, version, pid, uptime_ms } = status;
  const lines = [
    `xtrd ${version}, name ${name}, pid ${pid}, uptime ${duration(uptime_ms)}`,
    ...roleLines(status),
    ...sizeLines(status),
    ...dataPathLines(status),
    ...(status.warnings.length === 0 ? [] : ['  Warnings:', ...status.warnings.map((text) => `    ${text}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

function fact(label: string, ...values: readonly string[]): string[] {
  const [first = 'none', ...more] = values;
  return [labelled(`${label}:`, first, COLUMN), ...more.map((value) => labelled('', value, COLUMN))];
}

function roleLines({ roles, xtrId, siteId, ...status }: StatusView): string[] {
  const has = (role: StatusView['roles'][number]): string => (roles.includes(role) ? 'enabled' : 'disabled');
  const isXtr = roles.includes('ITR') || roles.includes('ETR');
  return [
    ...fact('  Ingress Tunnel Router (ITR)', has('ITR')),
    ...fact('  Egress Tunnel Router (ETR)', has('ETR')),
    ...fact('  Map Server (MS)', has('Map-Server')),
    ...fact('  Map Resolver (MR)', has('Map-Resolver')),
    ...(isXtr
      ? [
          ...fact('  RLOC(s)', ...status.rlocs),
          ...fact('  ITR Map-Resolver(s)', ...status.mapResolvers),
          ...fact('  ETR Map-Server(s)', ...status.mapServers),
          ...fact('  xTR-ID', xtrId === null ? 'unspecified' : hexWords(xtrId)),
          ...fact('  site-ID', siteId === null || /^0x0*$/.test(siteId) ? 'unspecified' : hexWords(siteId)),
          ...fact('  Instance ID(s)', status.instanceIds.join(', ')),
        ]
      : []),
  ];
}

function sizeLines({ sizes, limits }: StatusView): string[] {
  const { mapCacheEntries, pendingMapRequests, heldPackets, ...others } = limits;
  const of = (size: number, limit: number | undefined): string =>
    `${size}${limit === undefined ? '' : `/${limit}`}`;
  return [
    '  Map-cache:',
    ...fact('    Map-cache size/limit', of(sizes.mapCache, mapCacheEntries)),
    ...fact('    Pending Map-Requests/limit', of(sizes.pendingMapRequests, pendingMapRequests)),
    ...fact('    Held packets/limit', of(sizes.heldPackets, heldPackets)),
    '  Database:',
    ...fact('    Total database mapping size', String(sizes.database)),
    ...fact('    Inactive (deconfig/away) size', String(sizes.away)),
    ...(Object.keys(others).length === 0
      ? []
      : [
          '  Other limits:',
          ...Object.entries(others).flatMap(([name, value]) => fact(...configured(name, value))),
        ]),
  ];
}

/** A limit as the configuration file spells it: smrSuppression_ms, 20000 -> smr-suppression, 20s. */
function configured(name: string, value: number): [label: string, value: string] {
  const key = name.replace(/_ms$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (!name.endsWith('_ms')) return [`    ${key}`, String(value)];
  return [`    ${key}`, value % 1_000 === 0 ? `${value / 1_000}s` : `${value}ms`];
}

function dataPathLines({ dataPath }: StatusView): string[] {
  if (dataPath === null) return [];
  const titles = (...names: string[]): { header: string[] }[] => names.map((title) => ({ header: [title] }));
  return [
    '  Data path:',
    ...fact('    Pinned in', dataPath.pinPath),
    ...fact('    Maps and programs', dataPath.adopted ? 'adopted from the run before' : 'new'),
    ...columns(
      titles('Interface', 'Index', 'Roles', 'XDP', 'Program'),
      dataPath.interfaces.map(({ name, ifindex, roles, mode, program }) => [
        name,
        String(ifindex),
        roles.join(','),
        mode,
        program,
      ]),
      4,
    ),
    ...columns(
      titles('Map', 'Entries', 'Limit'),
      dataPath.maps.map(({ name, entries, maxEntries }) => [
        name,
        entries === null ? '-' : String(entries),
        String(maxEntries),
      ]),
      4,
    ),
  ];
}
