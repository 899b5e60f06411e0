// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { formatAway } from '#cli/format/away.js';
import { formatDatabase } from '#cli/format/database.js';
import { formatDynamicEids } from '#cli/format/dynamic-eid.js';
import { formatEvent } from '#cli/format/event.js';
import { formatFailedLookup, formatLookup } from '#cli/format/lookup.js';
import { formatSiteDetail } from '#cli/format/site-detail.js';
import { formatSites } from '#cli/format/site.js';
import { formatSmr } from '#cli/format/smr.js';
import {
  AWAY,
  DATABASE,
  DYNAMIC_EIDS,
  EVENTS,
  locator,
  MAP_CACHE,
  SITES,
  SMR,
} from '#test/api/fixture-views.js';

const ENTRY = MAP_CACHE[1]!;

const TABLE: readonly (readonly [what: string, printed: string, expected: string])[] = [
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
