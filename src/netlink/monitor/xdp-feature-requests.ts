// SPDX-License-Identifier: Apache-2.0
// Requests for the XDP features of interfaces (Linux 6.3 and newer). Runs in the monitor process.
import { GENL_ID_CTRL, NETDEV_FAMILY_NAME } from '#netlink/genetlink/constants.js';
import { decodeXdpFeatures, encodeDeviceRequest, type XdpFeatures } from '#netlink/genetlink/device.js';
import { decodeFamilyId, encodeFamilyRequest } from '#netlink/genetlink/family.js';
import { RequestError, type RequestSocket } from './request-socket.js';

/** Interfaces that are gone are missing. Empty if the kernel lacks the netdev family. @throws RequestError */
export async function listXdpFeatures(
  requests: RequestSocket,
  ifindexes: readonly number[],
): Promise<XdpFeatures[]> {
  const family = await findFamily(requests, NETDEV_FAMILY_NAME);
  const found: XdpFeatures[] = [];
  if (family === undefined) return found;
  for (const ifindex of ifindexes) {
    const answer = await ask(requests, 'NETDEV_CMD_DEV_GET', family, encodeDeviceRequest(ifindex), 'ENODEV');
    const features = answer && decodeXdpFeatures(answer);
    if (features) found.push(features);
  }
  return found;
}

/** The message type of a family; undefined if the kernel lacks it. @throws RequestError */
export async function findFamily(requests: RequestSocket, name: string): Promise<number | undefined> {
  const payload = encodeFamilyRequest(name);
  const answer = await ask(requests, 'CTRL_CMD_GETFAMILY', GENL_ID_CTRL, payload, 'ENOENT');
  return answer && decodeFamilyId(answer);
}

/** Undefined if the kernel answers with the error `unknown`: the object does not exist. */
async function ask(
  requests: RequestSocket,
  name: string,
  type: number,
  payload: Uint8Array,
  unknown: string,
): Promise<Uint8Array | undefined> {
  try {
    const [message] = await requests.request(name, type, 0, payload);
    return message?.data;
  } catch (error) {
    if (error instanceof RequestError && error.code === unknown) return undefined;
    throw error;
  }
}
