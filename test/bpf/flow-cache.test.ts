// SPDX-License-Identifier: Apache-2.0
// What is remembered of a packet, for which others it holds, and when it is void. Tables are changed between packets
// without a new epoch, which an agent never does: so it shows what a packet was sent by.
import test, { type ExecutionContext } from 'ava';
import { ethernet, ip, type IpFields, udp } from '../helpers/packets.js';
import { type Case, counted, type Outcome, Router, XDP_DROP, XDP_PASS, XDP_REDIRECT } from './router.js';
import {
  EID,
  EID7,
  FAMILIES,
  type Family,
  HOST,
  HOST_MAC,
  OURS,
  PEER,
  REMOTE,
  SECOND,
  SITE,
} from './site.js';
import { DYNAMIC, flowCache, localEid, locator, locatorSet, mapping } from './tables.js';
import { OUTER_BYTES, payload } from './tunnel.js';

const router = new Router('eid');
test.after.always(() => router.close());

const PREFIX = { 4: '1.1.1.0/24', 6: 'fd00:1::/64' } as const;
const SLOTS = 64;

const BEFORE = [
  ...SITE,
  ...FAMILIES.map((family) => mapping(PREFIX[family], { counter: 3 })),
  locatorSet(2, () => 2),
  locator(2, OURS[4], SECOND[4]),
];
/** Now to SECOND, and counted elsewhere. */
const MOVED = FAMILIES.map((family) => mapping(PREFIX[family], { locatorSet: 2, counter: 4 }));

type Frame = Case['frames'][number];

function sent(family: Family, fields: Partial<IpFields> = {}, port = 1000, bytes = 20): Frame {
  const packet = ip(
    { source: HOST[family], destination: PEER[family], ...fields },
    udp(port, 2000, payload(bytes)),
  );
  return { frame: ethernet(EID.mac, HOST_MAC, packet), ifindex: EID.ifindex };
}

/** Destination of the outer header, which is of IPv4. */
function destinations({ runs }: Outcome): string[] {
  return runs.map(({ verdict, frame }) =>
    verdict === XDP_REDIRECT ? frame.subarray(30, 34).join('.') : 'none',
  );
}

async function sendAround(
  t: ExecutionContext,
  family: Family,
  second: Frame,
  expected: string,
): Promise<Outcome> {
  const frames = [sent(family), { ...second, entries: [...MOVED, ...(second.entries ?? [])] }];
  const outcome = await router.run({ entries: BEFORE, frames });
  t.deepEqual(destinations(outcome), [REMOTE[4], expected]);
  return outcome;
}

