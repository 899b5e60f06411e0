// SPDX-License-Identifier: Apache-2.0
// Views of the nodes of the story. They replace the agent in tests of the API and of xtrctl.
import type {
  AwayEntryView,
  DatabaseEntryView,
  DynamicEidView,
  EventView,
  ForwardingView,
  LocatorView,
  MapCacheEntryView,
  RegistrationView,
  SmrEntryView,
  StatisticsView,
  StatusView,
} from '#api/protocol.js';
import { COUNTER_NAMES } from '#control/contract/counters.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const locator = (rloc: string, more: Partial<LocatorView> = {}): LocatorView => ({
  rloc,
  uptime_ms: 37 * SECOND,
  state: 'up',
  priority: 1,
  weight: 100,
  stateChanges: 1,
  lastStateChange_ms: 37 * SECOND,
  ...more,
});

const entry = (eid: string, more: Partial<MapCacheEntryView>): MapCacheEntryView => ({
  instanceId: 0,
  eid,
  uptime_ms: 52 * MINUTE + 46 * SECOND,
  expires_ms: null,
  via: 'static',
  state: 'send-map-request',
  lastModified_ms: 52 * MINUTE + 46 * SECOND,
  mapSource: 'local',
  packets: 0,
  bytes: 0,
  locators: [],
  ...more,
});

/** The map-cache of xTR4 before the move. */
export const MAP_CACHE: readonly MapCacheEntryView[] = [
  entry('0.0.0.0/0', {}),
  entry('1.1.1.1/32', {
    uptime_ms: 37 * SECOND,
    expires_ms: 24 * HOUR - 38 * SECOND,
    via: 'map-reply',
    state: 'complete',
    lastModified_ms: 37 * SECOND,
    mapSource: '2.2.2.2',
    packets: 19,
    bytes: 1900,
    locators: [locator('2.2.2.2')],
  }),
  entry('5.5.5.0/24', { via: 'dynamic-EID' }),
  entry('::/0', {}),
];

export const FORWARDING: readonly ForwardingView[] = [
  {
    instanceId: 0,
    eid: '1.1.1.1/32',
    action: 'encapsulate',
    packets: 19,
    bytes: 1900,
    locatorStatusBits: 1,
    localEid: false,
    configuredDynamicEid: true,
    detectedDynamicEid: false,
    nextHops: [{ rloc: '2.2.2.2', source: '4.4.4.4', up: true, priority: 1, weight: 100, share: 1 }],
  },
];

/** The database of xTR2 before the move. */
export const DATABASE: readonly DatabaseEntryView[] = [
  {
    instanceId: 0,
    eid: '1.1.1.1/32',
    dynamicEid: 'HOSTS',
    uptime_ms: 8 * HOUR + 46 * MINUTE + 9 * SECOND,
    lastChange_ms: 8 * HOUR + 46 * MINUTE + 9 * SECOND,
    locators: [{ rloc: '2.2.2.2', priority: 1, weight: 100 }],
    mapServers: [
      { address: '9.9.9.9', uptime_ms: 10 * HOUR + 6 * SECOND, acknowledged: true },
      { address: '9.9.9.10', uptime_ms: null, acknowledged: false },
    ],
  },
];

export const DYNAMIC_EIDS: readonly DynamicEidView[] = [
  {
    instanceId: 0,
    name: 'HOSTS',
    prefix: '1.1.1.0/24',
    eid: '1.1.1.1',
    interface: 'eid0',
    uptime_ms: 46 * HOUR,
    lastActivity_ms: 23 * SECOND,
    discovery: 'Packet Reception',
  },
];

export const AWAY: readonly AwayEntryView[] = [
  { instanceId: 0, eid: '1.1.1.1/32', producer: 'dyn-eid', created_ms: 117 * HOUR, locators: ['6.6.6.6'] },
];

export const SMR: readonly SmrEntryView[] = [
  {
    instanceId: 0,
    eid: '1.1.1.1/32',
    producer: 'away table',
    solicited: [{ rloc: '4.4.4.4', sent: 2, lastSent_ms: 5 * SECOND, suppressed: 7 }],
  },
];

