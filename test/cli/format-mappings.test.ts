// SPDX-License-Identifier: Apache-2.0
// The shapes are those of IOS; the addresses are those of the story.
import test from 'ava';
import type { MapCacheEntryView } from '#api/protocol.js';
import { formatForwarding, formatForwardingDetail } from '#cli/format/forwarding.js';
import { formatMapCache, formatMapCacheDetail } from '#cli/format/map-cache.js';
import { FORWARDING, locator, MAP_CACHE } from '#test/api/fixture-views.js';

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
];

for (const [what, printed, expected] of TABLE)
  test(what, (t) => {
    t.is(printed, expected);
  });
