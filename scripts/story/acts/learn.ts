// SPDX-License-Identifier: Apache-2.0
import { monotonic_ms } from '#scripts/kit/clock.js';
import { HOST1, RLOC } from '#scripts/testbed/topology.js';
import { expectEvent, type Lab, ping, show } from './lab.js';

/** Act 1: host1 speaks, and becomes a dynamic EID of xTR2. */
export async function learn(lab: Lab): Promise<void> {
  const { backend, report } = lab;
  report.act('Act 1: host1 is learnt at xtr2');
  const eid = `${HOST1.eid}/32`;
  const began_ms = monotonic_ms();
  const answered = await ping(lab, 'host1', HOST1.gateway, 1);
  report.fact('host1 reaches its gateway', answered === 1, `${answered} of 1 answered`);
  await expectEvent(lab, began_ms, { router: 'xtr2', name: 'eid-learnt', eid });
  await expectEvent(lab, began_ms, { router: 'xtr2', name: 'map-register-sent', eid });
  await expectEvent(lab, began_ms, { router: 'msmr', name: 'map-register-accepted', eid, peer: RLOC.xtr2 });
  await expectEvent(lab, began_ms, { router: 'xtr2', name: 'map-notify-received', eid });

  const { stdout: route } = await backend.run('xtr2', ['ip', 'route', 'show', eid]);
  report.fact('xtr2 has a host route to it', route.includes('eid0'), route.trim() || 'none');
  await show(lab, 'xtr2', 'dynamic-eid', 'database');
  await show(lab, 'msmr', 'site');
}
