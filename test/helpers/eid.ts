// SPDX-License-Identifier: Apache-2.0
import { type Eid, formatAddress } from '#addr/index.js';

/** '1.1.1.1', or '[7]1.1.1.1' outside instance 0. */
export function formatEid({ instanceId, address }: Eid): string {
  return (instanceId === 0 ? '' : `[${instanceId}]`) + formatAddress(address);
}
