// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { type EidPrefix, formatEidPrefix, parseAddress, parsePrefix } from '#addr/index.js';
import {
  xtr_constants,
  xtr_eid_v4,
  xtr_eid_v6,
  xtr_local_eid,
  xtr_locator,
  xtr_locator_set,
  xtr_mapping,
} from '#datapath/generated/layout.js';
import type { Codec } from '#datapath/records/codec.js';
import { eidKeyCodec } from '#datapath/records/eid-key.js';
import { localEidCodec } from '#datapath/records/local-eid.js';
import { locatorCodec } from '#datapath/records/locator.js';
import { locatorSetCodec } from '#datapath/records/locator-set.js';
import { mappingCodec } from '#datapath/records/mapping.js';
import { decodeTraffic } from '#datapath/records/traffic.js';
import { u64 } from '#test/native/addon.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const eid = (text: string, instanceId = 0): EidPrefix => ({ instanceId, prefix: parsePrefix(text) });

const keys: readonly [4 | 6, EidPrefix, string][] = [
  [4, eid('1.1.1.0/24'), '38000000' + '00000000' + '01010100'],
  [4, eid('1.1.1.1/32', 7), '40000000' + '00000007' + '01010101'],
  [4, eid('0.0.0.0/0', 0xffffff), '20000000' + '00ffffff' + '00000000'],
  [6, eid('2001:db8::/32', 7), '40000000' + '00000007' + '20010db8000000000000000000000000'],
];
for (const [family, key, bytes] of keys)
  test(`key of ${formatEidPrefix(key)}: instance ID and address in network byte order`, (t) => {
    const codec = eidKeyCodec(family);
    t.is(hex(codec.encode(key)), bytes);
    t.deepEqual(codec.decode(codec.encode(key)), key);
  });

const brokenKeys: readonly [string, string][] = [
  ['a prefix shorter than the instance ID', '1f000000' + '00000000' + '01010100'],
  ['a prefix longer than an address', '41000000' + '00000000' + '01010100'],
  ['an instance ID of more than 24 bits', '38000000' + '01000000' + '01010100'],
];
for (const [title, bytes] of brokenKeys)
  test(`no key: ${title}`, (t) => {
    t.is(eidKeyCodec(4).decode(Buffer.from(bytes, 'hex')), undefined);
  });

const mapping = { action: 'encapsulate', locatorSet: 3, counter: 9, expiresAt_ms: 123_456 } as const;

for (const record of [
  mapping,
  { ...mapping, action: 'drop', locatorSet: undefined } as const,
  { ...mapping, action: 'send-map-request', locatorSet: undefined, expiresAt_ms: undefined } as const,
  { ...mapping, action: 'local', locatorSet: undefined } as const,
])
  test(`a mapping with action ${record.action} is decoded as it was encoded`, (t) => {
    t.deepEqual(mappingCodec.decode(mappingCodec.encode(record)), record);
  });

test('an expiry is rounded up to milliseconds', (t) => {
  t.is(mappingCodec.decode(mappingCodec.encode({ ...mapping, expiresAt_ms: 0.1 }))?.expiresAt_ms, 1);
});

test('invalid mappings: an unknown action, or a locator-set that does not fit the action', (t) => {
  const changed = (offset: number, value: number): Uint8Array => {
    const bytes = mappingCodec.encode(mapping);
    bytes.fill(value, offset, offset + 4);
    return bytes;
  };
  t.is(mappingCodec.decode(changed(0, 0)), undefined);
  t.is(mappingCodec.decode(changed(0, 0xff)), undefined);
  t.is(mappingCodec.decode(changed(4, 0xff)), undefined);
});

for (const record of [
  { kind: 'local', ifindex: 5, locatorSet: undefined, learnt: true, statusBits: 3 },
  { kind: 'local', ifindex: undefined, locatorSet: undefined, learnt: false, statusBits: undefined },
  { kind: 'dynamic', ifindex: undefined, locatorSet: undefined, learnt: false, statusBits: undefined },
  { kind: 'away', ifindex: undefined, locatorSet: 0, learnt: false, statusBits: undefined },
  { kind: 'away', ifindex: undefined, locatorSet: undefined, learnt: false, statusBits: undefined },
] as const)
  test(`a ${record.kind} EID is decoded as it was encoded: locator-set ${record.locatorSet}, bits ${record.statusBits}`, (t) => {
    t.deepEqual(localEidCodec.decode(localEidCodec.encode(record)), record);
  });

