// SPDX-License-Identifier: Apache-2.0
// Starts on an instance that is forwarding: the same version, the next version, and an earlier version. No packet is
// lost, and no interface is ever without a program.
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { formatEidPrefix } from '#addr/index.js';
import type { AdoptedState } from '#control/contract/inputs.js';
import type { DataPath, DataPathStatus, Traffic, TrieEffect } from '#core/ports.js';
import { xtr_constants } from '#datapath/generated/layout.js';
import type { Inside } from '#test/datapath/inside.js';
import { buildSite, FAR_RLOC, HOST, REMOTE, type Site, startAgent } from '#test/datapath/live-site.js';
import { eid, encapsulate, locator, setLocal, setMapping } from '#test/datapath/open-here.js';
import { installNextVersion, NEXT_STATE_VERSION } from './next-version.js';
import { type Seen, watchTraffic } from './traffic-watch.js';

const FAR = FAR_RLOC[4];
const effects: readonly TrieEffect[] = [
  setLocal(`${HOST[4]}/32`, { kind: 'local', ifindex: undefined, dynamic: false }),
  setLocal('5.5.6.0/24', { kind: 'dynamic' }),
  setLocal('5.5.6.7/32', { kind: 'away', locators: [locator(FAR_RLOC[6])] }),
  setLocal('[7]2001:db8:7::7/128'),
  setMapping(`${REMOTE[4]}/32`, encapsulate(FAR), 1e12),
  setMapping('2001:db8:1::/48', encapsulate(locator(FAR_RLOC[6], { weight: 3 }), locator(FAR)), 2e12),
  setMapping('9.0.0.0/8', { action: 'drop' }, 3e12),
  ...Array.from({ length: 30 }, (_, i) =>
    setMapping(`10.${i}.0.0/16`, encapsulate(locator(FAR, { weight: i % 3 }), locator('6.6.6.6')), 4e12 + i),
  ),
];

/** Adopted entries by prefix. */
type Adopted = Readonly<Record<string, unknown>>;

const told = ({ mapCache, localEids }: AdoptedState): Adopted =>
  Object.fromEntries<unknown>([
    ...mapCache.map(({ eid: prefix, ...rest }) => [formatEidPrefix(prefix), rest] as const),
    ...localEids.map(({ eid: prefix, ...rest }) => [`local ${formatEidPrefix(prefix)}`, rest] as const),
  ]);

/** The state that an agent adopts after these effects. */
const EVERYTHING: Adopted = told({
  mapCache: effects.flatMap((effect) =>
    effect.type === 'map-cache-set'
      ? [{ eid: effect.eid, forwarding: effect.forwarding, expiresAt_ms: effect.expiresAt_ms }]
      : [],
  ),
  localEids: effects.flatMap((effect) =>
    effect.type === 'local-eid-set' ? [{ eid: effect.eid, entry: effect.entry }] : [],
  ),
  rlocsDown: [],
});

const instance = ({ options }: Site): string => join(options.bpfFilesystem, 'xtrd', options.name);
const pins = (site: Site): string[] => readdirSync(instance(site)).sort();
/** A new link has a new pin, with another inode. */
const linksOf = (site: Site): number[] =>
  ['e0', 'r0'].map((name) => statSync(join(instance(site), 'links/native', name)).ino);
const adoptedBy = async (agent: Inside): Promise<Adopted> => told(await agent.call<AdoptedState>('adopted'));

async function start(
  t: ExecutionContext,
  site: Site,
  module?: string,
  options = site.options,
): Promise<Inside> {
  const agent = startAgent(t, site, site.xtr, module);
  await agent.call<DataPathStatus>('open', options);
  return agent;
}

/** A site whose agent has all entries. */
async function runningSite(t: ExecutionContext): Promise<{ site: Site; agent: Inside }> {
  const site = buildSite(t);
  const agent = await start(t, site);
  t.deepEqual(await agent.call('apply', effects), []);
  return { site, agent };
}

function nothingLost(t: ExecutionContext, { out, back, looks, off, duration_ms }: Seen): void {
  t.log(
    `lost ${out.sent - out.received} of ${out.sent} and ${back.sent - back.received} of ${back.sent} packets ` +
      `in ${duration_ms} ms; ${off} of ${looks} looks saw no program`,
  );
  t.true(out.sent > 1_000 && back.sent > 1_000);
  t.deepEqual([out.received, back.received], [out.sent, back.sent]);
  t.true(looks >= 4_000);
  t.is(off, 0);
}

/** Packets counted by the mapping of the stream from the host. */
const carried = async (agent: Inside): Promise<number> =>
  (await agent.call<Traffic>('traffic', eid(`${REMOTE[4]}/32`))).packets;

test.serial(
  'the agent is killed and restarted: no packet and no mapping is lost, counters continue',
  async (t) => {
    const { site, agent: first } = await runningSite(t);
    const links = linksOf(site);
    let second: Inside | undefined;
    let carriedBefore = 0;
    const look = async (): Promise<void> => void (carriedBefore = await carried(first));
    const seen = await watchTraffic(
      t,
      site,
      async () => {
        await first.kill();
        second = await start(t, site);
      },
      look,
    );
    nothingLost(t, seen);
    if (second === undefined) return t.fail();
    t.deepEqual(await adoptedBy(second), EVERYTHING);
    t.is((await carried(second)) - carriedBefore, seen.out.sent);
    t.deepEqual(linksOf(site), links);
    t.deepEqual(pins(site), ['links', `state-v${xtr_constants.XTR_STATE_VERSION}`, 'volatile']);
  },
);

