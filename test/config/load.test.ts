// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { type EidPrefix, formatAddress, formatEidPrefix, parseAddress, parsePrefix } from '#addr/index.js';
import { DEFAULT_MAP_SERVER_LIMITS, DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { directory, load, STORY_XTR2, XTR } from './fixture.js';

const PREFIX = { instanceId: 0, prefix: parsePrefix('1.1.1.0/24') };

test('xTR2 of the story becomes a Configuration', async (t) => {
  const { configuration, warnings } = await load(await directory(t), STORY_XTR2);
  t.deepEqual(warnings, []);
  t.deepEqual(configuration, {
    name: 'xtr2',
    interfaces: [
      { name: 'core0', roles: ['rloc'], instanceId: 0 },
      { name: 'eid0', roles: ['eid'], instanceId: 0 },
    ],
    xtr: {
      identity: { xtrId: 77n, siteId: 0n },
      rlocs: [{ address: parseAddress('2.2.2.2'), priority: 1, weight: 100 }],
      databaseMappings: [],
      dynamicEids: [{ name: 'HOSTS', eid: PREFIX }],
      mapResolvers: [parseAddress('9.9.9.9')],
      mapServers: [
        {
          address: parseAddress('9.9.9.9'),
          key: { keyId: 0, algorithm: 'hmac-sha-256-128', secret: new TextEncoder().encode('secret') },
          proxyReply: false,
        },
      ],
      staticMappings: [
        {
          eid: { instanceId: 0, prefix: parsePrefix('0.0.0.0/0') },
          forwarding: { action: 'send-map-request' },
        },
        { eid: { instanceId: 0, prefix: parsePrefix('::/0') }, forwarding: { action: 'send-map-request' } },
      ],
      recordTtl_min: 1440,
      ttlPropagation: true,
      fragmentation: 'fragment',
      locatorStatusBits: false,
      firstRegisterNonce: 1_000n,
      limits: DEFAULT_XTR_LIMITS,
    },
    mapServer: undefined,
    dataPath: {
      xdpMode: 'auto',
      bpfFilesystem: '/sys/fs/bpf',
      locatorSets: 4096,
      locators: 4096,
      puntRing: 8_388_608,
      puntRates_pps: {
        'map-cache-miss': 20_000,
        'eid-detected': 2_000,
        stale: 2_000,
        'no-neighbour': 20_000,
        'too-big': 2_000,
        fragment: 10_000,
        'ttl-expired': 1_000,
        'core-icmp': 1_000,
      },
    },
    kernelSettings: 'set',
    apiSocket: '/run/xtrd/xtr2.sock',
    stateDirectory: '/var/lib/xtrd/xtr2',
    recording: undefined,
    log: { level: 'info' },
  });
});

test('a Map-Server alone needs no RLOC, no interface and no xTR-ID', async (t) => {
  const { configuration } = await load(
    await directory(t),
    `name: msmr
map-server:
  addresses: [9.9.9.9, '2001:db8::9']
  sites:
    - name: HOSTS
      keys: [{id: 7, algorithm: hmac-sha-1-96, file: site.key}]
      eid-prefixes: [{eid-prefix: 1.1.1.0/24, accept-more-specifics: true, proxy-reply: true}]
      strict-nonces: false
`,
  );
  t.is(configuration.xtr, undefined);
  t.deepEqual(configuration.mapServer, {
    addresses: [parseAddress('9.9.9.9'), parseAddress('2001:db8::9')],
    sites: [
      {
        name: 'HOSTS',
        keys: [{ keyId: 7, algorithm: 'hmac-sha-1-96', secret: new TextEncoder().encode('secret') }],
        prefixes: [{ eid: PREFIX, acceptMoreSpecifics: true, proxyReply: true }],
        strictNonces: false,
      },
    ],
    limits: DEFAULT_MAP_SERVER_LIMITS,
  });
});

test('a Map-Server that is an xTR too answers from its RLOCs', async (t) => {
  const { configuration } = await load(
    await directory(t),
    `${XTR}map-server: {sites: [{name: S, keys: [{file: site.key}], eid-prefixes: [{eid-prefix: 5.5.5.0/24}]}]}\n`,
  );
  t.deepEqual(configuration.mapServer?.addresses.map(formatAddress), ['2.2.2.2']);
});

test('an xTR-ID keeps all its 128 bits, a Site-ID its 64', async (t) => {
  const { configuration } = await load(
    await directory(t),
    `${XTR}xtr-id: 0x8527c2e3b036f4990c2893bb56d43540\nsite-id: 0xffffffffffffffff\n`,
  );
  t.deepEqual(configuration.xtr?.identity, {
    xtrId: 0x8527c2e3b036f4990c2893bb56d43540n,
    siteId: 0xffff_ffff_ffff_ffffn,
  });
});

test('the default map-cache asks about IPv4 and IPv6 in the instance of each EID interface', async (t) => {
  const { configuration } = await load(
    await directory(t),
    `name: x
rlocs: [{address: 2.2.2.2}]
interfaces: [{name: a, roles: [rloc, eid], instance-id: 7}, {name: b, roles: [eid]}, {name: c, roles: [eid], instance-id: 7}]
map-resolvers: [9.9.9.9]
`,
  );
  t.deepEqual(
    configuration.xtr?.staticMappings.map(({ eid }) => formatEidPrefix(eid)),
    ['0.0.0.0/0', '::/0', '[7]0.0.0.0/0', '[7]::/0'],
  );
});

test('static locators are sent to from the RLOC of their family', async (t) => {
  const { configuration } = await load(
    await directory(t),
    `name: x
rlocs: [{address: 2.2.2.2}, {address: '2001:db8::2', priority: 2, weight: 50}]
interfaces: [{name: a, roles: [rloc, eid]}]
map-cache:
  - {eid-prefix: 3.3.3.0/24, locators: [{rloc: 4.4.4.4}, {rloc: '2001:db8::4', priority: 3, weight: 0}]}
  - {eid-prefix: 0.0.0.0/0, action: forward-native}
`,
  );
  t.deepEqual(
    configuration.xtr?.staticMappings.map(({ forwarding }) => forwarding),
    [
      {
        action: 'encapsulate',
        locators: [
          {
            rloc: parseAddress('4.4.4.4'),
            source: parseAddress('2.2.2.2'),
            priority: 1,
            weight: 100,
            usable: true,
          },
          {
            rloc: parseAddress('2001:db8::4'),
            source: parseAddress('2001:db8::2'),
            priority: 3,
            weight: 0,
            usable: true,
          },
        ],
      },
      { action: 'forward-native' },
    ],
  );
});

test('durations of limits are read in milliseconds, the record TTL in minutes', async (t) => {
  const { configuration } = await load(
    await directory(t),
    `${XTR}limits: {smr-suppression: 500ms, smr-per-rloc-interval: 0s, map-reply-interval: 2m}\nrecord-ttl: 2h\n`,
  );
  t.is(configuration.xtr?.limits.smrSuppression_ms, 500);
  t.is(configuration.xtr?.limits.smrPerRlocInterval_ms, 0);
  t.is(configuration.xtr?.limits.mapReplyInterval_ms, 120_000);
  t.is(configuration.xtr?.recordTtl_min, 120);
});

test('anchors and aliases may be used, and problems behind an alias are found', async (t) => {
  const folder = await directory(t);
  const { configuration } = await load(
    folder,
    `${XTR}map-servers:
  - {address: 9.9.9.9, key: &key {file: site.key}}
  - {address: 9.9.9.8, key: *key}
`,
  );
  t.deepEqual(configuration.xtr?.mapServers[0]?.key, configuration.xtr?.mapServers[1]?.key);
});

test('a part of a database mapping may be dynamic', async (t) => {
  const { configuration } = await load(
    await directory(t),
    `${XTR}database-mappings: [{eid-prefix: 5.5.0.0/16}]\ndynamic-eids: [{name: H, eid-prefix: 5.5.5.0/24}]\n`,
  );
  t.deepEqual(texts(configuration.xtr?.databaseMappings), ['5.5.0.0/16']);
  t.deepEqual(texts(configuration.xtr?.dynamicEids), ['5.5.5.0/24']);
});

test('EIDs of another instance may have the addresses of RLOCs', async (t) => {
  const { configuration } = await load(
    await directory(t),
    `name: x
rlocs: [{address: 2.2.2.2}]
interfaces: [{name: a, roles: [rloc, eid], instance-id: 7}]
map-resolvers: [9.9.9.9]
database-mappings: [{eid-prefix: 2.2.2.0/24, instance-id: 7}]
`,
  );
  t.deepEqual(texts(configuration.xtr?.databaseMappings), ['[7]2.2.2.0/24']);
});

function texts(mappings: readonly { readonly eid: EidPrefix }[] = []): string[] {
  return mappings.map(({ eid }) => formatEidPrefix(eid));
}

for (const [all, perEid] of [
  [8, 8],
  [2_000, 1_024],
] as const)
  test(`of ${all} packets held in all, ${perEid} may be for one EID if nothing else is written`, async (t) => {
    const { configuration } = await load(await directory(t), `${XTR}limits: {held-packets: ${all}}\n`);
    t.is(configuration.xtr?.limits.heldPacketsPerEid, perEid);
    t.is(configuration.xtr?.limits.heldPackets, all);
  });