for (const family of FAMILIES) {
  test(`IPv${family}: what is known of one packet holds for the next`, async (t) => {
    const frames = [sent(family), { ...sent(family, { ttl: 9 }, 1000, 33), entries: MOVED }];
    let outcome: Outcome;
    // once more when the two were on different CPUs, or a long time lay between them
    do outcome = await router.run({ entries: BEFORE, frames });
    while (destinations(outcome)[1] !== REMOTE[4]);
    const headers = 28 + (family === 6 ? 20 : 0);
    t.deepEqual(outcome.mappings[3], [2, 2 * headers + 53]);
    t.deepEqual(outcome.mappings[4], [0, 0]);
    t.deepEqual(outcome.locators[0], [2, 2 * headers + 53]);
    t.deepEqual(counted(outcome), { encapsulated: 2 });
  });

  test(`IPv${family}: a new epoch makes it void at once`, async (t) => {
    const outcome = await sendAround(
      t,
      family,
      { ...sent(family), entries: [flowCache(1e6, SLOTS)] },
      SECOND[4],
    );
    t.is(outcome.mappings[3]?.[0], 1);
    t.is(outcome.mappings[4]?.[0], 1);
    t.is(outcome.locators[2]?.[0], 1);
  });

  const others: Readonly<Record<string, Frame>> = {
    'another source': sent(family, { source: family === 4 ? '5.5.5.6' : 'fd00:5::6' }),
    'another destination': sent(family, { destination: family === 4 ? '1.1.1.2' : 'fd00:1::2' }),
    'another DSCP': sent(family, { tos: 4 }),
    'the other family': sent(family === 4 ? 6 : 4),
  };
  for (const [name, frame] of Object.entries(others))
    test(`IPv${family}: it does not hold for ${name}`, async (t) => {
      await sendAround(t, family, frame, SECOND[4]);
    });

  test(`IPv${family}: it does not hold for frames to another MAC address`, async (t) => {
    const { frame } = sent(family);
    const other = ethernet('02:00:00:00:77:77', HOST_MAC, frame.subarray(14));
    const outcome = await sendAround(t, family, { frame: other, ifindex: EID.ifindex }, 'none');
    t.is(outcome.runs[1]?.verdict, XDP_PASS);
  });

  test(`IPv${family}: it does not hold on another interface`, async (t) => {
    const { frame } = sent(family);
    const other = ethernet(EID7.mac, HOST_MAC, frame.subarray(14));
    const outcome = await sendAround(t, family, { frame: other, ifindex: EID7.ifindex }, 'none');
    t.is(outcome.runs[1]?.verdict, XDP_PASS);
  });

  test(`IPv${family}: packets that have grown too big for the way are too big`, async (t) => {
    const headers = 28 + (family === 6 ? 20 : 0) + OUTER_BYTES[4];
    const entries = [...BEFORE];
    const fits = sent(family, {}, 1000, 1500 - headers);
    const outcome = await router.run({
      entries,
      frames: [sent(family), fits, sent(family, {}, 1000, 1501 - headers)],
    });
    t.deepEqual(counted(outcome), { encapsulated: 2, 'too-big': 1 });
    t.is(outcome.runs[2]?.verdict, XDP_DROP);
  });

  test(`IPv${family}: flows of all buckets, and no others, have decisions of their own`, async (t) => {
    const ports = Array.from({ length: 1000 }, (_, i) => sent(family, {}, i));
    const [first = sent(family), ...others] = ports;
    const outcome = await router.run({
      entries: [...BEFORE, flowCache(2e6, 64)],
      frames: [first, { ...first, entries: MOVED }, ...others],
    });
    const [old, , ...rest] = destinations(outcome);
    t.is(old, REMOTE[4]);
    // one bucket in 64, for as long as nothing else takes its slot
    const stale = rest.filter((destination) => destination === REMOTE[4]).length;
    t.true(stale < 1000 / 32, String(stale));
  });

  test(`IPv${family}: the source of a packet that is to be detected is detected each time`, async (t) => {
    const source = localEid(family === 4 ? '5.5.5.0/24' : 'fd00:5::/64', { kind: DYNAMIC });
    const outcome = await router.run({
      entries: [...BEFORE, source],
      frames: [sent(family), sent(family)],
    });
    t.deepEqual(counted(outcome), { encapsulated: 2, punted: 2 });
  });

  test(`IPv${family}: changes of which no epoch tells are noticed, after a time`, async (t) => {
    const last = async (frames: number): Promise<string | undefined> => {
      const outcome = await router.run({
        entries: BEFORE,
        frames: [
          sent(family),
          ...Array.from({ length: frames }, () => ({ ...sent(family), entries: MOVED })),
        ],
      });
      return destinations(outcome).at(-1);
    };
    let frames = 1;
    while ((await last(frames)) !== SECOND[4]) frames *= 2;
    t.pass();
  });

  test(`IPv${family}: nothing is remembered where there are no slots`, async (t) => {
    const frames = [sent(family), { ...sent(family), entries: MOVED }];
    const outcome = await router.run({ entries: [...BEFORE, flowCache(3e6, 0)], frames });
    t.deepEqual(destinations(outcome), [REMOTE[4], SECOND[4]]);
  });
}
