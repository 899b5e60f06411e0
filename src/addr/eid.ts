// SPDX-License-Identifier: Apache-2.0
import { type Address, AddressError, formatAddress, sameAddress } from './address.js';
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

/** @throws AddressError unless it is an integer of 24 bits */
export function checkInstanceId(instanceId: number): InstanceId {
  if (Number.isInteger(instanceId) && instanceId >= 0 && instanceId <= MAX_INSTANCE_ID) return instanceId;
  throw new AddressError(`an instance ID is an integer from 0 to ${MAX_INSTANCE_ID}, not ${instanceId}`);
}

export function hostEidPrefix(eid: Eid): EidPrefix {
  return { instanceId: eid.instanceId, prefix: hostPrefix(eid.address) };
}

/** '1.1.1.1', or '[7]1.1.1.1' outside instance 0. */
export function formatEid(eid: Eid): string {
  return formatInstance(eid.instanceId) + formatAddress(eid.address);
}

/** '1.1.1.0/24', or '[7]1.1.1.0/24' outside instance 0. Unique, so it serves as a key too. */
export function formatEidPrefix(eid: EidPrefix): string {
  return formatInstance(eid.instanceId) + formatPrefix(eid.prefix);
}

function formatInstance(instanceId: InstanceId): string {
  return instanceId === 0 ? '' : `[${instanceId}]`;
}

export function sameEid(a: Eid, b: Eid): boolean {
  return a.instanceId === b.instanceId && sameAddress(a.address, b.address);
}

export function sameEidPrefix(a: EidPrefix, b: EidPrefix): boolean {
  return a.instanceId === b.instanceId && samePrefix(a.prefix, b.prefix);
}
