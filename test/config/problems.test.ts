// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { problemsOf, XTR } from './fixture.js';

const KEYS = 'keys: [{file: site.key}]';
const PREFIXES = 'eid-prefixes: [{eid-prefix: 5.5.5.0/24}]';
const site = (rest: string): string => `map-server: {sites: [{name: S, ${rest}}]}`;

// What is wrong, lines that follow those of an xTR, and all the problems that are reported.
const TABLE: readonly (readonly [what: string, lines: string, ...problems: string[]])[] = [
  [
    'an unknown key',
    'map-resolver: [9.9.9.9]',
    '5:1: map-resolver: unknown key; did you mean map-resolvers?',
  ],
  [
    'an unknown key with an underscore',
    'kernel_settings: set',
    '5:1: kernel_settings: unknown key; did you mean kernel-settings?',
  ],
  [
    'an unknown key like no other',
    'bgp: 65000',
    '5:1: bgp: unknown key; known keys are name, xtr-id, site-id, rlocs, interfaces, database-mappings, dynamic-eids, map-cache, map-resolvers, map-servers, map-server, record-ttl, ttl-propagation, fragmentation, locator-status-bits, limits, data-path, kernel-settings, api-socket, state-directory, recording, log',
  ],
  [
    'an unknown key in a list',
    'database-mappings: [{eid_prefix: 5.5.5.0/24}]',
    '5:21: database-mappings[0].eid-prefix: is missing; write an IPv4 or IPv6 prefix, such as 198.51.100.0/24',
    '5:22: database-mappings[0].eid_prefix: unknown key; did you mean eid-prefix?',
  ],
  [
    'a number for a list',
    'database-mappings: 5',
    '5:20: database-mappings: the number 5 is not valid here; write a list of EID-prefixes',
  ],
  [
    'a text for a list',
    'database-mappings: 5.5.5.0/24',
    '5:20: database-mappings: the text "5.5.5.0/24" is not valid here; write a list of EID-prefixes',
  ],
  ['a list for a mapping', 'limits: [1]', '5:9: limits: a list is not valid here; write a mapping'],
  ['nothing for a mapping', 'limits:', '5:1: limits: nothing is not valid here; write a mapping'],
  [
    'a number for text',
    'state-directory: 7',
    '5:18: state-directory: the number 7 is not valid here; write an absolute path',
  ],
  [
    'a text for true',
    "locator-status-bits: 'true'",
    '5:22: locator-status-bits: the text "true" is not valid here; write true or false',
  ],
  [
    'yes is no boolean of YAML 1.2',
    'locator-status-bits: yes',
    '5:22: locator-status-bits: the text "yes" is not valid here; write true or false',
  ],
  [
    'a fraction for a whole number',
    'limits: {held-packets: 1.5}',
    '5:24: limits.held-packets: the number 1.5 is not valid here; write a whole number from 0 to 1048576',
  ],
  [
    'a number out of range',
    'limits: {held-packets: 1048577}',
    '5:24: limits.held-packets: the number 1048577 is not valid here; write a whole number from 0 to 1048576',
  ],
  [
    'a word that is not one of the known',
    'kernel-settings: ignore',
    '5:18: kernel-settings: the text "ignore" is not valid here; write one of set, report',
  ],
  [
    'a duration without a unit',
    'record-ttl: 24',
    '5:13: record-ttl: the number 24 is not valid here; write a duration from 1m to 365d, such as 20s, 15m or 24h',
  ],
  [
    'a duration with an unknown unit',
    'record-ttl: 1w',
    '5:13: record-ttl: the text "1w" is not valid here; write a duration from 1m to 365d, such as 20s, 15m or 24h',
  ],
  [
    'a record TTL of seconds',
    'record-ttl: 90s',
    '5:13: record-ttl: a record TTL has whole minutes (RFC 9301 section 5.4); write minutes, such as 90m',
  ],
  [
    'a relative path',
    'state-directory: var/lib',
    '5:18: state-directory: the text "var/lib" is not valid here; write an absolute path',
  ],
  [
    'a socket path that is too long',
    `api-socket: /${'s'.repeat(107)}`,
    '5:13: api-socket: a text of 108 characters is not valid here; write an absolute path of at most 107 bytes',
  ],
  [
    'a ring that is no power of two',
    'data-path: {punt-ring-bytes: 100000}',
    '5:30: data-path.punt-ring-bytes: 100000 is not a power of two; write 131072',
  ],
  [
    'an xTR-ID of 129 bits',
    'xtr-id: 0x100000000000000000000000000000000',
    '5:9: xtr-id: the number 340282366920938463463374607431768211456 is not valid here; write a whole number of at most 128 bits, not 0',
  ],
  [
    'the xTR-ID 0',
    'xtr-id: 0',
    '5:9: xtr-id: the number 0 is not valid here; write a whole number of at most 128 bits, not 0',
  ],
  [
    'more held packets for one EID than for all',
    'limits: {held-packets: 8, held-packets-per-eid: 9}',
    '5:49: limits.held-packets-per-eid: 9 packets for one EID are more than the 8 for all; write at most held-packets',
  ],
  // addresses and prefixes
  [
    'an address with host bits set',
    'database-mappings: [{eid-prefix: 5.5.5.5/24}]',
    "5:34: database-mappings[0].eid-prefix: '5.5.5.5/24' has host bits set; write 5.5.5.0/24",
  ],
  [
    'an IPv6 address with host bits set',
    "database-mappings: [{eid-prefix: '2001:db8::5/64'}]",
    "5:34: database-mappings[0].eid-prefix: '2001:db8::5/64' has host bits set; write 2001:db8::/64",
  ],
  [
    'a prefix without a length',
    'database-mappings: [{eid-prefix: 5.5.5.0}]',
    "5:34: database-mappings[0].eid-prefix: '5.5.5.0' is not a prefix: write ADDRESS/LENGTH; write an IPv4 or IPv6 prefix, such as 198.51.100.0/24",
  ],
  [
    'a prefix that is too long',
    'database-mappings: [{eid-prefix: 5.5.5.0/33}]',
    "5:34: database-mappings[0].eid-prefix: '5.5.5.0/33': a prefix length of IPv4 is at most 32; write an IPv4 or IPv6 prefix, such as 198.51.100.0/24",
  ],
  [
    'a multicast prefix',
    'database-mappings: [{eid-prefix: 239.0.0.0/8}]',
    '5:34: database-mappings[0].eid-prefix: 239.0.0.0/8 is multicast; name a prefix of hosts',
  ],
  [
    'an address with leading zeros',
    'map-servers: [{address: 010.1.1.1, key: {file: site.key}}]',
    "5:25: map-servers[0].address: '010.1.1.1' is not an IPv4 or IPv6 address; write an IPv4 or IPv6 address, such as 192.0.2.1",
  ],
  [
    'a host name for an address',
    'map-servers: [{address: ms.example, key: {file: site.key}}]',
    "5:25: map-servers[0].address: 'ms.example' is not an IPv4 or IPv6 address; write an IPv4 or IPv6 address, such as 192.0.2.1",
  ],
  [
    'a loopback address',
    'map-servers: [{address: 127.0.0.1, key: {file: site.key}}]',
    '5:25: map-servers[0].address: 127.0.0.1 is not routable unicast; name an address of the underlay',
  ],
  [
    'an instance ID of 25 bits',
    'database-mappings: [{eid-prefix: 5.5.5.0/24, instance-id: 16777216}]',
    '5:59: database-mappings[0].instance-id: the number 16777216 is not valid here; write a whole number from 0 to 16777215',
  ],
  [
    'an instance ID without an interface',
    'database-mappings: [{eid-prefix: 5.5.5.0/24, instance-id: 7}]',
    '5:59: database-mappings[0].instance-id: no interface with role eid has the instance ID 7; write one of 0, or add the interface',
  ],
  // local EIDs
  [
    'a database mapping twice',
    'database-mappings: [{eid-prefix: 5.5.5.0/24}, {eid-prefix: 5.5.5.0/24}]',
    '5:60: database-mappings[1].eid-prefix: 5.5.5.0/24 occurs twice; keep one of the two',
  ],
  [
    'overlapping database mappings',
    'database-mappings: [{eid-prefix: 5.5.5.0/24}, {eid-prefix: 5.5.0.0/16}]',
    '5:34: database-mappings[0].eid-prefix: 5.5.5.0/24 lies inside 5.5.0.0/16; keep one, or choose prefixes that do not overlap',
  ],
  [
    'a prefix both fixed and dynamic',
    'database-mappings: [{eid-prefix: 5.5.5.0/24}]\ndynamic-eids: [{name: H, eid-prefix: 5.5.5.0/24}]',
    '6:38: dynamic-eids[0].eid-prefix: 5.5.5.0/24 occurs twice; keep one of the two',
  ],
  [
    'a dynamic-EID prefix twice',
    'dynamic-eids: [{name: A, eid-prefix: 5.5.5.0/24}, {name: B, eid-prefix: 5.5.5.0/24}]',
    '5:73: dynamic-eids[1].eid-prefix: 5.5.5.0/24 occurs twice; keep one of the two',
  ],
  [
    'a name of dynamic EIDs twice',
    'dynamic-eids: [{name: A, eid-prefix: 5.5.5.0/24}, {name: A, eid-prefix: 5.5.6.0/24}]',
    '5:58: dynamic-eids[1].name: A occurs twice; give each dynamic-EID prefix its own name',
  ],
  [
    'a fixed prefix in a dynamic one',
    'database-mappings: [{eid-prefix: 5.5.5.0/25}]\ndynamic-eids: [{name: H, eid-prefix: 5.5.5.0/24}]',
    '5:34: database-mappings[0].eid-prefix: 5.5.5.0/25 lies inside 5.5.5.0/24; keep one, or choose prefixes that do not overlap',
  ],
  [
    '9301-8.1-02 an EID-prefix that holds the Map-Resolver',
    'database-mappings: [{eid-prefix: 9.9.0.0/16}]',
    '4:17: map-resolvers[0]: the Map-Resolver 9.9.9.9 lies in the EID-prefix 9.9.0.0/16; name an address outside of the EID-prefixes',
  ],
  [
    '9301-8.1-02 an EID-prefix that holds an RLOC',
    'dynamic-eids: [{name: H, eid-prefix: 2.2.2.0/24}]',
    '2:19: rlocs[0].address: the RLOC 2.2.2.2 lies in the EID-prefix 2.2.2.0/24; name an address outside of the EID-prefixes',
  ],
  [
    '9301-8.1-02 an EID-prefix that holds the Map-Server',
    'database-mappings: [{eid-prefix: 8.8.8.0/24}]\nmap-servers: [{address: 8.8.8.8, key: {file: site.key}}]',
    '6:25: map-servers[0].address: the Map-Server 8.8.8.8 lies in the EID-prefix 8.8.8.0/24; name an address outside of the EID-prefixes',
  ],
  // map-cache
  [
    'a map-cache entry twice',
    'map-cache: [{eid-prefix: 5.5.5.0/24, action: drop}, {eid-prefix: 5.5.5.0/24, action: drop}]',
    '5:66: map-cache[1].eid-prefix: 5.5.5.0/24 occurs twice; keep one of the two',
  ],
  [
    'a map-cache entry that does nothing',
    'map-cache: [{eid-prefix: 5.5.5.0/24}]',
    '5:13: map-cache[0]: an entry has either an action or locators; write one of the two',
  ],
  [
    'a map-cache entry with an action and locators',
    'map-cache: [{eid-prefix: 5.5.5.0/24, action: drop, locators: [{rloc: 4.4.4.4}]}]',
    '5:13: map-cache[0]: an entry has either an action or locators; write one of the two',
  ],
  [
    'a map-cache entry for a dynamic-EID prefix',
    'map-cache: [{eid-prefix: 5.5.5.0/24, action: drop}]\ndynamic-eids: [{name: H, eid-prefix: 5.5.5.0/24}]',
    '5:26: map-cache[0].eid-prefix: a dynamic-EID prefix makes this entry itself; delete this entry',
  ],
  [
    'an empty locator-set',
    'map-cache: [{eid-prefix: 5.5.5.0/24, locators: []}]',
    '5:48: map-cache[0].locators: there is no locator in it; write action: drop to drop the packets',
  ],
  [
    'a locator twice',
    'map-cache: [{eid-prefix: 5.5.5.0/24, locators: [{rloc: 4.4.4.4}, {rloc: 4.4.4.4}]}]',
    '5:73: map-cache[0].locators[1].rloc: 4.4.4.4 occurs twice; keep one of the two',
  ],
  [
    'an own RLOC as locator',
    'map-cache: [{eid-prefix: 5.5.5.0/24, locators: [{rloc: 2.2.2.2}]}]',
    '5:56: map-cache[0].locators[0].rloc: 2.2.2.2 is an RLOC of this node; name the RLOC of another xTR',
  ],
  [
    'a locator of a family without RLOC',
    "map-cache: [{eid-prefix: 5.5.5.0/24, locators: [{rloc: '2001:db8::4'}]}]",
    '5:56: map-cache[0].locators[0].rloc: this node has no IPv6 RLOC to send from; add an IPv6 address to rlocs, or name an RLOC of the other family',
  ],
  [
    'an IPv4-mapped locator',
    "map-cache: [{eid-prefix: 5.5.5.0/24, locators: [{rloc: '::ffff:192.0.2.1'}]}]",
    '5:56: map-cache[0].locators[0].rloc: ::ffff:192.0.2.1 is an IPv4-mapped IPv6 address; write 192.0.2.1',
  ],
  [
    'a Map-Server of a family without RLOC',
    "map-servers: [{address: '2001:db8::9', key: {file: site.key}}]",
    '5:25: map-servers[0].address: this node has no IPv6 RLOC to reach the Map-Server 2001:db8::9 from; add an IPv6 address to rlocs, or name an address of the other family',
  ],
  [
    'a locator of priority 256',
    'map-cache: [{eid-prefix: 5.5.5.0/24, locators: [{rloc: 4.4.4.4, priority: 256}]}]',
    '5:75: map-cache[0].locators[0].priority: the number 256 is not valid here; write a whole number from 0 to 255',
  ],
  // keys
  [
    'a Map-Server without a key (9301-8.2-01)',
    'map-servers: [{address: 8.8.8.8}]',
    '5:15: map-servers[0].key: is missing; write a mapping with file: PATH',
  ],
  [
    'a missing key file',
    'map-servers: [{address: 8.8.8.8, key: {file: none.key}}]',
    "5:46: map-servers[0].key.file: there is no file 'none.key'; create it, or correct the path",
  ],
  [
    'a directory as key file',
    'map-servers: [{address: 8.8.8.8, key: {file: .}}]',
    "5:46: map-servers[0].key.file: '.' is not a regular file; name a regular file",
  ],
  [
    'a key with neither file nor secret',
    'map-servers: [{address: 8.8.8.8, key: {id: 1}}]',
    '5:39: map-servers[0].key: a key has either a file or a secret; write file: PATH',
  ],
  [
    'a key with both',
    'map-servers: [{address: 8.8.8.8, key: {file: site.key, secret: x}}]',
    '5:39: map-servers[0].key: a key has either a file or a secret; write file: PATH',
  ],
  [
    'a secret that YAML takes for a number',
    'map-servers: [{address: 8.8.8.8, key: {secret: 12345}}]',
    '5:48: map-servers[0].key.secret: this is not valid here; write the secret as text of at most 255 characters, in quotes',
  ],
  [
    'an unknown algorithm',
    'map-servers: [{address: 8.8.8.8, key: {file: site.key, algorithm: md5}}]',
    '5:67: map-servers[0].key.algorithm: the text "md5" is not valid here; write one of hmac-sha-1-96, hmac-sha-256-128',
  ],
  [
    'a key ID of 9 bits',
    'map-servers: [{address: 8.8.8.8, key: {file: site.key, id: 256}}]',
    '5:60: map-servers[0].key.id: the number 256 is not valid here; write a whole number from 0 to 255',
  ],
  [
    'a Map-Server twice',
    'map-servers: [{address: 8.8.8.8, key: {file: site.key}}, {address: 8.8.8.8, key: {file: site.key}}]',
    '5:68: map-servers[1].address: 8.8.8.8 occurs twice; keep one of the two',
  ],
  // sites
  [
    '9301-8.2-01 a site without a key',
    site(`keys: [], ${PREFIXES}`),
    '5:38: map-server.sites[0].keys: a site needs a key; write keys: [{file: PATH}]',
  ],
  [
    '9301-8.2-02 a site without a prefix',
    site(`${KEYS}, eid-prefixes: []`),
    '5:72: map-server.sites[0].eid-prefixes: a site needs an EID-prefix; write eid-prefixes: [{eid-prefix: PREFIX}]',
  ],
  [
    'a key ID twice in a site',
    site(`keys: [{file: site.key}, {file: site.key}], ${PREFIXES}`),
    '5:57: map-server.sites[0].keys[1].id: the key ID 0 occurs twice; give each key of a site its own id',
  ],
  [
    'an EID-prefix in two sites',
    `map-server: {sites: [{name: S, ${KEYS}, ${PREFIXES}}, {name: T, ${KEYS}, ${PREFIXES}}]}`,
    '5:165: map-server.sites[1].eid-prefixes[0].eid-prefix: 5.5.5.0/24 occurs twice; let one site register it',
  ],
  [
    'a site twice',
    `map-server: {sites: [{name: S, ${KEYS}, ${PREFIXES}}, {name: S, ${KEYS}, eid-prefixes: [{eid-prefix: 6.6.6.0/24}]}]}`,
    '5:108: map-server.sites[1].name: S occurs twice; give each site its own name',
  ],
  [
    'a missing key file of a site',
    site(`keys: [{file: none.key}], ${PREFIXES}`),
    "5:46: map-server.sites[0].keys[0].file: there is no file 'none.key'; create it, or correct the path",
  ],
];

for (const [what, lines, ...expected] of TABLE)
  test(what, async (t) => {
    const problems = await problemsOf(t, `${XTR}${lines}\n`);
    t.deepEqual(
      problems,
      expected.map((problem) => `node.yaml:${problem}`),
    );
  });
