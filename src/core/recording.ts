// SPDX-License-Identifier: Apache-2.0
// Encodes values of control as readable JSON: addresses and numbers as text with a prefix character, bytes as
// hexadecimal.
import { type Address, formatAddress, parseAddress } from '#addr/index.js';

/**
 * Prefix characters of encoded values: address, bigint, bytes. A text that starts with one of them is quoted.
 */
const ADDRESS = '@';
const BIGINT = '#';
const BYTES = '%';
const QUOTED = "'";
const SIGNS = [ADDRESS, BIGINT, BYTES, QUOTED];

/** Field names left out at every level: keys of sites and Map-Servers, and the seed of the nonces. */
const SECRETS = ['secret', 'seed'];

/** Encodes a value as one line of JSON, without secrets. */
export function encodeValue(value: unknown): string {
  return JSON.stringify(toJson(value));
}

/** Decodes the output of `encodeValue`. Fields that were left out are undefined. */
export function decodeValue(text: string): unknown {
  return fromJson(JSON.parse(text));
}

export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return `${BIGINT}0x${value.toString(16)}`;
  if (typeof value === 'string') return SIGNS.includes(value.charAt(0)) ? QUOTED + value : value;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return BYTES + Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(toJson);
  if (isAddress(value)) return ADDRESS + formatAddress(value);
  const kept = Object.entries(value).filter(([key]) => !SECRETS.includes(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, toJson(each)]));
}

export function fromJson(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value === 'string') return fromText(value);
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromJson(each)]));
}

function fromText(text: string): unknown {
  const rest = text.slice(1);
  switch (text.charAt(0)) {
    case ADDRESS:
      return parseAddress(rest);
    case BIGINT:
      return BigInt(rest);
    case BYTES:
      return new Uint8Array(Buffer.from(rest, 'hex'));
    case QUOTED:
      return rest;
    default:
      return text;
  }
}

function isAddress(value: object): value is Address {
  return 'family' in value && 'bits' in value && typeof value.bits === 'bigint';
}
