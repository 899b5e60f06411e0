// SPDX-License-Identifier: Apache-2.0
// Frames of several buffers: handled like others if their headers are in the first buffer, else passed to the kernel.
import anyTest, { type ExecutionContext } from 'ava';
import { loadNative } from '#datapath/native.js';
import { multiBufferOptions } from '#datapath/programs/kernel-features.js';
import { concat, ethernet, ip, udp } from '#test/helpers/packets.js';
import { decodePunt } from './punt-record.js';
import { counted, type Outcome, Router, XDP_DROP, XDP_PASS, XDP_REDIRECT } from './router.js';
import {
  EID,
  FAMILIES,
  type Family,
  GATEWAY_MAC,
  HOST,
  HOST_MAC,
  JUMBO_EID,
  JUMBO_HOST,
  JUMBO_REMOTE,
  JUMBO_RLOC,
  OURS,
  PEER,
  type Port,
  REMOTE,
  RLOC,
  SITE,
} from './site.js';
import {
  EID_FACING,
  type Entry,
  interfaceEntry,
  localEid,
  locator,
  locatorSet,
  mapping,
  port,
  RLOC_FACING,
  SEND_MAP_REQUEST,
} from './tables.js';
import { flowOf, payload, tunnel } from './tunnel.js';

/** Needs Linux 5.18. */
const test = multiBufferOptions(loadNative()).programFlags === 0 ? anyTest.skip : anyTest;
const router = new Router('both');
const oneBuffer = new Router('both', { oneBuffer: true });
anyTest.after.always(() => {
  router.close();
  oneBuffer.close();
});

/** More than the 3,520 bytes that one buffer of a test run holds. */
const PAYLOAD_BYTES = 8000;
const PADDING = new Uint8Array(100).fill(0xee);
const MIXES = FAMILIES.flatMap((eid) => FAMILIES.map((rloc) => [eid, rloc] as const));

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Interfaces, and the addresses behind them. */
interface Site {
  readonly eid: Port;
  readonly rloc: Port;
  readonly host: Readonly<Record<Family, string>>;
  readonly remote: Readonly<Record<Family, string>>;
}

const JUMBO: Site = { eid: JUMBO_EID, rloc: JUMBO_RLOC, host: JUMBO_HOST, remote: JUMBO_REMOTE };
const SMALL: Site = { eid: EID, rloc: RLOC, host: HOST, remote: REMOTE };

function entries(rloc: Family, { eid, rloc: core, host, remote }: Site = JUMBO): Entry[] {
  return [
    ...SITE,
    interfaceEntry(eid.ifindex, eid.mac, EID_FACING),
    interfaceEntry(core.ifindex, core.mac, RLOC_FACING),
    ...[eid, core].map(({ ifindex }) => port(ifindex)),
    ...FAMILIES.map((family) => localEid(host[family])),
    mapping('1.0.0.0/8', { locatorSet: 2, counter: 2 }),
    mapping('fd00:1::/32', { locatorSet: 2, counter: 2 }),
    locatorSet(2, () => 2),
    locator(2, OURS[rloc], remote[rloc]),
  ];
}

interface Way {
  readonly frame: Uint8Array;
  readonly ifindex: number;
  /** The expected output frame. */
  readonly after: (result: Uint8Array) => Uint8Array;
}

function encapsulation(eid: Family, rloc: Family, bytes = PAYLOAD_BYTES, site = JUMBO): Way {
  const inner = (ttl: number) =>
    ip({ source: site.host[eid], destination: PEER[eid], ttl }, udp(1000, 2000, payload(bytes)));
  return {
    frame: ethernet(site.eid.mac, HOST_MAC, inner(64)),
    ifindex: site.eid.ifindex,
    after: (result) =>
      ethernet(
        GATEWAY_MAC,
        site.rloc.mac,
        tunnel(OURS[rloc], site.remote[rloc], inner(63), { ttl: 63, ...flowOf(result, rloc) }),
      ),
  };
}

function decapsulation(eid: Family, rloc: Family, bytes = PAYLOAD_BYTES, site = JUMBO): Way {
  const inner = (ttl: number) =>
    ip({ source: PEER[eid], destination: site.host[eid], ttl }, udp(1000, 2000, payload(bytes)));
  return {
    frame: ethernet(site.rloc.mac, GATEWAY_MAC, tunnel(site.remote[rloc], OURS[rloc], inner(64))),
    ifindex: site.rloc.ifindex,
    after: () => ethernet(HOST_MAC, site.eid.mac, inner(63)),
  };
}

const WAYS = { encapsulated: encapsulation, decapsulated: decapsulation } as const;

/** Checks that all frames leave as expected, and are counted with all their bytes. */
function leaves(t: ExecutionContext, outcome: Outcome, way: Way, reason: string, bytes: number): void {
  const sent = outcome.runs.length;
  t.deepEqual(counted(outcome), { [reason]: sent });
  for (const { verdict, frame } of outcome.runs) {
    t.is(verdict, XDP_REDIRECT);
    t.is(toHex(frame), toHex(way.after(frame)));
  }
  t.deepEqual(
    outcome.reasons.filter(([packets]) => packets > 0),
    [[sent, sent * bytes]],
  );
}