test('header_sum is the sum of the constant words of the outer header', (t) => {
  const source = parseAddress('2.2.2.2');
  const destination = parseAddress('4.4.4.4');
  const bytes = locatorCodec.encode({ source, destination });
  t.is(new DataView(bytes.buffer).getUint32(36, true), 0x8511 + 4 * 0x0202 - 2 * 0x0202 + 2 * 0x0404);
  t.deepEqual(locatorCodec.decode(bytes), { source, destination });
});

test('the outer header of a known packet has a valid checksum', (t) => {
  // 2.2.2.2 to 4.4.4.4, 92 bytes in all, TOS 0, TTL 63: add what the programs add, fold, complement
  const [source, destination] = [parseAddress('2.2.2.2'), parseAddress('4.4.4.4')];
  const sum = new DataView(locatorCodec.encode({ source, destination }).buffer).getUint32(36, true);
  let total = sum + 92 + (63 << 8);
  total = (total & 0xffff) + (total >> 16);
  const checksum = 0xffff & ~total;
  const header = Buffer.from('4500005c000040003f110000' + '02020202' + '04040404', 'hex');
  header.writeUInt16BE(checksum, 10);
  const words = Array.from({ length: 10 }, (_, i) => header.readUInt16BE(2 * i));
  t.is(words.reduce((a, b) => a + b) % 0xffff, 0);
});

test('an IPv6 locator has no header sum', (t) => {
  const locator = { source: parseAddress('2001:db8::2'), destination: parseAddress('2001:db8::4') };
  const bytes = locatorCodec.encode(locator);
  t.is(new DataView(bytes.buffer).getUint32(36, true), 0);
  t.deepEqual(locatorCodec.decode(bytes), locator);
});

test('a locator without a family is invalid', (t) => {
  t.is(locatorCodec.decode(new Uint8Array(40)), undefined);
});

test('a locator-set is decoded as it was encoded', (t) => {
  const set = {
    buckets: Uint32Array.from({ length: xtr_constants.XTR_BUCKETS }, (_, i) =>
      i % 2 ? 7 : xtr_constants.XTR_NONE,
    ),
    statusBits: 0xffff_ffff,
    members: Array.from({ length: 32 }, (_, i) => ({
      locator: i,
      priority: i,
      weight: 255 - i,
      usable: i % 2 === 0,
    })),
  };
  t.deepEqual(locatorSetCodec.decode(locatorSetCodec.encode(set)), set);
});

test('a locator-set with too many members is invalid', (t) => {
  const bytes = locatorSetCodec.encode({ buckets: new Uint32Array(), statusBits: 0, members: [] });
  bytes[1028] = 33;
  t.is(locatorSetCodec.decode(bytes), undefined);
});

test('traffic is the sum over the CPUs', (t) => {
  const bytes = Uint8Array.of(...u64(1n, 100n), ...u64(2n, 50n), ...u64(0n, 0n));
  t.deepEqual(decodeTraffic(bytes), { packets: 3, bytes: 150 });
});

/** Mostly zeros and small values, so that some are valid. */
const likelyByte = fc.oneof(
  { arbitrary: fc.constant(0), weight: 3 },
  { arbitrary: fc.constantFrom(1, 2, 3, 4, 6, 33, 64), weight: 2 },
);
const likelyBytes = (size: number): fc.Arbitrary<Uint8Array> =>
  fc.array(likelyByte, { minLength: size, maxLength: size }).map((bytes) => Uint8Array.from(bytes));

function decodesTheSameAgain<V>(name: string, size: number, { encode, decode }: Codec<V>): void {
  test(`bytes of a ${name} are invalid, or decode to a value that is encoded and decoded to the same`, (t) => {
    const seen = { decoded: 0, none: 0 };
    fc.assert(
      fc.property(likelyBytes(size), (bytes) => {
        const value = decode(bytes);
        seen[value === undefined ? 'none' : 'decoded']++;
        if (value !== undefined) t.deepEqual(decode(encode(value)), value);
      }),
      { numRuns: size > 1_000 ? 200 : 3_000 },
    );
    t.true(seen.decoded >= 5 && seen.none >= 5, JSON.stringify(seen));
  });
}

decodesTheSameAgain('IPv4 EID', xtr_eid_v4.bytes, eidKeyCodec(4));
decodesTheSameAgain('IPv6 EID', xtr_eid_v6.bytes, eidKeyCodec(6));
decodesTheSameAgain('mapping', xtr_mapping.bytes, mappingCodec);
decodesTheSameAgain('local EID', xtr_local_eid.bytes, localEidCodec);
decodesTheSameAgain('locator', xtr_locator.bytes, locatorCodec);
decodesTheSameAgain('locator-set', xtr_locator_set.bytes, locatorSetCodec);
