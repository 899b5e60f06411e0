// SPDX-License-Identifier: Apache-2.0
// Requests of the monitor process to the kernel's neighbour tables.
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
 * Makes the kernel send an ARP request or Neighbor Solicitation: unicast to a known neighbour, else multicast or
 * broadcast. Errors are ignored: a host whose interface is gone does not answer either. A configured entry is not
 * probed, since NUD_PROBE would turn it into a learnt entry.
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

/** Deletes a learnt entry. Configured entries stay. @throws RequestError */
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
 * Resolves a next hop, and makes the kernel verify it again when it goes stale: automatically with NTF_EXT_MANAGED if
 * the kernel supports it, and by NTF_USE at each call. Creates the entry if needed. @throws RequestError
 */
export async function keepNeighbour(
  requests: RequestSocket,
  ifindex: number,
  address: Address,
): Promise<void> {
  const neighbour = await getNeighbour(requests, ifindex, address);
  if (neighbour !== undefined && isConfigured(neighbour)) return; // NTF_USE would turn it into a learnt entry
  const payload = encodeNeighbour({
    ifindex,
    address,
    flags: NTF_USE,
    extendedFlags: NTF_EXT_MANAGED,
    protocol: RTPROT_XTRD,
  });
  await requests.request('RTM_NEWNEIGH', RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, payload);
}

/** Reverts `keepNeighbour`: the next hop ages like other neighbours. @throws RequestError */
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
