// SPDX-License-Identifier: Apache-2.0
// Packets that are redirected to an interface without ndo_xdp_xmit: a veth whose peer has no GRO. This is the reason
// for the warnings of src/netlink/kernel/offloads.ts.
import test from 'ava';
import type { DataPath } from '#core/ports.js';
import { run } from '#test/native/sandbox.js';
import { buildSite, FAR_RLOC, HOST, listen, REMOTE, startAgent, take } from './live-site.js';
import { encapsulate, setLocal, setMapping } from './open-here.js';

const LISP_DATA = 4341;
const PORT = 9999;

test.serial('native XDP loses them, generic XDP does not', async (t) => {
  const site = buildSite(t);
  run('ip', 'netns', 'exec', site.far, 'ethtool', '-K', 'f0', 'gro', 'off');
  run('ip', 'netns', 'exec', site.xtr, 'ping', '-c1', '-W5', FAR_RLOC[4]); // resolves the next hop
  const far = await listen(t, site.far, FAR_RLOC[4], LISP_DATA);
  const near = await listen(t, site.host, HOST[4], PORT);
  const agent = startAgent(t, site);
  const effects = [
    setLocal(`${HOST[4]}/32`, { kind: 'local', ifindex: undefined, dynamic: false }),
    setMapping(`${REMOTE[4]}/32`, encapsulate(FAR_RLOC[4]), 1e12),
  ];
  const encapsulated = async (): Promise<number> =>
    (await agent.call<ReturnType<DataPath['counters']>>('counters')).reasons['encapsulated']?.packets ?? 0;
  for (const xdpMode of ['native', 'generic'] as const) {
    await agent.call('open', { ...site.options, xdpMode });
    await agent.call('apply', effects);
    const before = await encapsulated();
    await near.peer.call('send', HOST[4], REMOTE[4], PORT, [Buffer.from(xdpMode)]);
    while ((await encapsulated()) === before); // programs count what they hand over
    await agent.call('detach');
  }
  const [first] = await take(far.datagrams, 1);
  t.regex(Buffer.from(first?.bytes ?? []).toString('latin1'), /generic$/);
});
