// SPDX-License-Identifier: Apache-2.0
// The fields of the captured messages, each read by hand from its bytes.
import test from 'ava';
import { parseAddress, parsePrefix } from '#addr/index.js';
import { ACTION, type ControlMessage, decodeMessage } from '#wire/index.js';
import { fromHex, STORY, VECTORS } from '#test/helpers/vectors.js';
import { mapRequest } from '#test/helpers/messages.js';

const reads = test.macro({
  exec(t, bytes: Uint8Array | undefined, expected: ControlMessage) {
    t.deepEqual(decodeMessage(bytes ?? new Uint8Array()), expected);
  },
  title: (name = '') => name,
});

const MAP_REQUEST = mapRequest({});

const MAP_REGISTER = {
  type: 'map-register',
  proxyReply: false,
  securityCapable: false,
  eidNotify: false,
  useTtl: false,
  merge: false,
  wantMapNotify: false,
} as const;

const LOCATOR = {
  weight: 100,
  priority: 1,
  multicastPriority: 255,
  multicastWeight: 0,
  local: true,
  probed: false,
  reachable: true,
} as const;

test('an SMR as routers in the field send it: P, S, D, an ITR-RLOC of AFI 0', reads, STORY.smr, {
  ...MAP_REQUEST,
  probe: true,
  smr: true,
  dontMapReply: true,
  nonce: 0x68662d668c6eab0fn,
  sourceEid: { instanceId: 0, address: parseAddress('1.1.1.1') },
  itrRlocs: [undefined],
  records: [{ instanceId: 0, prefix: parsePrefix('5.5.5.5/32') }],
});

test('an SMR of another implementation', reads, VECTORS.get('rloc-change-smr packet 3'), {
  ...MAP_REQUEST,
  smr: true,
  nonce: 0n,
  sourceEid: { instanceId: 0, address: parseAddress('172.16.1.0') },
  itrRlocs: [parseAddress('10.0.1.3')],
  records: [{ instanceId: 0, prefix: parsePrefix('172.16.2.0/24') }],
});

const INNER_MAP_REQUEST = '10400001 39050b996c138ade 0001 05050505 0001 04040404 0020 0001 01010101';

test('the SMR-invoked Map-Request in its ECM', reads, STORY.smrInvokedEcm, {
  type: 'encapsulated-control',
  security: undefined,
  ddt: false,
  innerSource: parseAddress('1.1.1.1'),
  innerDestination: parseAddress('1.1.1.1'),
  innerSourcePort: 4342,
  innerDestinationPort: 4342,
  payload: fromHex(INNER_MAP_REQUEST),
});

test('the SMR-invoked Map-Request itself', reads, fromHex(INNER_MAP_REQUEST), {
  ...MAP_REQUEST,
  smrInvoked: true,
  nonce: 0x39050b996c138aden,
  sourceEid: { instanceId: 0, address: parseAddress('5.5.5.5') },
  itrRlocs: [parseAddress('4.4.4.4')],
  records: [{ instanceId: 0, prefix: parsePrefix('1.1.1.1/32') }],
});

test('the Map-Notify that tells the previous locator', reads, STORY.mapNotify, {
  type: 'map-notify',
  nonce: 0xc51abcce2acd7f84n,
  authentication: { keyId: 0, algorithmId: 1, data: fromHex('417208d3b8ab2592a7b623b10369319cb2f9d658') },
  records: [
    {
      eid: { instanceId: 0, prefix: parsePrefix('1.1.1.1/32') },
      ttl_min: 1440,
      action: ACTION.noAction,
      authoritative: false,
      mapVersion: 0,
      locators: [
        {
          ...LOCATOR,
          rloc: parseAddress('4.4.4.4'),
          priority: 0,
          weight: 0,
          multicastPriority: 0,
          local: false,
        },
      ],
    },
  ],
  identity: { xtrId: 0x8527c2e3b036f4990c2893bb56d43540n, siteId: 0n },
});

test('the Map-Register that withdraws', reads, STORY.withdraw, {
  ...MAP_REGISTER,
  wantMapNotify: true,
  nonce: 0x00858bb2de38e822n,
  authentication: { keyId: 0, algorithmId: 1, data: fromHex('3dde06606e3667d45b3614fb5d3778f16c9eec90') },
  records: [
    {
      eid: { instanceId: 0, prefix: parsePrefix('1.1.1.1/32') },
      ttl_min: 0,
      action: ACTION.drop,
      authoritative: true,
      mapVersion: 0,
      locators: [],
    },
  ],
  identity: { xtrId: 0x8527c2e3b036f4990c2893bb56d43540n, siteId: 0n },
});

test('a Map-Register with instance ID 7', reads, VECTORS.get('instance-id-7 packet 2'), {
  ...MAP_REGISTER,
  wantMapNotify: true,
  nonce: 0x2ffc427b424de80fn,
  authentication: { keyId: 0, algorithmId: 1, data: fromHex('df891f04d85f2ac940c040bc9ac768c4f529bd2b') },
  records: [
    {
      eid: { instanceId: 7, prefix: parsePrefix('fd01:1::/64') },
      ttl_min: 10,
      action: ACTION.noAction,
      authoritative: true,
      mapVersion: 0,
      locators: [{ ...LOCATOR, rloc: parseAddress('10.0.1.3') }],
    },
  ],
  identity: undefined,
});

test('a Map-Reply with an IPv6 locator', reads, VECTORS.get('ipv6-rlocs packet 6'), {
  type: 'map-reply',
  probe: false,
  echoNonce: false,
  security: undefined,
  nonce: 0x73de2b7b8e26de30n,
  records: [
    {
      eid: { instanceId: 0, prefix: parsePrefix('172.16.2.0/24') },
      ttl_min: 10,
      action: ACTION.noAction,
      authoritative: true,
      mapVersion: 0,
      locators: [{ ...LOCATOR, rloc: parseAddress('fd00:2::2') }],
    },
  ],
});
