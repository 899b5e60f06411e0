// SPDX-License-Identifier: Apache-2.0
import { HOST, type Overlay, type Place, roamer } from '../site/overlay.js';
import { eventually } from '../wait.js';

const TIMEOUT_ms = 60_000;
/** Packets a second to EIDs that are not in the map-cache, which the agents follow with ease. */
const PRIME_pps = 1000;

/** Lets hosts appear, and waits until the Map-Server has them. */
export async function register(overlay: Overlay, place: Place, first: number, count: number): Promise<void> {
  const registered = async (): Promise<number> =>
    (await overlay.daemon('msmr').ask((client) => client.call('sites', {}))).length;
  const before = await registered();
  await overlay.appear(place, first, count);
  if (!(await eventually(async () => (await registered()) >= before + count, TIMEOUT_ms)))
    throw new Error(`only ${(await registered()) - before} of ${count} hosts are registered`);
  await overlay.settle();
}

/** Sends one packet to each host, so that the ITR has a mapping of it. */
export async function prime(overlay: Overlay, place: Place, first: number, count: number): Promise<void> {
  const { sink, host, devices } = overlay;
  await sink.call('reset');
  await host.call('send', {
    ...{ source: HOST, first: roamer(first), count, rate_pps: PRIME_pps, packets: count },
  });
  const arrived = (): Promise<number> => sink.call('count', devices.sink[place].ifindex, 0);
  if (!(await eventually(async () => (await arrived()) === count, TIMEOUT_ms)))
    throw new Error(`packets to only ${await arrived()} of ${count} hosts have arrived`);
  await overlay.settle();
}
