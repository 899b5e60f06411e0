// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { addressBytes, parseAddress } from '#addr/index.js';
import { xtr_punt } from '#datapath/generated/layout.js';
import { decodePunt } from '#datapath/records/punt.js';

type Field = keyof typeof xtr_punt.offset;

const FRAME = Uint8Array.from({ length: 60 }, (_, i) => i);

/** A valid record of a stale packet, with some fields changed. */
function record(changes: Partial<Record<Field, number>> = {}, frame = FRAME): Uint8Array {
  const bytes = new Uint8Array(xtr_punt.bytes + 256);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(xtr_punt.offset.time_ns, 1_500_000n, true);
  const fields: Partial<Record<Field, number>> = {
    ...{ reason: 2, ifindex: 5, instance_id: 7, packet_bytes: frame.length, captured_bytes: frame.length },
    ...{ eid_family: 4, rloc_family: 6 },
    ...changes,
  };
  for (const [name, value] of Object.entries(fields))
    view.setUint32(xtr_punt.offset[name as Field], value, true);
  bytes.set(addressBytes(parseAddress('5.5.5.5')), xtr_punt.offset.source_eid);
  bytes.set(addressBytes(parseAddress('1.1.1.1')), xtr_punt.offset.destination_eid);
  bytes.set(addressBytes(parseAddress('2001:db8::4')), xtr_punt.offset.outer_source);
  bytes.set(frame, xtr_punt.bytes);
  return bytes;
}

test('a record is decoded: time in milliseconds, frame without the bytes after it', (t) => {
  t.deepEqual(decodePunt(record()), {
    reason: 'stale',
    ifindex: 5,
    instanceId: 7,
    sourceEid: parseAddress('5.5.5.5'),
    destinationEid: parseAddress('1.1.1.1'),
    outerSource: parseAddress('2001:db8::4'),
    at_ms: 1.5,
    frame: FRAME,
  });
});

for (const [value, reason] of ['map-cache-miss', 'eid-detected', 'stale', 'no-neighbour'].entries())
  test(`reason ${value} is ${reason}`, (t) => {
    t.is(decodePunt(record({ reason: value }))?.reason, reason as never);
  });

test('without an outer header there is no outer source', (t) => {
  t.is(decodePunt(record({ rloc_family: 0 }))?.outerSource, undefined);
});

const malformed: readonly [string, Uint8Array][] = [
  ['nothing', new Uint8Array()],
  ['less than the header', record().slice(0, xtr_punt.bytes - 1)],
  ['an unknown reason', record({ reason: 8 })],
  ['no EID family', record({ eid_family: 0 })],
  ['an unknown EID family', record({ eid_family: 5 })],
  ['an unknown RLOC family', record({ rloc_family: 1 })],
  ['an instance ID of more than 24 bits', record({ instance_id: 0x1000000 })],
  ['more captured than there is', record({ captured_bytes: 257 })],
  ['more captured than is ever', record({ captured_bytes: 16_385 }, new Uint8Array(60))],
  ['a huge length', record({ captured_bytes: 0xffffffff })],
];
for (const [title, bytes] of malformed)
  test(`no punt: ${title}`, (t) => {
    t.is(decodePunt(bytes), undefined);
  });

test('a record is decoded if and only if all its fields are valid', (t) => {
  const seen = { punts: 0, none: 0 };
  const anyFields = fc.record({
    reason: fc.nat(9),
    eid_family: fc.constantFrom(4, 6, 4, 6, 0, 5),
    rloc_family: fc.constantFrom(0, 4, 6, 0, 1),
    instance_id: fc.constantFrom(0, 7, 0xffffff, 0x1000000),
    captured_bytes: fc.nat(300),
  });
  fc.assert(
    fc.property(anyFields, fc.nat(100), (fields, cut) => {
      const all = record(fields);
      const bytes = all.slice(0, all.length - cut);
      const punt = decodePunt(bytes);
      const sound =
        fields.reason < 8 &&
        [4, 6].includes(fields.eid_family) &&
        [0, 4, 6].includes(fields.rloc_family) &&
        fields.instance_id <= 0xffffff &&
        fields.captured_bytes <= bytes.length - xtr_punt.bytes;
      seen[sound ? 'punts' : 'none']++;
      t.is(punt !== undefined, sound);
      if (punt) t.deepEqual(punt.frame, bytes.slice(xtr_punt.bytes, xtr_punt.bytes + fields.captured_bytes));
    }),
    { numRuns: 500 },
  );
  t.true(seen.punts > 20 && seen.none > 20, JSON.stringify(seen));
});

test('arbitrary bytes do not make the decoder throw', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void decodePunt(bytes)));
  t.pass();
});
