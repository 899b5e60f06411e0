// SPDX-License-Identifier: Apache-2.0
// A bridge as the EID-facing interface: it takes nothing from native XDP, so that with `xdp-mode: auto` all interfaces of
// the xTR have generic XDP.
import test from 'ava';
import { transfer } from './transfer.js';
import { HOST, TwoSites } from './two-sites.js';

test.serial(
  'hosts behind a bridge are reached with xdp-mode: auto, and the status says what it costs',
  async (t) => {
    const sites = await TwoSites.start({ rloc: 4, bridge: true });
    try {
      const { dataPath, warnings } = await sites.daemon('b').ask((client) => client.call('status'));
      t.deepEqual(
        dataPath?.interfaces.map(({ name, mode }) => [name, mode]),
        [
          ['eid0', 'generic'],
          ['rloc0', 'generic'],
        ],
      );
      for (const name of ['eid0', 'rloc0']) {
        const warning = warnings.find((each) => each.startsWith(`${name}: generic XDP`)) ?? '';
        t.regex(warning, /native XDP was refused: eid0 \(bridge\) takes no packets from native XDP/);
        t.regex(warning, /ethtool -K DEV gro off/);
      }
      for (const device of ['eid0', 'port0', 'rloc0'])
        await sites.must('b-xtr', ['ethtool', '-K', device, 'gro', 'off']);
      for (const family of [4, 6] as const) {
        t.regex(
          await sites.must('a-host', ['ping', '-n', '-c', '10', '-i', '0.05', '-W', '2', HOST.b[family]]),
          / 0% packet loss/,
        );
        await transfer(t, sites, 'a-host', 'b-host', HOST.b[family]);
        await transfer(t, sites, 'b-host', 'a-host', HOST.a[family]);
      }
    } finally {
      await sites.close();
    }
  },
);
