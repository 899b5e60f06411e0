// SPDX-License-Identifier: Apache-2.0
// The flow cache and the next-hop cache: which packets use a cached entry, and when it is invalid. Tables are changed
// between packets without a new epoch, which an agent never does, to see whether an entry was used.
import test, { type ExecutionContext } from 'ava';
import { ethernet, ip, type IpFields, udp } from '#test/helpers/packets.js';
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
import { DYNAMIC, localEid, locator, locatorSet, mapping, caches } from './tables.js';
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
/** The mapping now leads to SECOND, with another counter. */
const MOVED = FAMILIES.map((family) => mapping(PREFIX[family], { locatorSet: 2, counter: 4 }));

type Frame = Case['frames'][number];

function sent(family: Family, fields: Partial<IpFields> = {}, port = 1000, bytes = 20): Frame {
  const packet = ip(
    { source: HOST[family], destination: PEER[family], ...fields },
    udp(port, 2000, payload(bytes)),
  );
  return { frame: ethernet(EID.mac, HOST_MAC, packet), ifindex: EID.ifindex };
}

/** Destinations of the outer IPv4 headers. */
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
  const outcome = await router.run({ indexed: true, entries: BEFORE, frames });
  t.deepEqual(destinations(outcome), [REMOTE[4], expected]);
  return outcome;
}

const MAX_ATTEMPTS = 1000;

/** Repeats until the second packet finds the entry of the first: both must be on one CPU, and within the lifetime. */
async function untilCached(frames: (attempt: number) => readonly Frame[]): Promise<Outcome> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const outcome = await router.run({ indexed: true, entries: BEFORE, frames: frames(attempt) });
    if (destinations(outcome)[1] === REMOTE[4]) return outcome;
  }
  throw new Error(`the second packet did not use the cache in ${MAX_ATTEMPTS} attempts`);
}

