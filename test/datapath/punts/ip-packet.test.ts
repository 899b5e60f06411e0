// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import fc from 'fast-check';
import { ipPacketOf, oneHopFurther } from '#datapath/punts/ip-packet.js';
import { ethernet, ipv4Udp, ipv6Udp } from '#test/native/packets.js';

const v4 = ipv4Udp('5.5.5.5', '1.1.1.1', 9, Buffer.from('hello'));
const v6 = ipv6Udp('2001:db8::5', '2001:db8::1', 9, Buffer.from('hello'));

test('the packet of an IPv4 and of an IPv6 frame, without the padding', (t) => {
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

test('one hop further the TTL or hop limit is one less, and the packet before is untouched', (t) => {
  const [four, six] = [ipPacketOf(ethernet(v4)), ipPacketOf(ethernet(v6))];
  t.is(four && oneHopFurther(four)?.bytes[8], 63);
  t.is(six && oneHopFurther(six)?.bytes[7], 63);
  t.is(v4[8], 64);
});

test('a packet without a hop left goes no further', (t) => {
  t.is(oneHopFurther({ family: 4, bytes: ipv4Udp('5.5.5.5', '1.1.1.1', 9, new Uint8Array(), 1) }), undefined);
});

test('any frame has a packet inside it, or none', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (tail) => {
      const frame = Uint8Array.of(...ethernet(v4).slice(0, 15), ...tail);
      const packet = ipPacketOf(frame);
      t.true(packet === undefined || packet.bytes.length <= frame.length - 14);
    }),
  );
});
