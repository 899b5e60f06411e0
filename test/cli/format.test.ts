// SPDX-License-Identifier: Apache-2.0
// The shapes are those of IOS; the addresses are those of the story.
import test from 'ava';
import type { MapCacheEntryView } from '../../src/api/protocol.js';
import { formatAway } from '../../src/cli/format/away.js';
import { formatDatabase } from '../../src/cli/format/database.js';
import { formatDynamicEids } from '../../src/cli/format/dynamic-eid.js';
import { formatEvent } from '../../src/cli/format/event.js';
import { formatForwarding, formatForwardingDetail } from '../../src/cli/format/forwarding.js';
import { formatFailedLookup, formatLookup } from '../../src/cli/format/lookup.js';
import { formatMapCache, formatMapCacheDetail } from '../../src/cli/format/map-cache.js';
import { formatSiteDetail } from '../../src/cli/format/site-detail.js';
import { formatSites } from '../../src/cli/format/site.js';
import { formatSmr } from '../../src/cli/format/smr.js';
import {
  AWAY,
  DATABASE,
  DYNAMIC_EIDS,
  EVENTS,
  FORWARDING,
  locator,
  MAP_CACHE,
  SITES,
  SMR,
} from '../api/fixture-views.js';

const [DEFAULT_ENTRY, ENTRY] = MAP_CACHE as [MapCacheEntryView, MapCacheEntryView];
const FORWARDING_ENTRY = FORWARDING[0]!;

