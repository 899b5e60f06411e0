// SPDX-License-Identifier: Apache-2.0
// Hosts and core with an MTU of 1500 each: what does not fit behind an outer header is answered or fragmented, and what
// the core says reaches the hosts (RFC 9300 7). Real XDP; the tools of the users of hosts are the judges.
import test, { type ExecutionContext } from 'ava';
import { until } from '#scripts/kit/wait.js';
import { CORE, type Family, HOST, type Mtus, TwoSites } from './two-sites.js';
import { transfer } from './transfer.js';

const OVERHEAD = { 4: 36, 6: 56 } as const;
const HEADERS = { 4: 28, 6: 48 } as const;
const FAMILIES = [4, 6] as const;

/** Fresh sites, so that nobody has learnt a path MTU before. */
const onSites = test.macro(
  async (
    t,
    rloc: Family,
    mtus: Mtus,
    check: (t: ExecutionContext, sites: TwoSites) => Promise<void>,
    configuration: Readonly<Record<string, unknown>> = {},
  ) => {
    const sites = await TwoSites.start({ rloc, configuration });
    try {
      await sites.setMtus(mtus);
      await check(t, sites);
    } finally {
      await sites.close();
    }
  },
);

/** IP packets of so many bytes from a to b. */
async function ping(sites: TwoSites, eid: Family, bytes: number, how: 'do' | 'dont'): Promise<string> {
  const size = String(bytes - HEADERS[eid]);
  const command = ['ping', '-n', '-i', '0.2', '-W', '2', '-c', '3', '-M', how, '-s', size, HOST.b[eid]];
  const { stdout, stderr } = await sites.run('a-host', command);
  return stdout + stderr;
}

const received = (output: string) => Number(/(\d+) received/.exec(output)?.[1] ?? Number.NaN);

async function isToldAndFits(t: ExecutionContext, sites: TwoSites, eid: Family, mtu: number): Promise<void> {
  t.regex(await ping(sites, eid, 1500, 'do'), new RegExp(`mtu ?[=:] ?${mtu}\\b`));
  t.is(received(await ping(sites, eid, mtu, 'do')), 3);
}

async function counter(sites: TwoSites, site: 'a' | 'b', name: string): Promise<number> {
  const { control } = await sites.daemon(site).ask((client) => client.call('statistics'));
  return control[name] ?? Number.NaN;
}

for (const rloc of FAMILIES) {
  const fits = 1500 - OVERHEAD[rloc];

  test.serial(
    `IPv${rloc} RLOCs, all MTUs 1500: hosts are told what fits, TCP arrives`,
    onSites,
    rloc,
    {},
    async (t, sites) => {
      for (const eid of FAMILIES) {
        await transfer(t, sites, 'a-host', 'b-host', HOST.b[eid]); // before anybody knows the MTU
        await isToldAndFits(t, sites, eid, fits);
        const path = await sites.must('a-host', ['tracepath', '-n', HOST.b[eid]]);
        t.regex(path, new RegExp(`pmtu ${fits}\\b`));
        t.regex(path, new RegExp(`Resume: pmtu ${fits} hops 5`));
      }
      t.true((await counter(sites, 'a', 'icmpErrorsOut')) >= 2);
      t.is(await counter(sites, 'a', 'coreIcmpRejected'), 0);
    },
  );

  test.serial(
    `IPv${rloc} RLOCs, a link of 1400 within the core`,
    onSites,
    rloc,
    { core: 1400 },
    async (t, sites) => {
      for (const eid of FAMILIES) {
        await transfer(t, sites, 'a-host', 'b-host', HOST.b[eid]);
        await isToldAndFits(t, sites, eid, 1400 - OVERHEAD[rloc]);
      }
      t.is(await counter(sites, 'a', 'coreIcmpRejected'), 0);
      t.true((await counter(sites, 'a', 'coreIcmpIn')) >= 1);
    },
  );

  test.serial(
    `IPv${rloc} RLOCs, a core with room, and a link of 1400 of the far host`,
    onSites,
    rloc,
    { uplink: 1700, core: 1700 },
    async (t, sites) => {
      await sites.ip('b-host', 'link set eth0 mtu 1400');
      await sites.ip('b-xtr', 'link set eid0 mtu 1400');
      for (const eid of FAMILIES) {
        await isToldAndFits(t, sites, eid, 1400);
        await transfer(t, sites, 'a-host', 'b-host', HOST.b[eid]);
      }
      t.is(received(await ping(sites, 4, 1500, 'dont')), 3);
    },
  );

  test.serial(
    `IPv${rloc} RLOCs, a route to the RLOC with an MTU of 1400, and without it again`,
    onSites,
    rloc,
    { uplink: 1700, core: 1700 },
    async (t, sites) => {
      const route = `route replace ${rloc === 4 ? '0.0.0.0/0' : '::/0'} via ${CORE.a[rloc]}`;
      const isLearnt = (mtu: number | undefined) => async (): Promise<boolean> => {
        const views = await sites.daemon('a').ask((client) => client.call('forwarding', { eid: HOST.b[4] }));
        return views.some(({ nextHops }) => nextHops[0]?.pathMtu_bytes === mtu);
      };
      await sites.ip('a-xtr', `${route} mtu 1400`); // not locked, which bpf_fib_lookup does not look at
      await until('the MTU of the route', isLearnt(1400));
      for (const eid of FAMILIES) await isToldAndFits(t, sites, eid, 1400 - OVERHEAD[rloc]);
      if (rloc === 6) await sites.ip('a-xtr', `route delete ::/0 via ${CORE.a[rloc]}`);
      await sites.ip('a-xtr', route);
      await until('the MTU of the link', isLearnt(undefined));
      for (const family of ['-4', '-6'])
        await sites.must('a-host', ['ip', family, 'route', 'flush', 'cache']);
      for (const eid of FAMILIES) t.is(received(await ping(sites, eid, 1500, 'do')), 3);
    },
  );

  test.serial(
    `IPv${rloc} RLOCs: IPv4 without DF goes through in fragments`,
    onSites,
    rloc,
    {},
    async (t, sites) => {
      for (const bytes of [1500, 3000, 20_000])
        t.is(received(await ping(sites, 4, bytes, 'dont')), 3, `${bytes} bytes`);
      t.true((await counter(sites, 'a', 'packetsFragmented')) >= 9);
    },
  );
}

test.serial(
  'with fragmentation: refuse, IPv4 without DF is refused like a packet with DF',
  onSites,
  4,
  {},
  async (t, sites) => {
    const output = await ping(sites, 4, 1500, 'dont');
    t.true(received(output) < 3); // the host fragments what follows
    t.regex(output, /Frag needed and DF set \(mtu = 1464\)/);
    t.true((await counter(sites, 'a', 'fragmentationRefused')) >= 1);
  },
  { fragmentation: 'refuse' },
);
