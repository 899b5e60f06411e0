// SPDX-License-Identifier: Apache-2.0
import type { ForwardingView, StatisticsView } from '#core/service/views.js';
import { monotonic_ms } from '#scripts/kit/clock.js';
import { HOST1, RLOC } from '#scripts/testbed/topology.js';
import { expectEvent, type Lab, ping, show } from './lab.js';

const PINGS = 5;

/** Next hops that the BPF trie of xTR4 holds for host1. */
export async function nextHops({ agents }: Lab): Promise<string> {
  const [entry] = await agents.xtr4.json<ForwardingView[]>('show', 'forwarding', HOST1.eid);
  return entry?.action === 'encapsulate'
    ? entry.nextHops.map(({ rloc }) => rloc).join()
    : String(entry?.action);
}

/** Act 2: the first packets to an unknown EID. */
export async function resolve(lab: Lab): Promise<void> {
  const { agents, report } = lab;
  report.act('Act 2: 5.5.5.5 sends to 1.1.1.1, a map-cache entry comes to be');
  const eid = `${HOST1.eid}/32`;
  await show(lab, 'xtr4', 'map-cache');
  const began_ms = monotonic_ms();
  const answered = await ping(lab, 'host5', HOST1.eid, PINGS);
  report.fact('no ping is lost, the first included', answered === PINGS, `${answered} of ${PINGS} answered`);

  await expectEvent(lab, began_ms, { router: 'xtr4', name: 'map-request-sent', eid });
  await expectEvent(lab, began_ms, { router: 'msmr', name: 'map-request-forwarded', eid, peer: RLOC.xtr2 });
  await expectEvent(lab, began_ms, { router: 'xtr2', name: 'map-reply-sent', eid, peer: RLOC.xtr4 });
  await expectEvent(lab, began_ms, { router: 'xtr4', name: 'map-reply-received', eid });
  await expectEvent(lab, began_ms, { router: 'xtr4', name: 'map-cache-added', eid, rlocs: [RLOC.xtr2] });

  const { control } = await agents.xtr4.json<StatisticsView>('show', 'statistics');
  const { packetsHeld = 0, packetsReleased = 0 } = control;
  report.fact(
    'packets held meanwhile were sent on',
    packetsHeld > 0 && packetsReleased === packetsHeld,
    `${packetsReleased} of ${packetsHeld}`,
  );
  const hops = await nextHops(lab);
  report.fact('the trie of xtr4 leads to xtr2', hops === RLOC.xtr2, hops);
  await show(lab, 'xtr4', 'map-cache 1.1.1.1', 'forwarding 1.1.1.1');
}
