// SPDX-License-Identifier: Apache-2.0
import { HOST, type Overlay, type Place, roamer } from '#scripts/benchmark/site/overlay.js';
import { eventually } from '#scripts/kit/wait.js';

const TIMEOUT_ms = 90_000;
/** Packets a second to EIDs that are not in the map-cache, so many before the next ones. */
const PRIME_pps = 1000;
const PRIME_EIDS = 500;

/** Lets hosts appear, and waits until the Map-Server has them and all is quiet. */
export async function register(overlay: Overlay, place: Place, first: number, count: number): Promise<void> {
  const msmr = overlay.daemon('msmr');
  const registered = async (): Promise<number> =>
    (await msmr.ask((client) => client.call('sites', {}))).length;
  const registers = async (): Promise<number> =>
    (await msmr.ask((client) => client.call('statistics'))).control['mapRegisterRecordsIn'] ?? 0;
  const before = { registered: await registered(), registers: await registers() };
  await overlay.appear(place, first, count);
  // asking for the table would slow the Map-Server down
  await eventually(async () => (await registers()) >= before.registers + count, TIMEOUT_ms);
  if (!(await eventually(async () => (await registered()) >= before.registered + count, TIMEOUT_ms)))
    throw new Error(`only ${(await registered()) - before.registered} of ${count} hosts are registered`);
  await overlay.settle();
}

/** Sends one packet to each host, so that the ITR has a mapping of it. */
export async function prime(overlay: Overlay, place: Place, first: number, count: number): Promise<void> {
  const { sink, host, devices } = overlay;
  await sink.call('reset');
  const arrived = (): Promise<number> => sink.call('count', devices.sink[place].ifindex, 0);
  for (let done = 0; done < count; done += PRIME_EIDS) {
    const packets = Math.min(PRIME_EIDS, count - done);
    const flow = { first: roamer(first + done), count: packets, rate_pps: PRIME_pps, packets };
    await host.call('send', { source: HOST, ...flow });
    if (!(await eventually(async () => (await arrived()) === done + packets, TIMEOUT_ms)))
      throw new Error(`packets to only ${await arrived()} of ${done + packets} hosts have arrived`);
  }
  await overlay.settle();
}