for (const family of FAMILIES) {
  test(`IPv${family}: the next packet of a flow uses the cache`, async (t) => {
    const outcome = await untilCached(() => [
      sent(family),
      { ...sent(family, { ttl: 9 }, 1000, 33), entries: MOVED },
    ]);
    const headers = 28 + (family === 6 ? 20 : 0);
    t.deepEqual(outcome.mappings[3], [2, 2 * headers + 53]);
    t.deepEqual(outcome.mappings[4], [0, 0]);
    t.deepEqual(outcome.locators[0], [2, 2 * headers + 53]);
    t.deepEqual(counted(outcome), { encapsulated: 2 });
  });

  test(`IPv${family}: a destination that is not cached is looked up in the index`, async (t) => {
    const other = sent(family, { destination: family === 4 ? '1.1.1.2' : 'fd00:1::2' });
    const outcome = await untilCached((attempt) => [
      { ...sent(family), entries: [caches(2e6 + attempt, SLOTS, 0)] }, // one next hop for all flows to the locator
      { ...other, notIndexed: MOVED },
    ]);
    t.deepEqual(outcome.mappings[3]?.[0], 2);
    t.deepEqual(outcome.mappings[4], [0, 0]);
  });

  test(`IPv${family}: a new epoch invalidates the entry at once`, async (t) => {
    const outcome = await sendAround(
      t,
      family,
      { ...sent(family), entries: [caches(1e6, SLOTS)] },
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
    test(`IPv${family}: the entry is not used for ${name}`, async (t) => {
      await sendAround(t, family, frame, SECOND[4]);
    });

  test(`IPv${family}: the entry is not used for frames to another MAC address`, async (t) => {
    const { frame } = sent(family);
    const other = ethernet('02:00:00:00:77:77', HOST_MAC, frame.subarray(14));
    const outcome = await sendAround(t, family, { frame: other, ifindex: EID.ifindex }, 'none');
    t.is(outcome.runs[1]?.verdict, XDP_PASS);
  });

  test(`IPv${family}: the entry is not used on another interface`, async (t) => {
    const { frame } = sent(family);
    const other = ethernet(EID7.mac, HOST_MAC, frame.subarray(14));
    const outcome = await sendAround(t, family, { frame: other, ifindex: EID7.ifindex }, 'none');
    t.is(outcome.runs[1]?.verdict, XDP_PASS);
  });

  test(`IPv${family}: a cached flow still drops packets that are too big for the next hop`, async (t) => {
    const headers = 28 + (family === 6 ? 20 : 0) + OUTER_BYTES[4];
    const entries = [...BEFORE];
    const fits = sent(family, {}, 1000, 1500 - headers);
    const outcome = await router.run({
      indexed: true,
      entries,
      frames: [sent(family), fits, sent(family, {}, 1000, 1501 - headers)],
    });
    t.deepEqual(counted(outcome), { encapsulated: 2, [family === 4 ? 'fragment' : 'too-big']: 1, punted: 1 });
    t.is(outcome.runs[2]?.verdict, XDP_DROP);
  });

  test(`IPv${family}: with a locator-set each flow uses the locator of its bucket`, async (t) => {
    const half = locatorSet(2, (bucket) => (bucket % 2 === 0 ? 0 : 2));
    const entries = [...BEFORE, half, mapping(PREFIX[family], { locatorSet: 2 }), caches(2e6, SLOTS)];
    const frames = Array.from({ length: 400 }, (_, i) => sent(family, {}, i % 200));
    const both = destinations(await router.run({ indexed: true, entries, frames }));
    t.deepEqual(both.slice(200), both.slice(0, 200));
    t.deepEqual(both, destinations(await router.run({ entries, frames })));
    t.true(both.includes(REMOTE[4]) && both.includes(SECOND[4]));
  });

  test(`IPv${family}: packets from a source that is yet to be detected are not cached`, async (t) => {
    const source = localEid(family === 4 ? '5.5.5.0/24' : 'fd00:5::/64', { kind: DYNAMIC });
    const outcome = await router.run({
      indexed: true,
      entries: [...BEFORE, source],
      frames: [sent(family), sent(family)],
    });
    t.deepEqual(counted(outcome), { encapsulated: 2, punted: 2 });
  });

  test(`IPv${family}: a cached next hop expires`, async (t) => {
    const moved = locator(0, OURS[4], SECOND[4]); // without a new epoch
    const last = async (frames: number): Promise<string | undefined> => {
      const outcome = await router.run({
        indexed: true,
        entries: BEFORE,
        frames: [
          sent(family),
          ...Array.from({ length: frames }, () => ({ ...sent(family), entries: [moved] })),
        ],
      });
      return destinations(outcome).at(-1);
    };
    t.is(await last(0), REMOTE[4]);
    let frames = 1;
    while ((await last(frames)) !== SECOND[4]) frames *= 2;
  });

  test(`IPv${family}: the first packet of a flow does not evict another flow, the second one does`, async (t) => {
    let epoch = family * 1e7;
    const other = sent(family, { source: family === 4 ? '5.5.5.6' : 'fd00:5::6' });
    const destinationsAfter = async (others: number): Promise<string[]> => {
      const frames = [sent(family), sent(family), ...Array.from({ length: others }, () => other)];
      const last = { ...sent(family), entries: MOVED };
      const entries = [...BEFORE, caches(++epoch, 1, 0)]; // one slot for all flows, one next hop
      return destinations(await router.run({ indexed: true, entries, frames: [...frames, last] }));
    };
    let kept: string | undefined;
    do
      kept = (await destinationsAfter(1)).at(-1); // repeated if the packets were on different CPUs
    while (kept !== REMOTE[4]);
    t.is((await destinationsAfter(2)).at(-1), SECOND[4]);
  });

  test(`IPv${family}: without slots nothing is cached`, async (t) => {
    const frames = [sent(family), { ...sent(family), entries: MOVED }];
    const outcome = await router.run({ indexed: true, entries: [...BEFORE, caches(3e6, 0)], frames });
    t.deepEqual(destinations(outcome), [REMOTE[4], SECOND[4]]);
  });
}
