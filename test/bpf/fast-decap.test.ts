// SPDX-License-Identifier: Apache-2.0
// For any LISP data packets, the delivery cache changes nothing but the speed: random frames are sent with and without
// the cache, and verdicts, bytes and counters are the same.
import test from 'ava';
import fc from 'fast-check';
import { concat, ethernet, hex, ip, ipv4, TCP, udp } from '#test/helpers/packets.js';
import { counted, Router, XDP_REDIRECT } from './router.js';
import {
  EID,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST7,
  HOST_MAC,
  OURS,
  PEER,
  RLOC,
  SECOND,
  SITE,
} from './site.js';
import { AWAY, localEid, caches } from './tables.js';
import { payload, tunnel } from './tunnel.js';

const router = new Router('rloc');
test.after.always(() => router.close());

const GONE = { 4: '5.5.5.77', 6: 'fd00:5::77' } as const;
const ENTRIES = [...SITE, ...FAMILIES.map((family) => localEid(GONE[family], { kind: AWAY }))];
const NO_CACHE = caches(3e6, 0);
const OPTIONS = hex('94040000 01010100');

const SOURCES = {
  4: [PEER[4], PEER[4], '1.1.1.2', '224.0.0.1'],
  6: [PEER[6], PEER[6], 'fd00:1::2', 'ff02::1'],
};
const DESTINATIONS = {
  4: [HOST[4], HOST[4], HOST[4], GONE[4], HOST7, '5.5.5.254', '9.9.9.9'],
  6: [HOST[6], HOST[6], HOST[6], GONE[6], 'fd00:5::fe', 'fd00:9::9'],
};
const OUTER_SOURCES = {
  4: ['2.2.2.2', '2.2.2.2', '3.3.3.3', '127.0.0.1'],
  6: ['fd00:22::2', 'fd00:33::3', '::1'],
};

/** Mostly the usual value, so that many packets hit the cache. */
const rarely = <T>(usual: T, ...others: T[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
const ttl = rarely(64, 0, 1, 2, 255);
const tos = rarely(0, 1, 2, 3, 0xb8, 0xbb);
const flagsAndOffset = rarely(0x4000, 0x2000, 0x00b9);
const options = rarely(new Uint8Array(), OPTIONS);
const id = fc.integer({ min: 0, max: 0xffff });
const flowLabel = fc.integer({ min: 0, max: 0xfffff });

function inner(family: Family): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      fields: fc.record({
        source: fc.constantFrom(...SOURCES[family]),
        destination: fc.constantFrom(...DESTINATIONS[family]),
        protocol: rarely(17, TCP, 1, 44, 58),
        ...{ ttl, tos, flagsAndOffset, options, id, flowLabel },
      }),
      bytes: rarely(20, 0, 1, 600, 1360, 1400),
      cut: rarely(0, 1, 9),
      broken: rarely(-1, 0, 1, 3, 7, 9),
    })
    .map(({ fields, bytes, cut, broken }) => {
      const whole = ip(fields, udp(1000, 2000, payload(bytes)));
      if (broken >= 0) whole[broken] = whole[broken]! ^ 0x11;
      return whole.subarray(0, whole.length - cut);
    });
}

const frame = (eid: Family, rloc: Family) =>
  fc
    .record({
      source: fc.constantFrom(...OUTER_SOURCES[rloc]),
      destination: rarely<string>(OURS[rloc], SECOND[rloc]),
      packet: inner(eid),
      fields: fc.record({
        flags: rarely(0, 0x08, 0x48, 0x80, 0x01, 0x04),
        second: rarely(0, 7 << 8, 1 << 8),
        port: rarely(4341, 4342),
        ...{ ttl, tos, flagsAndOffset, options, id, flowLabel },
      }),
      udpExtra: rarely(0, -1, 1, -30),
      padding: rarely(0, 6, 40),
      mac: rarely(RLOC.mac, HOST_MAC),
      port: rarely(RLOC, EID),
    })
    .map(({ source, destination, packet, fields, udpExtra, padding, mac, port }) => {
      const udpLength = 16 + packet.length + udpExtra;
      const whole = tunnel(source, destination, packet, { ...fields, udpLength });
      return {
        frame: ethernet(mac, GATEWAY_MAC, concat(whole, new Uint8Array(padding))),
        ifindex: port.ifindex,
      };
    });

for (const eid of FAMILIES)
  for (const rloc of FAMILIES)
    test(`IPv${eid} in IPv${rloc}: the delivery cache gives the same results as tries and routes`, async (t) => {
      let delivered = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(frame(eid, rloc), { minLength: 1, maxLength: 12 }), async (frames) => {
          const twice = [...frames, ...frames];
          const [slow, quick] = [
            await router.run({ entries: [...ENTRIES, NO_CACHE], frames: twice }),
            await router.run({ entries: ENTRIES, frames: twice }),
          ];
          const facts = ({ runs, reasons }: typeof slow) => ({
            runs: runs.map(({ verdict, frame: bytes }) => [verdict, Buffer.from(bytes).toString('hex')]),
            reasons,
          });
          t.deepEqual(facts(quick), facts(slow));
          delivered += counted(quick)['decapsulated'] ?? 0;
        }),
        { numRuns: 150 },
      );
      t.true(delivered > 30, `only ${delivered} packets were delivered`);
    });

for (const cached of [true, false])
  test(`all 65,536 inner header checksums are updated right ${cached ? 'by the delivery cache' : 'by tries and routes'}`, async (t) => {
    const packet = (fields: { id: number; ttl: number; checksum?: number }): Uint8Array =>
      ipv4({ source: PEER[4], destination: HOST[4], ...fields }, udp(1000, 2000, payload(20)));
    const zero = Buffer.from(packet({ id: 0, ttl: 64 })).readUInt16BE(10);
    // one's complement: adding n to the ID subtracts n from the checksum
    const ids = Array.from({ length: 0x10000 }, (_, check) => (zero - check + 0xffff) % 0xffff);
    const first = packet({ id: 0, ttl: 64 }); // fills the cache
    const sent = [first, ...ids.map((each, check) => packet({ id: each, ttl: 64, checksum: check }))];
    const outcome = await router.run({
      entries: cached ? ENTRIES : [...ENTRIES, NO_CACHE],
      frames: sent.map((each) => ({
        frame: ethernet(RLOC.mac, GATEWAY_MAC, tunnel('2.2.2.2', OURS[4], each, { ttl: 64 })),
        ifindex: RLOC.ifindex,
      })),
    });
    const wrong = ids.flatMap((each, check) => {
      const { verdict, frame: out } = outcome.runs[check + 1]!;
      const right = Buffer.from(packet({ id: each, ttl: 63 }));
      return verdict === XDP_REDIRECT && right.equals(out.subarray(14)) ? [] : [check.toString(16)];
    });
    t.deepEqual(wrong, []);
    t.deepEqual(counted(outcome), { decapsulated: sent.length });
  });
