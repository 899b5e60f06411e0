// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { addon } from './addon.js';
import { addNamespace, addVeth, runInside } from './sandbox.js';
import { ipv4Udp, ipv6Udp } from './packets.js';

const inside = new URL('./raw-socket-inside.js', import.meta.url);

for (const family of [4, 6] as const)
  test(`a complete IPv${family} packet is routed by the kernel, which resolves the neighbour`, async (t) => {
    const [near, far] = [addNamespace(t), addNamespace(t)];
    addVeth(
      { namespace: near, name: 'near', addresses: ['198.51.100.1/24', '2001:db8::1/64'] },
      { namespace: far, name: 'far', addresses: ['198.51.100.2/24', '2001:db8::2/64'] },
    );
    // the source is not a local address: the packet is sent unchanged
    const from = family === 4 ? '203.0.113.7' : '2001:db8:7::7';
    const to = family === 4 ? '198.51.100.2' : '2001:db8::2';
    t.deepEqual(await runInside(far, inside, near, String(family), from, to), {
      from,
      text: 'hello',
    });
  });

const v4 = ipv4Udp('203.0.113.7', '198.51.100.2', 9999, Buffer.from('hello'));
const v6 = ipv6Udp('2001:db8:7::7', '2001:db8::2', 9999, Buffer.from('hello'));
const changed = (packet: Uint8Array, offset: number, byte: number): Uint8Array => {
  const copy = packet.slice();
  copy[offset] = byte;
  return copy;
};
const broken: readonly [string, 4 | 6, Uint8Array, RegExp][] = [
  ['nothing', 4, new Uint8Array(), /0 bytes: less than an IPv4 header/],
  ['less than an IPv4 header', 4, v4.slice(0, 19), /19 bytes: less than an IPv4 header/],
  ['less than an IPv6 header', 6, v6.slice(0, 39), /39 bytes: less than an IPv6 header/],
  ['IPv6 on the IPv4 socket', 4, v6, /is not an IPv4 packet/],
  ['IPv4 on the IPv6 socket', 6, Uint8Array.of(...v4, ...v4), /is not an IPv6 packet/],
  ['an IPv4 header of less than 5 words', 4, changed(v4, 0, 0x44), /is not an IPv4 packet/],
  ['an IPv4 header longer than the packet', 4, changed(v4, 0, 0x4f), /is shorter than its IPv4 header/],
  ['an IPv4 packet cut short', 4, v4.slice(0, -1), /has 32 bytes, but its IP header says 33/],
  ['an IPv6 packet with padding', 6, Uint8Array.of(...v6, 0), /has 54 bytes, but its IP header says 53/],
];
for (const [title, family, packet, message] of broken)
  test(`not sent: ${title}`, (t) => {
    const socket = addon.openRawSocket(family);
    t.throws(() => socket.send(packet), { code: 'EINVAL', message });
    socket.close();
  });

test('a socket of an unknown family, and one that was closed', (t) => {
  t.throws(() => addon.openRawSocket(5 as never), {
    code: 'EINVAL',
    message: /family has to be 4 or 6, not 5/,
  });
  const socket = addon.openRawSocket(4);
  socket.close();
  socket.close();
  t.throws(() => socket.send(v4), { code: 'EBADF' });
});
