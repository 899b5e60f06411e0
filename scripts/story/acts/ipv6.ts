// SPDX-License-Identifier: Apache-2.0
import { HOST1, HOST5 } from '#scripts/testbed/topology.js';
import { type Lab, ping, show } from './lab.js';

const PINGS = 5;

/** IPv6 EIDs over the same IPv4 RLOCs, from the host's new place. */
export async function ipv6(lab: Lab): Promise<void> {
  const { report } = lab;
  report.act('IPv6: the same hosts, IPv6 EIDs over IPv4 RLOCs');
  const answered = await ping(lab, 'host1', HOST5.eidV6, PINGS);
  report.fact(
    `${HOST1.eidV6} reaches ${HOST5.eidV6}`,
    answered === PINGS,
    `${answered} of ${PINGS} answered`,
  );
  await show(lab, 'xtr6', `map-cache ${HOST5.eidV6}`);
}
