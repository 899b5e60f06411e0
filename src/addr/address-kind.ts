// SPDX-License-Identifier: Apache-2.0
import type { Address } from './address.js';

function startsWith(address: Address, prefix: bigint, length: number): boolean {
  return address.bits >> BigInt((address.family === 4 ? 32 : 128) - length) === prefix;
}

export function isUnspecified(address: Address): boolean {
  return address.bits === 0n;
}

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(address: Address): boolean {
  return address.family === 4 ? startsWith(address, 0xen, 4) : startsWith(address, 0xffn, 8);
}

/** 169.254.0.0/16 or fe80::/10. */
export function isLinkLocal(address: Address): boolean {
  return address.family === 4 ? startsWith(address, 0xa9fen, 16) : startsWith(address, 0x3fan, 10);
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(address: Address): boolean {
  return address.family === 4 ? startsWith(address, 127n, 8) : address.bits === 1n;
}

/** The limited broadcast 255.255.255.255; subnet broadcasts depend on the interface and are not known here. */
export function isBroadcast(address: Address): boolean {
  return address.family === 4 && address.bits === 0xffff_ffffn;
}

/** Whether an address can name one node of the underlay or one host: not 0, loopback, link-local, multicast or broadcast. */
export function isRoutableUnicast(address: Address): boolean {
  return !(
    isUnspecified(address) ||
    isLoopback(address) ||
    isLinkLocal(address) ||
    isMulticast(address) ||
    isBroadcast(address)
  );
}
