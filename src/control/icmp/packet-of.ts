// SPDX-License-Identifier: Apache-2.0

const ETHERNET_BYTES = 14;

/** What is behind the link header of a punted frame, which is untagged. */
export function packetOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(ETHERNET_BYTES);
}
