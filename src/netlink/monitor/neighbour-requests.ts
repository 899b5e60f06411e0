// SPDX-License-Identifier: Apache-2.0
// What the monitor process asks of the kernel's neighbour tables.
import type { Address } from '#addr/index.js';
import { RequestError, type RequestSocket } from './request-socket.js';
import {
  NLM_F_CREATE,
  NLM_F_REPLACE,
  NTF_EXT_MANAGED,
  NTF_USE,
  NUD_PROBE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
  RTPROT_XTRD,
} from '#netlink/rtnetlink/constants.js';
import {
  decodeNeighbour,
  encodeNeighbour,
  isConfigured,
  type Neighbour,
} from '#netlink/rtnetlink/neighbour.js';

/**
 * Has the kernel send an ARP request or Neighbor Solicitation: unicast to a neighbour that it knows, else to find it. A
 * host that cannot be asked (its interface is gone) is as silent as one that is not there. A configured entry stays as it
 * is: NUD_PROBE would make it a learnt one.
 */
export async function probeNeighbour(
  requests: RequestSocket,
  { ifindex, address }: Pick<Neighbour, 'ifindex' | 'address'>,
): Promise<void> {
  const known = await getNeighbour(requests, ifindex, address).catch(() => undefined);
  if (known !== undefined && isConfigured(known)) return;
  const probe = encodeNeighbour({ ifindex, address, state: NUD_PROBE });
  const resolve = encodeNeighbour({ ifindex, address, flags: NTF_USE });
  await requests
    .request('RTM_NEWNEIGH', RTM_NEWNEIGH, NLM_F_REPLACE, probe)
    .catch(() => requests.request('RTM_NEWNEIGH', RTM_NEWNEIGH, NLM_F_CREATE, resolve))
    .catch(() => undefined);
}

/** Deletes an entry that was learnt; configured ones stay. @throws RequestError */
export async function forgetNeighbour(
  requests: RequestSocket,
  ifindex: number,
  address: Address,
): Promise<void> {
  const neighbour = await getNeighbour(requests, ifindex, address);
  if (neighbour === undefined || isConfigured(neighbour)) return;
  const payload = encodeNeighbour({ ifindex, address });
  await ignoring(['ENOENT'], requests.request('RTM_DELNEIGH', RTM_DELNEIGH, 0, payload));
}

/**
 * Resolves a next hop and has it verified again whenever it goes stale: by the kernel itself where that has
 * NTF_EXT_MANAGED, and by NTF_USE each time this is called. Makes the entry if need be. @throws RequestError
 */
export async function keepNeighbour(
  requests: RequestSocket,
  ifindex: number,
  address: Address,
): Promise<void> {
  const neighbour = await getNeighbour(requests, ifindex, address);
  if (neighbour !== undefined && isConfigured(neighbour)) return; // NTF_USE would make a permanent entry a learnt one
  const payload = encodeNeighbour({
    ifindex,
    address,
    flags: NTF_USE,
    extendedFlags: NTF_EXT_MANAGED,
    protocol: RTPROT_XTRD,
  });
  await requests.request('RTM_NEWNEIGH', RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, payload);
}

/** Leaves a next hop that `keepNeighbour` kept to age as others do. @throws RequestError */
export async function releaseNeighbour(
  requests: RequestSocket,
  ifindex: number,
  address: Address,
): Promise<void> {
  const neighbour = await getNeighbour(requests, ifindex, address);
  if (neighbour?.protocol !== RTPROT_XTRD || isConfigured(neighbour)) return;
  const payload = encodeNeighbour({ ifindex, address, flags: NTF_USE });
  await ignoring(['ENOENT'], requests.request('RTM_NEWNEIGH', RTM_NEWNEIGH, NLM_F_REPLACE, payload));
}

async function getNeighbour(
  requests: RequestSocket,
  ifindex: number,
  address: Address,
): Promise<Neighbour | undefined> {
  const payload = encodeNeighbour({ ifindex, address });
  const request = requests.request('RTM_GETNEIGH', RTM_GETNEIGH, 0, payload);
  const [message] = (await ignoring(['ENOENT', 'ENODEV'], request)) ?? [];
  return message && decodeNeighbour(message.data);
}

async function ignoring<T>(codes: readonly string[], result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof RequestError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
