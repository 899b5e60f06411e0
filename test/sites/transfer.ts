// SPDX-License-Identifier: Apache-2.0
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { NodeName, TwoSites } from './two-sites.js';

const MEGABYTES = 20;
/** iperf3 ends its count when the sender is done; so much may be on the way then. */
const LEAST_SHARE = 0.8;
const TRIES = 50;

/** What one host sends another by TCP arrives. */
export async function transfer(
  t: ExecutionContext,
  sites: TwoSites,
  from: NodeName,
  to: NodeName,
  address: string,
): Promise<void> {
  const server = sites.run(to, ['iperf3', '--server', '--one-off'], 60_000);
  const client = [
    'iperf3',
    '--client',
    address,
    '--bytes',
    `${MEGABYTES}M`,
    '--json',
    '--connect-timeout',
    '2000',
  ];
  for (let tries = 1; ; tries++) {
    const { code, stdout } = await sites.run(from, client);
    if (code !== 0 && tries < TRIES) {
      await delay(100); // the server does not listen yet
      continue;
    }
    const { end } = JSON.parse(stdout) as { end: { sum_received?: { bytes: number } } };
    t.true((end.sum_received?.bytes ?? 0) >= LEAST_SHARE * (MEGABYTES << 20), stdout);
    break;
  }
  await server;
}
