// SPDX-License-Identifier: Apache-2.0
import type { MapCacheEntryView } from '#core/service/views.js';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { HOST1, RLOC } from '#scripts/testbed/topology.js';
import { type Lab, show } from './lab.js';
import { nextHops } from './resolve.js';
import type { Traffic } from './traffic.js';

const WHILE_ms = 1_000;

/** The agent of xTR4 is killed and started again under traffic. */
export async function restart(lab: Lab, traffic: Traffic): Promise<void> {
  const { agents, events, report } = lab;
  report.act('Restart: the agent of xtr4 is killed and started again, under the same traffic');
  await events.unfollow('xtr4');
  traffic.phase('restart');
  await agents.xtr4.kill('SIGKILL');
  const killed_ms = monotonic_ms();
  await traffic.flow(WHILE_ms);
  const status = await agents.xtr4.start();
  const down_ms = monotonic_ms() - killed_ms;
  report.fact('it starts again', true, `was away for ${Math.round(down_ms)} ms`);
  events.follow('xtr4');

  const adopted = status.dataPath?.adopted ?? false;
  report.fact('it adopts the pinned maps and programs', adopted, adopted);
  const [entry] = await agents.xtr4.json<MapCacheEntryView[]>('show', 'map-cache', HOST1.eid);
  const rlocs = entry?.locators.map(({ rloc }) => rloc).join();
  report.fact('it has the map-cache it had', rlocs === RLOC.xtr6, rlocs ?? 'no entry');
  const hops = await nextHops(lab);
  report.fact('the trie of xtr4 leads to xtr6', hops === RLOC.xtr6, hops);
  await show(lab, 'xtr4', 'map-cache 1.1.1.1');
  await traffic.flow(WHILE_ms);
  await traffic.count('restart');
}