const TABLE: readonly (readonly [what: string, printed: string, expected: string])[] = [
  [
    'map-cache',
    formatMapCache(MAP_CACHE),
    `LISP IPv4 Mapping Cache for LISP 0 EID-table default (IID 0), 3 entries

0.0.0.0/0, uptime: 00:52:46, expires: never, via static-send-map-request
  Negative cache entry, action: send-map-request
1.1.1.1/32, uptime: 00:00:37, expires: 23:59:22, via map-reply, complete
  Locator  Uptime    State  Pri/Wgt     Encap-IID
  2.2.2.2  00:00:37  up       1/100       -
5.5.5.0/24, uptime: 00:52:46, expires: never, via dynamic-EID, send-map-request
  Negative cache entry, action: send-map-request

LISP IPv6 Mapping Cache for LISP 0 EID-table default (IID 0), 1 entries

::/0, uptime: 00:52:46, expires: never, via static-send-map-request
  Negative cache entry, action: send-map-request
`,
  ],
  [
    'map-cache with long locators, states and all kinds of entries',
    formatMapCache([
      {
        ...ENTRY,
        locators: [
          locator('100.155.155.155', { priority: 10, weight: 50 }),
          locator('2001:db8::5', { state: 'admin-down', priority: 255, weight: 0, uptime_ms: 93_600_000 }),
        ],
      },
      { ...ENTRY, eid: '9.0.0.0/8', state: 'forward-native', expires_ms: 900_000, locators: [] },
      { ...DEFAULT_ENTRY, eid: '10.0.0.0/8', state: 'drop' },
      { ...ENTRY, eid: '11.0.0.0/8', via: 'static', expires_ms: null, locators: [locator('6.6.6.6')] },
    ]),
    `LISP IPv4 Mapping Cache for LISP 0 EID-table default (IID 0), 4 entries

1.1.1.1/32, uptime: 00:00:37, expires: 23:59:22, via map-reply, complete
  Locator          Uptime    State       Pri/Wgt     Encap-IID
  100.155.155.155  00:00:37  up           10/50        -
  2001:db8::5      1d02h     admin-down  255/0         -
9.0.0.0/8, uptime: 00:00:37, expires: 00:15:00, via map-reply, forward-native
  Negative cache entry, action: forward-native
10.0.0.0/8, uptime: 00:52:46, expires: never, via static
  Negative cache entry, action: drop
11.0.0.0/8, uptime: 00:00:37, expires: never, via static, complete
  Locator  Uptime    State  Pri/Wgt     Encap-IID
  6.6.6.6  00:00:37  up       1/100       -
`,
  ],
  [
    'map-cache of several instances',
    formatMapCache([DEFAULT_ENTRY, { ...DEFAULT_ENTRY, instanceId: 7 }]),
    `=================================================
Output for router lisp 0 instance-id 0
=================================================
LISP IPv4 Mapping Cache for LISP 0 EID-table default (IID 0), 1 entries

0.0.0.0/0, uptime: 00:52:46, expires: never, via static-send-map-request
  Negative cache entry, action: send-map-request

=================================================
Output for router lisp 0 instance-id 7
=================================================
LISP IPv4 Mapping Cache for LISP 0 EID-table default (IID 7), 1 entries

0.0.0.0/0, uptime: 00:52:46, expires: never, via static-send-map-request
  Negative cache entry, action: send-map-request
`,
  ],
  [
    'an empty map-cache',
    formatMapCache([], 7),
    'LISP IPv4 Mapping Cache for LISP 0 EID-table default (IID 7), 0 entries\n\n',
  ],
  [
    'map-cache EID',
    formatMapCacheDetail([ENTRY]),
    `LISP IPv4 Mapping Cache for LISP 0 EID-table default (IID 0), 1 entries

1.1.1.1/32, uptime: 00:00:37, expires: 23:59:22, via map-reply, complete
  Sources: map-reply
  State: complete, last modified: 00:00:37, map-source: 2.2.2.2
  Packets out: 19(1900 bytes)
  Locator  Uptime    State  Pri/Wgt     Encap-IID
  2.2.2.2  00:00:37  up       1/100       -
    Last up-down state change:         00:00:37, state change count: 1
`,
  ],
  [
    'map-cache EID of a negative entry',
    formatMapCacheDetail([DEFAULT_ENTRY]),
    `LISP IPv4 Mapping Cache for LISP 0 EID-table default (IID 0), 1 entries

0.0.0.0/0, uptime: 00:52:46, expires: never, via static-send-map-request
  Sources: static-send-map-request
  State: send-map-request, last modified: 00:52:46, map-source: local
  Packets out: 0(0 bytes)
  Negative cache entry, action: send-map-request
`,
  ],
  [
    'forwarding EID',
    formatForwardingDetail(FORWARDING),
    `1.1.1.1/32
  SC owned,sourced: LISP remote EID - locator status bits 0x00000001
  LISP remote EID: 19 packets 1900 bytes fwd action encap, dynamic EID need encap
  SC inherited: LISP cfg dyn-EID - LISP configured dynamic-EID
  LISP EID attributes: localEID No, c-dynEID Yes, d-dynEID No
  LISP source path list
    nexthop 2.2.2.2 LISP0 (source 4.4.4.4, up, pri/wgt 1/100, share 100%)
  nexthop 2.2.2.2 LISP0
`,
  ],
  [
    'forwarding EID with a locator that is down, in instance 7',
    formatForwardingDetail([
      {
        ...FORWARDING_ENTRY,
        instanceId: 7,
        configuredDynamicEid: false,
        locatorStatusBits: 2,
        nextHops: [
          { rloc: '2.2.2.2', source: '4.4.4.4', up: false, priority: 1, weight: 100, share: 0 },
          { rloc: '6.6.6.6', source: '4.4.4.4', up: true, priority: 2, weight: 100, share: 1 },
        ],
      },
    ]),
    `1.1.1.1/32, IID 7
  SC owned,sourced: LISP remote EID - locator status bits 0x00000002
  LISP remote EID: 19 packets 1900 bytes fwd action encap
  LISP EID attributes: localEID No, c-dynEID No, d-dynEID No
  LISP source path list
    nexthop 2.2.2.2 LISP0.7 (source 4.4.4.4, down, pri/wgt 1/100, share 0%)
    nexthop 6.6.6.6 LISP0.7 (source 4.4.4.4, up, pri/wgt 2/100, share 100%)
  nexthop 6.6.6.6 LISP0.7
`,
  ],
  [
    'forwarding EID of a local EID and of a miss',
    formatForwardingDetail([
      { ...FORWARDING_ENTRY, action: 'local', localEid: true, detectedDynamicEid: true, nextHops: [] },
      {
        ...FORWARDING_ENTRY,
        eid: '0.0.0.0/0',
        action: 'send-map-request',
        configuredDynamicEid: false,
        locatorStatusBits: 0,
        nextHops: [],
      },
    ]),
    `1.1.1.1/32
  SC owned,sourced: LISP local EID
  SC inherited: LISP cfg dyn-EID - LISP configured dynamic-EID
  LISP EID attributes: localEID Yes, c-dynEID Yes, d-dynEID Yes
0.0.0.0/0
  SC owned,sourced: LISP remote EID - locator status bits 0x00000000
  LISP remote EID: 19 packets 1900 bytes fwd action signal
  LISP EID attributes: localEID No, c-dynEID No, d-dynEID No
`,
  ],
  [
    'forwarding',
    formatForwarding([
      FORWARDING_ENTRY,
      {
        ...FORWARDING_ENTRY,
        eid: '0.0.0.0/0',
        action: 'send-map-request',
        packets: 3,
        bytes: 252,
        nextHops: [],
      },
    ]),
    `LISP IPv4 forwarding for IID 0, 2 entries

Prefix      Action  Packets  Bytes  Next Hop
1.1.1.1/32  encap   19       1900   2.2.2.2
0.0.0.0/0   signal  3        252    -
`,
  ],
  [
    'database',
    formatDatabase([
      ...DATABASE,
      { ...DATABASE[0]!, eid: '2001:db8:1::/64', dynamicEid: null, mapServers: [] },
    ]),
    `LISP ETR IPv4 Mapping Database for LISP 0 EID-table default (IID 0), LSBs: 0x1
Entries total 1

1.1.1.1/32, dynamic-eid HOSTS
  Uptime: 08:46:09, Last-change: 08:46:09
  Locator  Pri/Wgt  Source     State
  2.2.2.2    1/100  cfg-addr   site-self, reachable
  Map-server       Uptime         ACK
  9.9.9.9          10:00:06       Yes
  9.9.9.10         never          No

LISP ETR IPv6 Mapping Database for LISP 0 EID-table default (IID 0), LSBs: 0x1
Entries total 1

2001:db8:1::/64
  Uptime: 08:46:09, Last-change: 08:46:09
  Locator  Pri/Wgt  Source     State
  2.2.2.2    1/100  cfg-addr   site-self, reachable
`,
  ],
  [
    'dynamic-eid',
    formatDynamicEids(DYNAMIC_EIDS),
    `LISP Dynamic EID Summary for router 0, IID 0, EID-table VRF "default"

Dyn-EID Name         Dynamic-EID             Interface     Uptime    Last
                                                                     Packet
HOSTS                1.1.1.1                 eid0          1d22h     00:00:23
`,
  ],
  [
    'away',
    formatAway([...AWAY, { ...AWAY[0]!, eid: '1.1.1.2/32', locators: [] }]),
    `LISP Away Table for router lisp 0 (default) IID 0
Entries: 2

Prefix                                  Producer                       Created
1.1.1.1/32                              dyn-eid                        4d21h
  Re-encapsulating to: 6.6.6.6
1.1.1.2/32                              dyn-eid                        4d21h
`,
  ],
  [
    'smr',
    formatSmr(SMR),
    `LISP SMR Table for router lisp 0 (default) IID 0
Entries: 1

Prefix                                  Producer
1.1.1.1/32                              away table
  SMRs to 4.4.4.4: sent 2, last 00:00:05 ago, suppressed 7
`,
  ],
  [
    'an empty smr table',
    formatSmr([]),
    `LISP SMR Table for router lisp 0 (default) IID 0
Entries: 0

Prefix                                  Producer
`,
  ],
  [
    'site',
    formatSites(SITES),
    `LISP Site Registration Information
* = Some locators are down or unreachable

Site Name      Last      Up     Who Last             Inst     EID Prefix
               Register         Registered           ID
HOSTS          never     no     --                   0        1.1.1.0/24
               00:02:12  yes    6.6.6.6:4342         0        1.1.1.1/32
REMOTE         never     no     --                   0        5.5.5.0/24
`,
  ],
  [
    'site EID',
    formatSiteDetail(SITES.slice(1, 2)),
    `LISP Site Registration Information

Site name: HOSTS
Requested EID-prefix:

  EID-prefix: 1.1.1.1/32 instance-id 0
    First registered:     2w4d
    Last registered:      00:02:12
    Origin:               Dynamic, more specific of 1.1.1.0/24
    Proxy reply:          No
    TTL:                  1d00h
    State:                complete
    Registration errors:
      Authentication failures:   0
    ETR 6.6.6.6:4342, last registered 00:02:12
                      hash-function sha2, nonce 0xC51ABCCE-0x2ACD7F84
                      xTR-ID 0x8527C2E3-0xB036F499-0x0C2893BB-0x56D43540
      Locator  Local  State      Pri/Wgt
      6.6.6.6  yes    up           1/100
`,
  ],
  [
    'site EID that nobody has registered',
    formatSiteDetail(SITES.slice(2)),
    `LISP Site Registration Information

Site name: REMOTE
Requested EID-prefix:

  EID-prefix: 5.5.5.0/24 instance-id 0
    First registered:     never
    Last registered:      never
    Origin:               Configuration
    Proxy reply:          No
    State:                unknown
    Registration errors:
      Authentication failures:   0
    No registrations.
`,
  ],
  [
    'lig',
    formatLookup({
      eid: '1.1.1.1',
      outcome: 'reply',
      rtt_ms: 12.4,
      from: '6.6.6.6',
      attempts: 1,
      mapping: {
        ...ENTRY,
        uptime_ms: 0,
        expires_ms: 86_399_900,
        locators: [locator('6.6.6.6', { uptime_ms: 0 })],
      },
    }),
    `Mapping information for EID 1.1.1.1 from 6.6.6.6 with RTT 12 msecs
1.1.1.1/32, uptime: 00:00:00, expires: 23:59:59, via map-reply, complete
  Locator  Uptime    State  Pri/Wgt     Encap-IID
  6.6.6.6  00:00:00  up       1/100       -
`,
  ],
  [
    'lig without an answer',
    formatFailedLookup({
      eid: '1.1.1.1',
      outcome: 'timeout',
      rtt_ms: 7_012,
      from: null,
      attempts: 3,
      mapping: null,
    }),
    'no Map-Reply for EID 1.1.1.1 after 3 Map-Requests in 7.0 s',
  ],
  [
    'lig when too much is pending',
    formatFailedLookup({
      eid: '1.1.1.1',
      outcome: 'limited',
      rtt_ms: 0,
      from: null,
      attempts: 0,
      mapping: null,
    }),
    'too many Map-Requests are pending: EID 1.1.1.1 was not asked for; try again',
  ],
  [
    'events',
    EVENTS.map(formatEvent).join('\n'),
    `2026-01-02T03:04:05.006Z xtr2   smr-sent                     1.1.1.1/32         peer 4.4.4.4 nonce 0x68662d668c6eab0f
2026-01-02T03:04:05.008Z xtr4   map-cache-updated            1.1.1.1/32         peer 6.6.6.6 rlocs 6.6.6.6 (locators were 2.2.2.2)`,
  ],
  [
    'an event about nothing in particular',
    formatEvent({ time_ms: 0, monotonic_ms: 0, node: 'msmr', name: 'table-full', rlocs: [] }),
    '1970-01-01T00:00:00.000Z msmr   table-full                   -                  rlocs none',
  ],
];

for (const [what, printed, expected] of TABLE)
  test(what, (t) => {
    t.is(printed, expected);
  });

test('a site with a locator that is down has a star', (t) => {
  const [, registered] = SITES;
  const down = { ...registered!.etrs[0]!, locators: [{ ...registered!.etrs[0]!.locators[0]!, up: false }] };
  t.regex(formatSites([{ ...registered!, etrs: [down] }]), /00:02:12 {2}yes\* {3}6\.6\.6\.6:4342/);
  t.regex(formatSiteDetail([{ ...registered!, etrs: [down] }]), /6\.6\.6\.6 {2}yes {4}unreachable {4}1\/100/);
});