test.serial(
  'the next version of the state is adopted: no packet and no mapping is lost, counters continue',
  async (t) => {
    const { site, agent: first } = await runningSite(t);
    const next = installNextVersion(t);
    const links = linksOf(site);
    let second: Inside | undefined;
    let carriedBefore = 0;
    const look = async (): Promise<void> => void (carriedBefore = await carried(first));
    const seen = await watchTraffic(
      t,
      site,
      async () => {
        await first.kill();
        second = await start(t, site, next.agent, { ...site.options, bpfDirectory: next.bpfDirectory });
      },
      look,
    );
    nothingLost(t, seen);
    if (second === undefined) return t.fail();
    t.deepEqual(await adoptedBy(second), EVERYTHING);
    t.is((await second.call<ReturnType<DataPath['counters']>>('counters')).adapter['adoptedBroken'], 0);
    t.is((await carried(second)) - carriedBefore, seen.out.sent);
    t.deepEqual(linksOf(site), links);
    t.deepEqual(pins(site), ['links', `state-v${NEXT_STATE_VERSION}`, 'volatile']);

    // an earlier version cannot read it: it starts empty, but the interfaces keep a program
    await second.kill();
    let third: Inside | undefined;
    const afterwards = await watchTraffic(t, site, async () => {
      third = await start(t, site);
      t.deepEqual(await adoptedBy(third), {});
      await third.call('apply', effects);
    });
    t.is(afterwards.off, 0);
    t.deepEqual(linksOf(site), links);
    t.deepEqual(pins(site), ['links', `state-v${xtr_constants.XTR_STATE_VERSION}`, 'volatile']);
  },
);

test.serial('agents that are killed during their start lose nothing for the next one', async (t) => {
  const { site, agent: first } = await runningSite(t);
  const next = installNextVersion(t);
  const options = { ...site.options, bpfDirectory: next.bpfDirectory };
  const links = linksOf(site);
  let last: Inside | undefined;
  let completed = 0;
  let carriedBefore = 0;
  const look = async (): Promise<void> => void (carriedBefore = await carried(first));
  const seen = await watchTraffic(
    t,
    site,
    async () => {
      await first.kill();
      for (let i = 0; i < 8; i++) {
        const agent = startAgent(t, site, site.xtr, next.agent);
        await agent.call('counters'); // it runs
        const opening = agent.call('open', options).then(
          () => completed++,
          () => undefined,
        );
        await Promise.race([opening, new Promise((resolve) => setTimeout(resolve, 40 * (i + 1)))]);
        await agent.kill();
        await opening;
      }
      last = await start(t, site, next.agent, options);
    },
    look,
  );
  t.log(`${8 - completed} of 8 were killed while they started`);
  t.true(completed < 8);
  nothingLost(t, seen);
  if (last === undefined) return t.fail();
  t.deepEqual(await adoptedBy(last), EVERYTHING);
  t.is((await carried(last)) - carriedBefore, seen.out.sent);
  t.deepEqual(linksOf(site), links);
  t.deepEqual(pins(site), ['links', `state-v${NEXT_STATE_VERSION}`, 'volatile']);
});

test.serial('a failed start loses nothing for the next one, and leaves no new link', async (t) => {
  const { site, agent: first } = await runningSite(t);
  const links = linksOf(site);
  const lo = { name: 'lo', roles: ['rloc'], instanceId: 0 } as const;
  const interfaces = [...site.options.interfaces, lo];
  let last: Inside | undefined;
  const seen = await watchTraffic(t, site, async () => {
    await first.kill();
    await t.throwsAsync(start(t, site, undefined, { ...site.options, interfaces, xdpMode: 'native' }), {
      message: /^interface lo: bpf_link_create: native XDP/,
    });
    last = await start(t, site);
  });
  nothingLost(t, seen);
  t.deepEqual(last && (await adoptedBy(last)), EVERYTHING);
  t.deepEqual(linksOf(site), links);
  const pinned = readdirSync(join(instance(site), 'links'), { recursive: true });
  t.deepEqual(pinned.sort(), ['generic', 'native', 'native/e0', 'native/r0']);
});

test.serial('links of the layout before the first release are reused; its mappings are lost', async (t) => {
  const { site, agent: first } = await runningSite(t);
  const links = linksOf(site);
  await first.kill();
  const old = join(instance(site), 'v5');
  mkdirSync(old);
  renameSync(join(instance(site), 'links'), join(old, 'links'));
  renameSync(join(instance(site), `state-v${xtr_constants.XTR_STATE_VERSION}`), join(old, 'maps'));
  let second: Inside | undefined;
  const { off } = await watchTraffic(t, site, async () => {
    second = await start(t, site);
  });
  t.is(off, 0);
  t.deepEqual(linksOf(site), links);
  t.deepEqual(second && (await adoptedBy(second)), {});
  t.deepEqual(pins(site), ['links', `state-v${xtr_constants.XTR_STATE_VERSION}`, 'volatile']);
});