for (const [reason, wayOf] of Object.entries(WAYS))
  for (const [eid, rloc] of MIXES)
    for (const indexed of [false, true])
      test(`IPv${eid} over IPv${rloc}: ${reason}, ${indexed ? 'by index and caches' : 'by tries and routes'}`, async (t) => {
        const way = wayOf(eid, rloc);
        const padded = concat(way.frame, PADDING);
        const tables = { entries: entries(rloc), indexed };
        for (const frame of [way.frame, padded]) {
          // the third frame uses the caches
          const frames = Array(3).fill({ frame, ifindex: way.ifindex });
          const outcome = await router.run({ ...tables, frames });
          leaves(t, outcome, way, reason, frame.length);
          if (reason === 'encapsulated') t.deepEqual(outcome.mappings[2], [3, 3 * (way.frame.length - 14)]);
        }
      });

for (const family of FAMILIES) {
  test(`IPv${family}: a truncated packet goes to the kernel if from a host, and is dropped as bad if in a tunnel`, async (t) => {
    const run = async ({ frame, ifindex }: Way): Promise<Outcome> =>
      router.run({ entries: entries(4), frames: [{ frame: frame.subarray(0, -1), ifindex }] });
    const sent = await run(encapsulation(family, 4));
    t.deepEqual([sent.runs[0]?.verdict, counted(sent)], [XDP_PASS, { 'to-kernel': 1 }]);
    const received = await run(decapsulation(family, 4));
    t.deepEqual([received.runs[0]?.verdict, counted(received)], [XDP_DROP, { 'bad-outer': 1 }]);
  });

  test(`IPv${family}: too big for the next hop`, async (t) => {
    const { frame, ifindex } = encapsulation(family, 4);
    const narrow = [...entries(4), locator(2, OURS[4], REMOTE[4])];
    t.deepEqual(counted(await router.run({ entries: narrow, frames: [{ frame, ifindex }] })), {
      [family === 4 ? 'fragment' : 'too-big']: 1,
      punted: 1,
    });
  });

  test(`IPv${family}: a punt has the bytes of all buffers`, async (t) => {
    const { frame, ifindex } = encapsulation(family, 4, 4000);
    const missing = [...entries(4), mapping(PEER[family], { action: SEND_MAP_REQUEST })];
    for (const linearBytes of [undefined, 128]) {
      const outcome = await router
        .run({ entries: missing, frames: [{ frame, ifindex, ...(linearBytes && { linearBytes }) }] })
        .catch(ifTooOld);
      if (!outcome) continue;
      t.deepEqual(counted(outcome), { 'map-cache-miss': 1, punted: 1 });
      const punt = decodePunt(outcome.punts[0]!);
      t.is(punt.packetBytes, frame.length);
      t.is(toHex(punt.frame), toHex(frame));
    }
  });
}

/** Before Linux 6.18 the first buffer of a test run always has the maximum size. */
function ifTooOld(error: Error): undefined {
  if (!error.message.includes('EINVAL')) throw error;
}

for (const [reason, wayOf] of Object.entries(WAYS))
  for (const [eid, rloc] of MIXES)
    test(`IPv${eid} over IPv${rloc}: ${reason} if the first buffer has the headers, else it goes to the kernel`, async (t) => {
      const way = wayOf(eid, rloc, 300);
      const sizes = Array.from({ length: way.frame.length - 14 }, (_, i) => i + 14);
      const frames = sizes.map((linearBytes) => ({ frame: way.frame, ifindex: way.ifindex, linearBytes }));
      for (const indexed of [false, true]) {
        const outcome = await router.run({ entries: entries(rloc), frames, indexed }).catch(ifTooOld);
        if (!outcome) {
          t.pass();
          continue;
        }
        const least = sizes[outcome.runs.findIndex(({ verdict }) => verdict === XDP_REDIRECT)] ?? 0;
        t.true(least > 14 + 20 && least < 200, `the first buffer needs ${least} bytes`);
        for (const [i, { verdict, frame }] of outcome.runs.entries()) {
          const [expected, bytes] =
            sizes[i]! < least ? [XDP_PASS, way.frame] : [XDP_REDIRECT, way.after(frame)];
          t.deepEqual([verdict, toHex(frame)], [expected, toHex(bytes)], `first buffer of ${sizes[i]} bytes`);
        }
        const kernels = sizes.filter((size) => size < least).length;
        t.deepEqual(counted(outcome), { [reason]: sizes.length - kernels, 'to-kernel': kernels });
      }
    });

for (const [eid, rloc] of MIXES)
  anyTest(
    `IPv${eid} over IPv${rloc}: programs for frames of one buffer handle such frames in the same way`,
    async (t) => {
      for (const [reason, wayOf] of Object.entries(WAYS)) {
        const way = wayOf(eid, rloc, 100, SMALL);
        const frames = Array(3).fill({ frame: way.frame, ifindex: way.ifindex });
        const outcome = await oneBuffer.run({ entries: entries(rloc, SMALL), frames, indexed: true });
        leaves(t, outcome, way, reason, way.frame.length);
      }
    },
  );
