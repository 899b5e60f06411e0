// SPDX-License-Identifier: Apache-2.0
import type { Address } from './address.js';

/** The first 16 bits, as a number: each operation on a bigint allocates, and every message has addresses to check. */
function firstBits({ family, bits }: Address): number {
  return family === 4 ? Number(bits) >>> 16 : Number(bits >> 112n);
}

export function isUnspecified(address: Address): boolean {
  return address.bits === 0n;
}

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(address: Address): boolean {
  const first = firstBits(address);
  return address.family === 4 ? first >>> 12 === 0xe : first >>> 8 === 0xff;
}

/** 169.254.0.0/16 or fe80::/10. */
export function isLinkLocal(address: Address): boolean {
  const first = firstBits(address);
  return address.family === 4 ? first === 0xa9fe : first >>> 6 === 0x3fa;
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(address: Address): boolean {
  return address.family === 4 ? firstBits(address) >>> 8 === 127 : address.bits === 1n;
}

/** The limited broadcast 255.255.255.255. Subnet broadcasts depend on the interface, which is unknown here. */
export function isBroadcast(address: Address): boolean {
  return address.family === 4 && address.bits === 0xffff_ffffn;
}

/**
 * Whether an address can name one node of the underlay or one host: not 0, loopback, link-local, multicast or
 * broadcast.
 */
export function isRoutableUnicast(address: Address): boolean {
  return !(
    isUnspecified(address) ||
    isLoopback(address) ||
    isLinkLocal(address) ||
    isMulticast(address) ||
    isBroadcast(address)
  );
}
