// SPDX-License-Identifier: Apache-2.0
// For any packets, indexes and caches change nothing but the speed: each random frame is sent three times by tries
// alone, and three times with indexes and caches, and verdicts, bytes and counters are the same.
import test from 'ava';
import fc from 'fast-check';
import {
  concat,
  DONT_FRAGMENT,
  ethernet,
  hex,
  ip,
  ipv4,
  TCP,
  udp,
  type IpFields,
} from '#test/helpers/packets.js';
import { counted, Router, XDP_REDIRECT } from './router.js';
import {
  EID,
  EID7,
  FAMILIES,
  type Family,
  HOST,
  HOST_MAC,
  HOST7,
  OURS,
  PEER,
  REMOTE,
  SECOND,
  SITE,
} from './site.js';
import {
  DROP,
  DYNAMIC,
  FORWARD_NATIVE,
  localEid,
  locator,
  locatorSet,
  mapping,
  caches,
  SEND_MAP_REQUEST,
  SEND_STATUS_BITS,
} from './tables.js';
import { payload } from './tunnel.js';

const SLOTS = 64;

const router = new Router('eid');
test.after.always(() => router.close());

/** Nested prefixes of all kinds, in two instances, over both families of RLOCs. */
const ENTRIES = [
  ...SITE,
  localEid('5.5.5.5', { flags: SEND_STATUS_BITS, statusBits: 0x89abcdef }),
  localEid('fd00:5::5', { flags: SEND_STATUS_BITS, statusBits: 3 }),
  localEid('172.16.2.10', { flags: SEND_STATUS_BITS, statusBits: 0x1ff, instanceId: 7 }),
  localEid('5.5.7.0/24', { kind: DYNAMIC }),
  locator(2, OURS[4], SECOND[4]),
  locatorSet(2, (bucket) => bucket % 3),
  mapping('0.0.0.0/0', { action: SEND_MAP_REQUEST, counter: 1 }),
  mapping('1.0.0.0/8', { counter: 2 }),
  mapping('1.1.0.0/16', { locatorSet: 1, counter: 3 }),
  mapping('1.1.1.0/24', { locatorSet: 2, counter: 4 }),
  mapping('1.1.1.1', { counter: 5 }),
  mapping('1.1.2.0/24', { action: DROP }),
  mapping('1.1.3.0/24', { action: FORWARD_NATIVE }),
  mapping('1.1.0.0/16', { locatorSet: 1, counter: 6, instanceId: 7 }),
  mapping('::/0', { action: SEND_MAP_REQUEST, counter: 1 }),
  mapping('fd00:1::/32', { counter: 2 }),
  mapping('fd00:1::/64', { locatorSet: 2, counter: 3 }),
  mapping('fd00:1::1', { locatorSet: 1, counter: 4 }),
  mapping('fd00:1:0:1::/64', { action: DROP }),
  // Addresses that are never forwarded, although these tables contain them.
  ...['0.0.0.0/8', '127.0.0.0/8', '::1', 'fe80::/10'].map((prefix) => localEid(prefix)),
  ...['169.254.0.0/16', '224.0.0.0/4', 'fe80::/10', 'ff00::/8'].map((prefix) =>
    mapping(prefix, { counter: 7 }),
  ),
];

const addresses = {
  4: {
    source: [HOST[4], '5.5.5.6', '5.5.7.1', HOST7, '9.9.9.9', '127.0.0.1', '0.0.0.1'],
    destination: [
      PEER[4],
      '1.1.1.2',
      '1.1.2.1',
      '1.1.3.1',
      '1.1.9.9',
      '1.2.3.4',
      '8.8.8.8',
      '5.5.5.6',
      '224.0.0.9',
      '169.254.1.1',
    ],
  },
  6: {
    source: [HOST[6], 'fd00:5::6', 'fd00:9::9', 'fe80::1', '::1'],
    destination: [
      PEER[6],
      'fd00:1::2',
      'fd00:1:0:1::1',
      'fd00:1:1::1',
      '2001:db8::1',
      'fd00:5::6',
      'ff02::1',
      'fe80::2',
    ],
  },
} as const;

const ports = fc.integer({ min: 0, max: 0xffff });

function packet(family: Family): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      source: fc.constantFrom(...addresses[family].source),
      destination: fc.constantFrom(...addresses[family].destination),
      ttl: fc.constantFrom(0, 1, 2, 64, 255),
      tos: fc.integer({ min: 0, max: 255 }),
      protocol: fc.constantFrom(17, 17, TCP, 1, 50, 58, 132, 44),
      id: ports,
      flowLabel: fc.integer({ min: 0, max: 0xfffff }),
      // Mostly what hosts send; also fragments, the reserved bit, options, and wrong lengths and checksums.
      flagsAndOffset: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(0, DONT_FRAGMENT) }, ports),
      options: fc.constantFrom(...Array<string>(8).fill(''), '01010100', '0101010101010100'),
      length: fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, ports),
      checksum: fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, ports),
      bytes: fc.constantFrom(0, 1, 20, 600, 1300, 1450),
      source_port: ports,
      destination_port: ports,
      padding: fc.constantFrom(0, 0, 6, 40),
      cut: fc.constantFrom(0, 0, 0, 0, 1, 9),
    })
    .map(({ bytes, source_port, destination_port, padding, cut, options, length, checksum, ...header }) => {
      const fields: IpFields = {
        ...header,
        options: hex(options),
        ...(length !== undefined && { length }),
        ...(checksum !== undefined && { checksum }),
      };
      const whole = ip(fields, udp(source_port, destination_port, payload(bytes)));
      return concat(whole.subarray(0, whole.length - cut), new Uint8Array(padding));
    });
}

