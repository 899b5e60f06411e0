// SPDX-License-Identifier: Apache-2.0
// Data packets captured from another implementation. Packets to the local RLOC are decapsulated. Packets from it have
// the same bytes as ours where RFC 9300 defines them (the other one does not decrement the TTL, and sets UDP
// checksums).
import test from 'ava';
import { checksum, ethernet, ip, u16 } from '#test/helpers/packets.js';
import { check } from './fixture.js';
import { capturedFrames } from './captured-frames.js';
import { Router, XDP_REDIRECT } from './router.js';
import { EID7, GATEWAY_MAC, HOST_MAC, RLOC } from './site.js';
import { EID_FACING, interfaceEntry, localEid, localRloc, locator, mapping } from './tables.js';
import { OUTER_BYTES } from './tunnel.js';

const etr = new Router('rloc');
const itr = new Router('eid');
test.after.always(() => {
  etr.close();
  itr.close();
});

const hopLimitAt = (packet: Uint8Array) => ((packet[0] ?? 0) >> 4 === 4 ? 8 : 7);
const ttlOf = (packet: Uint8Array) => packet[hopLimitAt(packet)] ?? 0;

/** The packet with another TTL and the right checksum. */
function withTtl(packet: Uint8Array, ttl: number): Uint8Array {
  const out = Uint8Array.from(packet);
  out[hopLimitAt(packet)] = ttl;
  if (hopLimitAt(packet) === 7) return out;
  out.set([0, 0], 10);
  out.set(u16(checksum(out.subarray(0, 20))), 10);
  return out;
}

for (const [file, family, instanceId, us, remote] of [
  ['instance-id-7.pcap', 4, 7, '10.0.2.2', '10.0.1.3'],
  ['ipv6-rlocs.pcap', 6, 0, 'fd00:2::2', 'fd00:1::2'],
] as const) {
  const packets = capturedFrames(new URL(`../../../test/wire/captures/${file}`, import.meta.url));
  const header = OUTER_BYTES[family];
  const destination = (packet: Uint8Array) => packet.subarray(family === 4 ? 16 : 24, family === 4 ? 20 : 40);
  const address = ip({ source: us, destination: us }, new Uint8Array());
  const toUs = (packet: Uint8Array) => Buffer.compare(destination(packet), destination(address)) === 0;
  const entries = [
    interfaceEntry(EID7.ifindex, EID7.mac, EID_FACING, instanceId),
    localRloc(us),
    localEid('172.16.2.0/24', { instanceId }),
    localEid('fd01:2::/64', { instanceId }),
    mapping('172.16.1.0/24', { instanceId }),
    mapping('fd01:1::/64', { instanceId }),
    locator(0, us, remote),
  ];

  test(`${file}: data to ${us} reaches the host`, async (t) => {
    const received = packets.filter(toUs);
    t.true(received.length > 0);
    for (const packet of received) {
      const inner = packet.subarray(header);
      const ttl = Math.min(ttlOf(packet), ttlOf(inner)) - 1;
      await check(t, etr, {
        frame: ethernet(RLOC.mac, GATEWAY_MAC, packet),
        port: RLOC,
        entries,
        verdict: XDP_REDIRECT,
        counters: { decapsulated: 1 },
        after: () => ethernet(HOST_MAC, EID7.mac, withTtl(inner, ttl)),
      });
    }
  });

  test(`${file}: data from ${us} has our LISP header`, async (t) => {
    const sent = packets.filter((packet) => !toUs(packet));
    t.true(sent.length > 0);
    for (const packet of sent) {
      const inner = packet.subarray(header);
      await check(t, itr, {
        frame: ethernet(EID7.mac, HOST_MAC, inner),
        port: EID7,
        entries,
        verdict: XDP_REDIRECT,
        counters: { encapsulated: 1 },
        after: (frame) => {
          const lisp = 14 + header - 8;
          t.deepEqual(frame.slice(lisp, lisp + 8), packet.slice(header - 8, header));
          t.deepEqual(frame.slice(14 + header), withTtl(inner, ttlOf(inner) - 1));
          return frame;
        },
      });
    }
  });
}
