// SPDX-License-Identifier: Apache-2.0
// traceroute from host to host: every IP hop answers, both sites' routers from addresses that the host can reach.
import test from 'ava';
import { CORE, type Family, GATEWAY, HOST, TwoSites } from './two-sites.js';

const FAMILIES = [4, 6] as const;
const WAYS = { ICMP: '-I', UDP: '-U', TCP: '-T' } as const;

/** The address of each hop, `*` where nothing came. */
async function hops(sites: TwoSites, eid: Family, way: string): Promise<string[]> {
  const command = [
    'traceroute',
    `-${eid}`,
    '-n',
    '-q',
    '1',
    '-N',
    '1',
    '-w',
    '2',
    '-m',
    '8',
    way,
    HOST.b[eid],
  ];
  const output = await sites.must('a-host', command);
  return [...output.matchAll(/^ *\d+ +(\S+)/gm)].map(([, hop = '']) => hop);
}

/** The second router of the core answers from the link that the packet came by. */
const SECOND = { 4: '192.0.2.10', 6: '2001:db8:c::2' } as const;

for (const rloc of FAMILIES) {
  test.serial(`IPv${rloc} RLOCs: each hop of sites and core answers`, async (t) => {
    const sites = await TwoSites.start({ rloc });
    try {
      for (const eid of FAMILIES)
        for (const [name, way] of Object.entries(WAYS)) {
          const core = eid === rloc ? [CORE.a[rloc], SECOND[rloc]] : [GATEWAY.a[eid], GATEWAY.a[eid]];
          t.deepEqual(
            await hops(sites, eid, way),
            [GATEWAY.a[eid], ...core, GATEWAY.b[eid], HOST.b[eid]],
            `IPv${eid} ${name}`,
          );
        }
    } finally {
      await sites.close();
    }
  });

  test.serial(`IPv${rloc} RLOCs, without TTL propagation: the core is one hop`, async (t) => {
    const sites = await TwoSites.start({ rloc, configuration: { 'ttl-propagation': false } });
    try {
      for (const eid of FAMILIES)
        for (const [name, way] of Object.entries(WAYS))
          t.deepEqual(
            await hops(sites, eid, way),
            [GATEWAY.a[eid], GATEWAY.b[eid], HOST.b[eid]],
            `IPv${eid} ${name}`,
          );
    } finally {
      await sites.close();
    }
  });
}
