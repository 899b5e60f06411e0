// SPDX-License-Identifier: Apache-2.0
// Arbitrary messages of all kinds that can be sent, and so must decode to the same value.
import fc from 'fast-check';
import type { Address } from '#addr/index.js';
import type {
  Authentication,
  EidRecord,
  EncapsulatedControl,
  LocatorRecord,
  MapNotify,
  MapRegister,
  MapReply,
  MapRequest,
  XtrIdentity,
} from '#wire/index.js';
import { address, eid, eidPrefix } from './arbitraries.js';

const uint8 = fc.nat({ max: 0xff });
const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const uint128 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });

const few = { minLength: 1, maxLength: 4 } as const;

function locatorRecord(probed: fc.Arbitrary<boolean>): fc.Arbitrary<LocatorRecord> {
  return fc.record({
    rloc: address,
    priority: uint8,
    weight: uint8,
    multicastPriority: uint8,
    multicastWeight: uint8,
    local: fc.boolean(),
    probed,
    reachable: fc.boolean(),
  });
}

function eidRecord(probed: fc.Arbitrary<boolean>): fc.Arbitrary<EidRecord> {
  return fc.record({
    eid: eidPrefix,
    ttl_min: fc.nat({ max: 0xffff_ffff }),
    action: fc.nat({ max: 7 }),
    authoritative: fc.boolean(),
    mapVersion: fc.nat({ max: 0xfff }),
    locators: fc.array(locatorRecord(probed), { maxLength: 32 }),
  });
}

/** Map-Request and Map-Register never have the p-bit. */
const unprobed = eidRecord(fc.constant(false));
const record = eidRecord(fc.boolean());

const authentication: fc.Arbitrary<Authentication> = fc.record({
  keyId: uint8,
  algorithmId: uint8,
  data: fc.uint8Array({ maxLength: 64 }),
});

const identity: fc.Arbitrary<XtrIdentity> = fc.record({ xtrId: uint128, siteId: uint64 });

export const mapRequest: fc.Arbitrary<MapRequest> = fc.record({
  type: fc.constant('map-request'),
  authoritative: fc.boolean(),
  probe: fc.boolean(),
  smr: fc.boolean(),
  pitr: fc.boolean(),
  smrInvoked: fc.boolean(),
  localXtr: fc.boolean(),
  dontMapReply: fc.boolean(),
  nonce: uint64,
  sourceEid: fc.option(eid, { nil: undefined }),
  itrRlocs: fc.array(fc.option(address, { nil: undefined }), { minLength: 1, maxLength: 32 }),
  records: fc.array(eidPrefix, few),
  mapping: fc.option(unprobed, { nil: undefined }),
});

export const mapReply: fc.Arbitrary<MapReply> = fc.record({
  type: fc.constant('map-reply'),
  probe: fc.boolean(),
  echoNonce: fc.boolean(),
  security: fc.option(fc.uint8Array({ minLength: 4, maxLength: 64 }), { nil: undefined }),
  nonce: uint64,
  records: fc.array(record, few),
});

export const mapRegister: fc.Arbitrary<MapRegister> = fc.record({
  type: fc.constant('map-register'),
  proxyReply: fc.boolean(),
  securityCapable: fc.boolean(),
  eidNotify: fc.boolean(),
  useTtl: fc.boolean(),
  merge: fc.boolean(),
  wantMapNotify: fc.boolean(),
  nonce: uint64,
  authentication,
  records: fc.array(unprobed, few),
  identity: fc.option(identity, { nil: undefined }),
});

export const mapNotify: fc.Arbitrary<MapNotify> = fc.record({
  type: fc.constantFrom('map-notify', 'map-notify-ack'),
  nonce: uint64,
  authentication,
  records: fc.array(record, few),
  identity: fc.option(identity, { nil: undefined }),
});

/** LISP-SEC data of an ECM: OTK length, 24 bytes of key, EID-AD length and the rest of the EID-AD. */
const ecmSecurity: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.uint8Array({ minLength: 34, maxLength: 34 }), fc.uint8Array({ minLength: 2, maxLength: 40 }))
  .map(([head, eidAd]) => {
    const bytes = Uint8Array.of(...head, ...eidAd);
    const view = new DataView(bytes.buffer);
    view.setUint16(4, 24);
    view.setUint16(32, 2 + eidAd.length);
    return bytes;
  });

const addressPair: fc.Arbitrary<{ innerSource: Address; innerDestination: Address }> = address.chain(
  (source) =>
    address
      .filter((destination) => destination.family === source.family)
      .map((destination) => ({ innerSource: source, innerDestination: destination })),
);

const controlPort = fc.nat({ max: 0xffff }).filter((port) => port !== 4341);

export const encapsulatedControl: fc.Arbitrary<EncapsulatedControl> = fc
  .record({
    type: fc.constant('encapsulated-control' as const),
    security: fc.option(ecmSecurity, { nil: undefined }),
    ddt: fc.boolean(),
    innerSourcePort: controlPort,
    innerDestinationPort: controlPort,
    payload: fc.uint8Array({ maxLength: 200 }),
  })
  .chain((rest) => addressPair.map((pair) => ({ ...rest, ...pair })));

export const controlMessage = fc.oneof(mapRequest, mapReply, mapRegister, mapNotify, encapsulatedControl);
