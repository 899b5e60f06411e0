// SPDX-License-Identifier: Apache-2.0
import { ADDRESS_BITS, type Address, AddressError, formatAddress, parseAddress } from './address.js';

/** An address prefix. The bits of `address` beyond `length` are zero. */
export interface Prefix {
  readonly address: Address;
  /** Mask length: 0 to 32, or 0 to 128. */
  readonly length: number;
}

/** Parses '1.1.1.0/24'. Bits beyond the length are an error, which names the correct prefix. @throws AddressError */
export function parsePrefix(text: string): Prefix {
  const [addressText = '', lengthText, ...rest] = text.split('/');
  if (lengthText === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(lengthText))
    throw new AddressError(`'${text}' is not a prefix: write ADDRESS/LENGTH`);
  const address = parseAddress(addressText);
  const length = Number(lengthText);
  if (length > ADDRESS_BITS[address.family])
    throw new AddressError(
      `'${text}': a prefix length of IPv${address.family} is at most ${ADDRESS_BITS[address.family]}`,
    );
  const prefix = maskedPrefix(address, length);
  if (prefix.address.bits !== address.bits)
    throw new AddressError(`'${text}' has host bits set; did you mean ${formatPrefix(prefix)}?`);
  return prefix;
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.address)}/${prefix.length}`;
}

/** The prefix of `length` bits that contains `address`. */
export function maskedPrefix(address: Address, length: number): Prefix {
  if (length === ADDRESS_BITS[address.family]) return { address, length };
  const shift = BigInt(ADDRESS_BITS[address.family] - length);
  return { address: { family: address.family, bits: (address.bits >> shift) << shift }, length };
}

/** The /32 or /128 of one address. */
export function hostPrefix(address: Address): Prefix {
  return { address, length: ADDRESS_BITS[address.family] };
}

export function isHostPrefix(prefix: Prefix): boolean {
  return prefix.length === ADDRESS_BITS[prefix.address.family];
}

export function samePrefix(a: Prefix, b: Prefix): boolean {
  return a.length === b.length && a.address.bits === b.address.bits && a.address.family === b.address.family;
}

export function prefixHoldsAddress(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family !== address.family) return false;
  const shift = BigInt(ADDRESS_BITS[address.family] - prefix.length);
  return prefix.address.bits >> shift === address.bits >> shift;
}

/** Whether `outer` covers `inner`; a prefix covers itself. */
export function prefixHoldsPrefix(outer: Prefix, inner: Prefix): boolean {
  return outer.length <= inner.length && prefixHoldsAddress(outer, inner.address);
}
