// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { ipPacketOf, oneHopFurther } from '#datapath/punts/ip-packet.js';
import { ethernet, ipv4Udp, ipv6Udp } from '#test/native/packets.js';

const v4 = ipv4Udp('5.5.5.5', '1.1.1.1', 9, Buffer.from('hello'));
const v6 = ipv6Udp('2001:db8::5', '2001:db8::1', 9, Buffer.from('hello'));

test('IPv4 and IPv6 packets are taken from frames without padding', (t) => {
  t.deepEqual(ipPacketOf(ethernet(v4, 20)), { family: 4, bytes: v4 });
  t.deepEqual(ipPacketOf(ethernet(v6, 20)), { family: 6, bytes: v6 });
});

const none: readonly [string, Uint8Array][] = [
  ['nothing', new Uint8Array()],
  ['less than an Ethernet header', ethernet(v4).slice(0, 13)],
  ['less than an IP header', ethernet(v4).slice(0, 33)],
  ['a packet cut short', ethernet(v4).slice(0, -1)],
  ['an IPv6 packet cut short', ethernet(v6).slice(0, -1)],
  ['another version than the EtherType says', ethernet(Uint8Array.of(0x65, ...v4.slice(1)), 0, 0x0800)],
  ['ARP', ethernet(v4, 0, 0x0806)],
  ['a VLAN tag', ethernet(v4, 0, 0x8100)],
  ['a length less than the header', ethernet(Uint8Array.of(...v4.slice(0, 2), 0, 19, ...v4.slice(4)))],
];
for (const [title, frame] of none)
  test(`no packet: ${title}`, (t) => {
    t.is(ipPacketOf(frame), undefined);
  });

test('oneHopFurther decrements the TTL or hop limit in a copy', (t) => {
  const [four, six] = [ipPacketOf(ethernet(v4)), ipPacketOf(ethernet(v6))];
  t.is(four && oneHopFurther(four)?.bytes[8], 63);
  t.is(six && oneHopFurther(six)?.bytes[7], 63);
  t.is(v4[8], 64);
});

test('oneHopFurther refuses a packet whose TTL is used up', (t) => {
  t.is(oneHopFurther({ family: 4, bytes: ipv4Udp('5.5.5.5', '1.1.1.1', 9, new Uint8Array(), 1) }), undefined);
});

test('a frame has a packet if and only if it has all bytes that its IP header announces', (t) => {
  const headers = {
    4: { bytes: 20, lengthAt: 2, more: 0 },
    6: { bytes: 40, lengthAt: 4, more: 40 },
  } as const;
  const seen = { packets: 0, none: 0 };
  fc.assert(
    fc.property(
      ...[
        fc.constantFrom(4 as const, 6 as const),
        fc.nat(120),
        fc.uint8Array({ maxLength: 120, size: 'max' }),
      ],
      (family, length, content) => {
        const { bytes, lengthAt, more } = headers[family];
        const ip = Buffer.from(content);
        if (ip.length > 0) ip[0] = (family << 4) | 5;
        if (ip.length >= lengthAt + 2) ip.writeUInt16BE(length, lengthAt);
        const frame = Uint8Array.of(...ethernet(family === 4 ? v4 : v6).slice(0, 14), ...ip);
        const whole = ip.length >= bytes && more + length >= bytes && more + length <= ip.length;
        seen[whole ? 'packets' : 'none']++;
        t.deepEqual(
          ipPacketOf(frame),
          whole ? { family, bytes: new Uint8Array(ip.subarray(0, more + length)) } : undefined,
        );
      },
    ),
    { numRuns: 500 },
  );
  t.true(seen.packets > 20 && seen.none > 20, JSON.stringify(seen));
});
