// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { fragmentIpv4 } from '#wire/ip/fragment.js';
import { readIpHeader } from '#wire/ip/header.js';
import { checksum, concat, hex, ipv4 } from '#test/helpers/packets.js';

const ADDRESSES = { source: '10.1.0.1', destination: '10.2.0.2', id: 0x1234, tos: 0x2e, ttl: 17 } as const;

/** What a host puts together (RFC 815): the payload, and whether the end is there. */
function reassembled(parts: readonly Uint8Array[]): {
  payload: Uint8Array;
  first: number;
  complete: boolean;
} {
  const read = parts.map((part) => {
    const { headerBytes, totalBytes, fragment } = readIpHeader(part);
    return {
      offset: (fragment & 0x1fff) * 8,
      more: (fragment & 0x2000) !== 0,
      data: part.slice(headerBytes, totalBytes),
    };
  });
  const first = read[0]?.offset ?? 0;
  let at = first;
  for (const { offset, data } of read) {
    if (offset !== at) throw new Error(`a hole at ${at}`);
    at += data.length;
  }
  return { payload: concat(...read.map(({ data }) => data)), first, complete: read.at(-1)?.more === false };
}

test('whatever the packet and the MTU: parts that fit, sound headers, and the same payload', (t) => {
  const options = fc
    .constantFrom('', '94040000', '01010101', '8303040a', '07070400000000 01', '00000000', '83ff0000')
    .map(hex);
  t.notThrows(() => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 4000 }),
        fc.integer({ min: 68, max: 1600 }),
        options,
        fc.constantFrom(0, 0x2000, 5, 0x2000 | 185),
        (payload, mtu, withOptions, flagsAndOffset) => {
          const packet = ipv4({ ...ADDRESSES, options: withOptions, flagsAndOffset }, payload);
          const parts = fragmentIpv4(packet, mtu);
          for (const part of parts) {
            const { headerBytes, totalBytes, tos, ttl, fragment } = readIpHeader(part);
            if (part.length > mtu || totalBytes !== part.length) throw new Error(`${part.length} bytes`);
            if (checksum(part.subarray(0, headerBytes)) !== 0) throw new Error('checksum');
            if (tos !== ADDRESSES.tos || ttl !== ADDRESSES.ttl || (fragment & 0xc000) !== 0)
              throw new Error('header');
            if (part[4] !== 0x12 || part[5] !== 0x34) throw new Error('identification');
          }
          const { payload: got, first, complete } = reassembled(parts);
          if (Buffer.compare(got, payload) !== 0) throw new Error('payload');
          if (first !== (flagsAndOffset & 0x1fff) * 8) throw new Error('offset');
          if (complete !== ((flagsAndOffset & 0x2000) === 0)) throw new Error('more fragments');
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('as few fragments as it takes, the first as full as can be', (t) => {
  const packet = ipv4(ADDRESSES, new Uint8Array(1480));
  t.deepEqual(
    fragmentIpv4(packet, 1464).map(({ length }) => length),
    [1460, 60],
  );
  t.deepEqual(
    fragmentIpv4(packet, 1500).map(({ length }) => length),
    [1500],
  );
  t.is(fragmentIpv4(packet, 68).length, Math.ceil(1480 / 48));
});

test('the first has all options, later ones those that are to be copied (RFC 791 3.1)', (t) => {
  const route = '8307080a0b0c0d'; // loose source route: copied
  const options = hex(`01 ${route} 07070400000000 00`); // no-op, then record route, which is not
  const parts = fragmentIpv4(ipv4({ ...ADDRESSES, options }, new Uint8Array(400)), 200);
  t.deepEqual(parts[0]?.subarray(20, 36), options);
  t.deepEqual(parts[1]?.subarray(20, 28), hex(`${route}00`));
  t.is(readIpHeader(parts[1] ?? new Uint8Array()).headerBytes, 28);
});

test('padding behind the packet is left out', (t) => {
  const packet = concat(ipv4(ADDRESSES, new Uint8Array(100)), hex('eeee'));
  t.is(fragmentIpv4(packet, 1000)[0]?.length, 120);
});

test('what must not or cannot be fragmented is refused', (t) => {
  const of = (fields: object, bytes = 100) => ipv4({ ...ADDRESSES, ...fields }, new Uint8Array(bytes));
  t.throws(() => fragmentIpv4(of({ flagsAndOffset: 0x4000 }), 60), { instanceOf: TypeError });
  t.throws(() => fragmentIpv4(of({}), 27), { instanceOf: TypeError });
  t.throws(() => fragmentIpv4(of({}).subarray(0, 50), 60), { message: /not whole/ });
});