const frame = (family: Family) =>
  fc
    .record({
      inner: packet(family),
      port: fc.constantFrom(EID, EID, EID7),
      ours: fc.constantFrom(true, true, true, false),
    })
    .map(({ inner, port, ours }) => ({
      frame: ethernet(ours ? port.mac : HOST_MAC, HOST_MAC, inner),
      ifindex: port.ifindex,
    }));

for (const family of FAMILIES)
  test(`IPv${family}: indexes and caches give the same results as tries and routes`, async (t) => {
    let fast = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(frame(family), { minLength: 1, maxLength: 12 }), async (frames) => {
        const thrice = frames.flatMap((each) => [each, each, each]);
        const [slow, quick] = [
          await router.run({ entries: ENTRIES, frames: thrice }),
          await router.run({ entries: ENTRIES, frames: thrice, indexed: true }),
        ];
        const facts = ({ runs, reasons, mappings, locators }: typeof slow) => ({
          runs: runs.map(({ verdict, frame: bytes }) => [verdict, Buffer.from(bytes).toString('hex')]),
          ...{ reasons, mappings, locators },
        });
        t.deepEqual(facts(quick), facts(slow));
        fast += counted(quick)['encapsulated'] ?? 0;
      }),
      { numRuns: 150 },
    );
    t.true(fast > 30, `only ${fast} packets were encapsulated`);
  });

const NOT_FORWARDED = {
  4: [
    [HOST[4], '224.0.0.9'],
    [HOST[4], '169.254.1.1'],
    ['127.0.0.1', '1.2.3.4'],
    ['0.0.0.1', '1.2.3.4'],
  ],
  6: [
    [HOST[6], 'ff02::1'],
    [HOST[6], 'fe80::2'],
    ['fe80::1', 'fd00:1:1::1'],
    ['::1', 'fd00:1:1::1'],
  ],
} as const;

for (const family of FAMILIES)
  for (const [source, destination] of NOT_FORWARDED[family])
    test(`${source} to ${destination} goes to the kernel, although index and next-hop cache have entries`, async (t) => {
      const sent = (from: string, to: string) => ({
        frame: ethernet(EID.mac, HOST_MAC, ip({ source: from, destination: to }, udp(1, 2, payload(20)))),
        ifindex: EID.ifindex,
      });
      const usual = sent(HOST[family], family === 4 ? '1.2.3.4' : 'fd00:1:1::1');
      const entries = [...ENTRIES, caches(2e6, SLOTS, 0)]; // one next hop for all flows to the locator
      const other = sent(source, destination);
      const outcome = await router.run({
        entries,
        frames: [usual, usual, other, usual, other],
        indexed: true,
      });
      t.deepEqual(counted(outcome), { encapsulated: 3, 'to-kernel': 2 });
    });

test('packets by index and caches have the outer header and counters of the tables', async (t) => {
  const frames = [PEER[4], '1.1.9.9', '1.2.3.4'].map((destination) => ({
    frame: ethernet(EID.mac, HOST_MAC, ip({ source: HOST[4], destination }, udp(1, 2, payload(20)))),
    ifindex: EID.ifindex,
  }));
  const outcome = await router.run({
    entries: ENTRIES,
    frames: [...frames, ...frames, ...frames],
    indexed: true,
  });
  t.deepEqual(counted(outcome), { encapsulated: 9 });
  t.deepEqual(
    outcome.mappings.map(([packets]) => packets),
    [0, 0, 3, 3, 0, 3, 0, 0],
  );
  t.is(Buffer.from(outcome.runs[6]!.frame.subarray(30, 34)).join('.'), REMOTE[4]);
});

/** The header checksum of a packet of this ID. */
function checksumOf(id: number): number {
  return Buffer.from(ipv4({ source: HOST[4], destination: PEER[4], id }, CHECKSUM_PAYLOAD)).readUInt16BE(10);
}

const CHECKSUM_PAYLOAD = udp(1, 2, payload(20));
/** Ethernet, outer IPv4, UDP and LISP header. */
const INNER_AT = 14 + 20 + 8 + 8;

for (const indexed of [false, true])
  test(`all 65,536 inner header checksums are updated right ${indexed ? 'by index and caches' : 'by tries and routes'}`, async (t) => {
    const zero = checksumOf(0);
    // one's complement: adding n to the ID subtracts n from the checksum
    const ids = Array.from({ length: 0x10000 }, (_, check) => (zero - check + 0xffff) % 0xffff);
    const packet = (id: number, ttl: number, checksum?: number): Uint8Array =>
      ipv4(
        { source: HOST[4], destination: PEER[4], id, ttl, ...(checksum !== undefined && { checksum }) },
        CHECKSUM_PAYLOAD,
      );
    const first = packet(0, 64); // fills the caches
    const sent = [first, first, ...ids.map((id, check) => packet(id, 64, check))];
    const outcome = await router.run({
      entries: ENTRIES,
      frames: sent.map((inner) => ({ frame: ethernet(EID.mac, HOST_MAC, inner), ifindex: EID.ifindex })),
      indexed,
    });
    const wrong = ids.flatMap((id, check) => {
      const { verdict, frame: out } = outcome.runs[check + 2]!;
      const right = Buffer.from(packet(id, 63));
      const inner = Buffer.from(out.subarray(INNER_AT));
      return verdict === XDP_REDIRECT && inner.equals(right) ? [] : [check.toString(16)];
    });
    t.deepEqual(wrong, []);
    t.deepEqual(counted(outcome), { encapsulated: sent.length });
  });
