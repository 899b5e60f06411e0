// SPDX-License-Identifier: Apache-2.0
import type { Address } from './address.js';
import { formatPrefix, hostPrefix, type Prefix, samePrefix } from './prefix.js';

/** 24 bits, 0 for the default table (RFC 9300 section 8). */
export type InstanceId = number;

export const MAX_INSTANCE_ID = 0xff_ffff;

/** One endpoint identifier. */
export interface Eid {
  readonly instanceId: InstanceId;
  readonly address: Address;
}

/** An EID-Prefix of RFC 9300, with its instance ID. */
export interface EidPrefix {
  readonly instanceId: InstanceId;
  readonly prefix: Prefix;
}

export function hostEidPrefix(eid: Eid): EidPrefix {
  return { instanceId: eid.instanceId, prefix: hostPrefix(eid.address) };
}

/** '1.1.1.0/24', or '[7]1.1.1.0/24' outside instance 0. Unique, so it serves as a key too. */
export function formatEidPrefix(eid: EidPrefix): string {
  return formatInstance(eid.instanceId) + formatPrefix(eid.prefix);
}

function formatInstance(instanceId: InstanceId): string {
  return instanceId === 0 ? '' : `[${instanceId}]`;
}

export function sameEidPrefix(a: EidPrefix, b: EidPrefix): boolean {
  return a.instanceId === b.instanceId && samePrefix(a.prefix, b.prefix);
}
