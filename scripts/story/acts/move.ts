// SPDX-License-Identifier: Apache-2.0
import type { DatabaseEntryView, RegistrationView } from '#core/service/views.js';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { formatTimeline, timelineOf } from '#scripts/story/timeline.js';
import { HOST1, RLOC } from '#scripts/testbed/topology.js';
import { expectEvent, type Lab, show } from './lab.js';
import { nextHops } from './resolve.js';
import type { Traffic } from './traffic.js';
import { CONVERGENCE, HANDOVER } from './verdict.js';

const BEFORE_ms = 2_000;
const AFTER_ms = 2_000;
/** The slowest events of a move come well before. */
const TIMELINE_ms = 1_000;

const eid = `${HOST1.eid}/32`;

/** Act 3: host1 appears behind xTR6. Returns when xTR2 was told. */
async function roam(lab: Lab, moved_ms: number): Promise<number> {
  const { backend, agents, report } = lab;
  await expectEvent(lab, moved_ms, { router: 'xtr6', name: 'eid-learnt', eid });
  await expectEvent(lab, moved_ms, { router: 'msmr', name: 'map-register-accepted', eid, peer: RLOC.xtr6 });
  await expectEvent(lab, moved_ms, { router: 'xtr6', name: 'map-notify-received', eid });
  const told = await expectEvent(lab, moved_ms, { router: 'xtr2', name: 'map-notify-received', eid });
  await expectEvent(lab, moved_ms, { router: 'xtr2', name: 'eid-away', eid, rlocs: [RLOC.xtr6] });
  await expectEvent(lab, moved_ms, { router: 'xtr2', name: 'withdraw-sent', eid });

  const database = await agents.xtr2.json<DatabaseEntryView[]>('show', 'database');
  const stays = database.some((entry) => entry.eid === eid);
  report.fact('xtr2 has deleted it from its database', !stays, stays ? 'still there' : 'gone');
  const { stdout: route } = await backend.run('xtr2', ['ip', 'route', 'show', eid]);
  report.fact('xtr2 has taken away the host route', route === '', route.trim() || 'gone');
  return told.monotonic_ms;
}

/** Act 4: xTR2 solicits a Map-Request of xTR4. Returns when xTR4's trie had the new locator. */
async function solicit(lab: Lab, moved_ms: number): Promise<number> {
  const { agents, report } = lab;
  await expectEvent(lab, moved_ms, { router: 'xtr2', name: 'stale-packet', eid, peer: RLOC.xtr4 });
  await expectEvent(lab, moved_ms, { router: 'xtr2', name: 'smr-sent', eid, peer: RLOC.xtr4 });
  await expectEvent(lab, moved_ms, { router: 'xtr4', name: 'smr-received', eid, peer: RLOC.xtr2 });
  await expectEvent(lab, moved_ms, { router: 'xtr4', name: 'smr-invoked-map-request-sent', eid });
  await expectEvent(lab, moved_ms, { router: 'msmr', name: 'map-request-forwarded', eid, peer: RLOC.xtr6 });
  await expectEvent(lab, moved_ms, { router: 'xtr6', name: 'map-reply-sent', eid, peer: RLOC.xtr4 });
  await expectEvent(lab, moved_ms, { router: 'xtr4', name: 'map-reply-received', eid });
  const converged = await expectEvent(lab, moved_ms, {
    router: 'xtr4',
    name: 'map-cache-updated',
    eid,
    rlocs: [RLOC.xtr6],
  });

  const hops = await nextHops(lab);
  report.fact('the trie of xtr4 leads to xtr6', hops === RLOC.xtr6, hops);
  const sites = await agents.msmr.json<RegistrationView[]>('show', 'site');
  const rlocs = sites
    .find((site) => site.eid === eid)
    ?.etrs.flatMap((etr) => etr.locators.map(({ rloc }) => rloc));
  report.fact(
    'the withdrawal left the registration of xtr6',
    rlocs?.join() === RLOC.xtr6,
    rlocs?.join() ?? 'none',
  );
  return converged.monotonic_ms;
}

async function judgeCounts({ report }: Lab, traffic: Traffic): Promise<void> {
  const counts = await traffic.count('move');
  const at = (router: string): (typeof counts)[number] | undefined =>
    counts.find((count) => count.router === router);
  const [old, all] = [at('xtr2'), counts.reduce((sum, { heldDropped }) => sum + heldDropped, 0)];
  report.fact('xtr2 re-encapsulated stale packets', (old?.reencapsulated ?? 0) > 0, old?.reencapsulated ?? 0);
  report.fact('it sent one SMR, not one for each packet', old?.smrSent === 1, old?.smrSent ?? 0);
  report.fact('no held packet was dropped', all === 0, all);
}

/** Acts 3 and 4, under traffic. */
export async function move(lab: Lab, traffic: Traffic): Promise<void> {
  const { backend, events, report } = lab;
  const rate = backend.pace.traffic_pps.toLocaleString('en');
  report.act(`Act 3: the host moves to xtr6, under ${rate} packets a second in both directions`);
  await traffic.flow(BEFORE_ms);
  await traffic.count('before the move');
  await show(lab, 'xtr4', 'map-cache 1.1.1.1', 'forwarding 1.1.1.1');
  const moved_ms = await backend.moveCable('host1', 'eth0', 'site6');
  report.say('the cable of host1 is in the switch of xtr6');
  const told_ms = await roam(lab, moved_ms);
  report.act('Act 4: the solicit map request');
  const converged_ms = await solicit(lab, moved_ms);
  traffic.phase(HANDOVER, moved_ms - backend.pace.turn_ms);
  traffic.phase(CONVERGENCE, Math.min(told_ms + backend.pace.turn_ms, converged_ms));
  traffic.phase('after the move', converged_ms);

  await show(lab, 'xtr2', 'away', 'smr', 'database');
  await show(lab, 'xtr6', 'dynamic-eid', 'database');
  await show(lab, 'xtr4', 'map-cache 1.1.1.1', 'forwarding 1.1.1.1');
  await show(lab, 'msmr', 'site');
  await traffic.flow(AFTER_ms);
  await judgeCounts(lab, traffic);

  const last_ms = Math.min(monotonic_ms(), converged_ms + TIMELINE_ms);
  report.timeline = timelineOf(events.between(moved_ms, last_ms), moved_ms);
  report.block('The move, from the moment the cable was pulled', formatTimeline(report.timeline));
}
