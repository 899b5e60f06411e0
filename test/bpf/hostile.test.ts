// SPDX-License-Identifier: Apache-2.0
// For any input: one of three verdicts, one reason counted, and only valid packets sent.
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { address, checksum, concat, ethernet, hex, ip, udp } from '#test/helpers/packets.js';
import { Router, XDP_DROP, XDP_PASS, XDP_REDIRECT } from './router.js';
import {
  BOTH,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST_MAC,
  OURS,
  PEER,
  SECOND,
  SITE,
} from './site.js';
import { AWAY, DYNAMIC, localEid, locator, locatorSet, mapping } from './tables.js';
import { fromRemote, OUTER_BYTES, payload } from './tunnel.js';

const router = new Router('both');
test.after.always(() => router.close());

const DATA = udp(1000, 2000, payload(20));
const GONE = { 4: '5.5.5.77', 6: 'fd00:5::77' } as const;
const ENTRIES = [
  ...SITE,
  mapping('0.0.0.0/0', { locatorSet: 0 }),
  mapping('::/0', { locatorSet: 1 }),
  mapping('1.1.0.0/16', { locatorSet: 1 }),
  localEid('5.5.0.0/16', { kind: DYNAMIC }),
  localEid('172.16.0.0/12', { instanceId: 1 }),
  ...FAMILIES.map((family) => localEid(GONE[family], { kind: AWAY, locatorSet: 2 })),
  locatorSet(2, (bucket) => (bucket % 2 ? 2 : 3)),
  locator(2, OURS[4], SECOND[4]),
  locator(3, OURS[6], SECOND[6]),
];

/** One frame for each path through the programs. */
const OPTIONS = hex('94040000 01010100');
const VALID: readonly (readonly [string, Uint8Array])[] = FAMILIES.flatMap((eid: Family) => {
  const out = (fields = {}) => ip({ source: HOST[eid], destination: PEER[eid], ...fields }, DATA);
  const into = (fields = {}) => ip({ source: PEER[eid], destination: HOST[eid], ...fields }, DATA);
  return [
    [`IPv${eid} sent`, ethernet(BOTH.mac, HOST_MAC, out())],
    [`IPv${eid} sent with options`, ethernet(BOTH.mac, HOST_MAC, out({ options: OPTIONS }))],
    ...FAMILIES.flatMap((rloc) => [
      [`IPv${eid} in IPv${rloc}`, ethernet(BOTH.mac, GATEWAY_MAC, fromRemote(rloc, into()))],
      [
        `IPv${eid} in IPv${rloc} with options`,
        ethernet(BOTH.mac, GATEWAY_MAC, fromRemote(rloc, into({ options: OPTIONS }), { options: OPTIONS })),
      ],
      [
        `IPv${eid} in IPv${rloc}, away`,
        ethernet(BOTH.mac, GATEWAY_MAC, fromRemote(rloc, into({ destination: GONE[eid] }))),
      ],
    ]),
  ] as [string, Uint8Array][];
});

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What is wrong with an IP packet, or with the packet that we encapsulated in it; undefined if it is valid. */
function flaw(packet: Uint8Array): string | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const version = (packet[0] ?? 0) >> 4;
  if (version === 6) {
    if (view.getUint16(4) + 40 !== packet.length) return 'payload length';
    return isOurs(packet.subarray(8, 24)) ? flaw(packet.subarray(OUTER_BYTES[6])) : undefined;
  }
  const headerLength = ((packet[0] ?? 0) & 0xf) * 4;
  if (version !== 4 || headerLength < 20) return 'version or header length';
  if (view.getUint16(2) !== packet.length) return 'total length';
  if (checksum(packet.subarray(0, headerLength)) !== 0) return 'checksum';
  return isOurs(packet.subarray(12, 16)) ? flaw(packet.subarray(OUTER_BYTES[4])) : undefined;
}

const isOurs = (source: Uint8Array) =>
  FAMILIES.some((family) => toHex(address(OURS[family])) === toHex(source));

async function sendAll(t: ExecutionContext, frames: readonly Uint8Array[]): Promise<void> {
  const outcome = await router.run({
    entries: ENTRIES,
    frames: frames.map((frame) => ({ frame, ifindex: BOTH.ifindex })),
  });
  for (const [i, { verdict, frame }] of outcome.runs.entries()) {
    const from = toHex(frames[i] ?? new Uint8Array());
    if (![XDP_DROP, XDP_PASS, XDP_REDIRECT].includes(verdict)) t.fail(`verdict ${verdict} for ${from}`);
    const changed = verdict === XDP_REDIRECT || (verdict === XDP_PASS && toHex(frame) !== from);
    const wrong = changed ? flaw(frame.subarray(14)) : undefined;
    if (wrong) t.fail(`${wrong} of ${toHex(frame)} for ${from}`);
  }
  t.pass();
}

for (const [name, frame] of VALID) {
  test(`${name}, cut at every length`, async (t) => {
    const lengths = Array.from({ length: frame.length - 13 }, (_, i) => i + 14);
    await sendAll(
      t,
      lengths.map((length) => frame.subarray(0, length)),
    );
  });

  test(`${name}, every byte behind the MAC addresses changed`, async (t) => {
    const changed = Array.from({ length: frame.length - 12 }, (_, i) => i + 12).flatMap((at) =>
      [0x00, 0x01, 0x7f, 0x80, 0xff].map((value) => frame.map((byte, i) => (i === at ? value : byte))),
    );
    await sendAll(t, changed);
  });
}

interface Mutation {
  readonly frame: number;
  readonly bytes: readonly (readonly [at: number, value: number])[];
  readonly length: number;
  readonly repair: boolean;
}

/** The frame with a right IPv4 header checksum, so that mutants get past the check. */
function repaired(frame: Uint8Array): Uint8Array {
  const length = ((frame[14] ?? 0) & 0xf) * 4;
  if (frame[12] !== 8 || frame[13] !== 0 || length < 20 || frame.length < 14 + length) return frame;
  const out = Uint8Array.from(frame);
  out.set([0, 0], 24);
  const sum = checksum(out.subarray(14, 14 + length));
  out.set([sum >> 8, sum & 0xff], 24);
  return out;
}

function mutant({ frame, bytes, length, repair }: Mutation): Uint8Array {
  const original = VALID[frame % VALID.length]?.[1] ?? new Uint8Array();
  const out = concat(original, new Uint8Array(40)).subarray(0, Math.max(14, original.length + length));
  for (const [at, value] of bytes) if (at < out.length) out[at] = value;
  return repair ? repaired(out) : out;
}

test('twenty thousand random mutants', async (t) => {
  const mutation: fc.Arbitrary<Mutation> = fc.record({
    frame: fc.nat(),
    bytes: fc.array(fc.tuple(fc.integer({ min: 12, max: 130 }), fc.nat(255)), { maxLength: 6 }),
    length: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -90, max: 40 }) },
    ),
    repair: fc.boolean(),
  });
  const mutants = fc.sample(mutation, { numRuns: 20_000, seed: 4341 }).map(mutant);
  for (let at = 0; at < mutants.length; at += 1000) await sendAll(t, mutants.slice(at, at + 1000));
});

test('random bytes', async (t) => {
  const bytes = fc.sample(fc.uint8Array({ minLength: 14, maxLength: 200 }), { numRuns: 2000, seed: 4342 });
  const typed = bytes.map((frame, i) =>
    ethernet(BOTH.mac, HOST_MAC, frame.subarray(14), i % 2 ? 0x0800 : 0x86dd),
  );
  await sendAll(t, [...bytes, ...typed]);
});