const registration = (eid: string, more: Partial<RegistrationView>): RegistrationView => ({
  site: 'HOSTS',
  instanceId: 0,
  eid,
  registered: false,
  lastRegister_ms: null,
  firstRegister_ms: null,
  whoLast: null,
  origin: 'Configuration',
  moreSpecificOf: null,
  proxyReply: false,
  ttl_min: null,
  authenticationFailures: 0,
  etrs: [],
  ...more,
});

export const SITES: readonly RegistrationView[] = [
  registration('1.1.1.0/24', {}),
  registration('1.1.1.1/32', {
    registered: true,
    lastRegister_ms: 2 * MINUTE + 12 * SECOND,
    firstRegister_ms: 18 * 24 * HOUR,
    whoLast: '6.6.6.6:4342',
    origin: 'Dynamic',
    moreSpecificOf: '1.1.1.0/24',
    ttl_min: 1_440,
    etrs: [
      {
        address: '6.6.6.6:4342',
        lastRegister_ms: 2 * MINUTE + 12 * SECOND,
        xtrId: '0x8527c2e3b036f4990c2893bb56d43540',
        nonce: '0xc51abcce2acd7f84',
        algorithm: 'hmac-sha-256-128',
        locators: [{ rloc: '6.6.6.6', local: true, up: true, priority: 1, weight: 100 }],
      },
    ],
  }),
  registration('5.5.5.0/24', { site: 'REMOTE' }),
];

export const STATISTICS: StatisticsView = {
  control: Object.fromEntries(COUNTER_NAMES.map((name, i) => [name, i])),
  dataPath: {
    encapsulated: { packets: 147_331, bytes: 14_733_100 },
    stale: { packets: 0, bytes: 0 },
  },
  punts: { suppressed: { packets: 7, bytes: 700 } },
  adapters: { transport: { sent: 12, sendErrors: 0 }, netlink: { overruns: 0 } },
};

export const STATUS: StatusView = {
  name: 'xtr2',
  version: '0.1.0',
  pid: 4242,
  uptime_ms: 52 * MINUTE + 46 * SECOND,
  roles: ['ITR', 'ETR'],
  xtrId: '0x8527c2e3b036f4990c2893bb56d43540',
  siteId: '0x0000000000000000',
  rlocs: ['2.2.2.2'],
  mapResolvers: ['9.9.9.9'],
  mapServers: ['9.9.9.9', '9.9.9.10'],
  instanceIds: [0],
  sizes: { mapCache: 4, database: 1, away: 0, pendingMapRequests: 0, heldPackets: 0 },
  limits: { mapCacheEntries: 65_536, pendingMapRequests: 16_384, heldPackets: 4_096, dynamicEids: 16_384 },
  dataPath: {
    pinPath: '/sys/fs/bpf/xtrd/xtr2/v1',
    adopted: false,
    interfaces: [
      { name: 'core0', ifindex: 2, roles: ['rloc'], mode: 'native', program: 'xtr_rloc_ingress' },
      { name: 'eid0', ifindex: 3, roles: ['eid'], mode: 'generic', program: 'xtr_eid_ingress' },
    ],
    maps: [
      { name: 'xtr_map_cache_v4', entries: 3, maxEntries: 65_536 },
      { name: 'xtr_punts', entries: null, maxEntries: 8_388_608 },
    ],
  },
  warnings: ['eid0: rp_filter is 1: sysctl -w net.ipv4.conf.eid0.rp_filter=2'],
};

export const EVENTS: readonly EventView[] = [
  {
    time_ms: Date.UTC(2026, 0, 2, 3, 4, 5) + 6.789,
    monotonic_ms: 5_000.123,
    node: 'xtr2',
    name: 'smr-sent',
    eid: '1.1.1.1/32',
    peer: '4.4.4.4',
    nonce: '0x68662d668c6eab0f',
  },
  {
    time_ms: Date.UTC(2026, 0, 2, 3, 4, 5) + 8.001,
    monotonic_ms: 5_001.335,
    node: 'xtr4',
    name: 'map-cache-updated',
    eid: '1.1.1.1/32',
    peer: '6.6.6.6',
    rlocs: ['6.6.6.6'],
    detail: 'locators were 2.2.2.2',
  },
];
