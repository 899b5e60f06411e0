// SPDX-License-Identifier: Apache-2.0
// Single values of the configuration. Each schema's description completes the sentence 'write ...' in an error.
import { z } from 'zod';
import {
  type Address,
  AddressError,
  formatAddress,
  formatPrefix,
  isMulticast,
  isRoutableUnicast,
  MAX_INSTANCE_ID,
  parseAddress,
  parsePrefix,
  type Prefix,
} from '#addr/index.js';

/** An issue of a transform. The error message has `hint`, which is passed in `params`, in place of the description. */
function reject(ctx: z.RefinementCtx, message: string, hint?: string): never {
  ctx.addIssue({ code: 'custom', message, params: { hint } });
  return z.NEVER;
}

export function integer(min: number, max: number): z.ZodType<number, bigint> {
  return bigInteger(BigInt(min), BigInt(max))
    .transform(Number)
    .describe(`a whole number from ${min} to ${max}`);
}

/** For identifiers of 64 and 128 bits. */
export function bigInteger(min: bigint, max: bigint): z.ZodType<bigint, bigint> {
  const bits = max.toString(2).length;
  return z
    .bigint()
    .min(min)
    .max(max)
    .describe(`a whole number of at most ${bits} bits${min > 0n ? ', not 0' : ''}`);
}

export function text(pattern: RegExp, description: string): z.ZodType<string, string> {
  return z.string().regex(pattern).describe(description);
}

export const absolutePath = text(/^\/[^\0]{0,1023}$/, 'an absolute path');

/** sockaddr_un has room for 107 bytes and a NUL (unix(7)). */
export const socketPath = z
  .string()
  .refine((path) => path.startsWith('/') && !path.includes('\0') && Buffer.byteLength(path) <= 107)
  .describe('an absolute path of at most 107 bytes');

/** The name of a directory in the BPF file system, which does not allow dots. */
export const instanceName = text(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
  'a name of at most 32 letters, digits, - and _',
);

/** As the kernel's dev_valid_name: at most 15 bytes, no slash, colon or white space. */
export const interfaceName = text(
  /^(?!\.{1,2}$)[^\s/:]{1,15}$/,
  'the name of an interface, at most 15 characters',
);

/** Printed in tables and logs, so control characters are not allowed. */
export const label = text(/^[\x21-\x7e]{1,63}$/, 'a name of at most 63 printable characters without spaces');

function parsed<T>(parse: (text: string) => T): (text: string, ctx: z.RefinementCtx) => T {
  return (text, ctx) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      const [message = '', hint] = error.message.split('; ');
      return reject(ctx, message, hint?.replace(/^did you mean (.*)\?$/, 'write $1'));
    }
  };
}

/** ::ffff:0:0/96: an IPv4 address in a field for IPv6 addresses (RFC 4291 section 2.5.5.2). Never on the wire. */
function ipv4MappedOf(address: Address): Address | undefined {
  return address.family === 6 && address.bits >> 32n === 0xffffn
    ? { family: 4, bits: address.bits & 0xffff_ffffn }
    : undefined;
}

/** RFC 9300: an RLOC is an address of the underlay, to which other routers can send. */
export const rlocAddress: z.ZodType<Address, string> = z
  .string()
  .transform(parsed(parseAddress))
  .transform((address, ctx) => {
    const mapped = ipv4MappedOf(address);
    if (mapped)
      return reject(
        ctx,
        `${formatAddress(address)} is an IPv4-mapped IPv6 address`,
        `write ${formatAddress(mapped)}`,
      );
    return isRoutableUnicast(address)
      ? address
      : reject(ctx, `${formatAddress(address)} is not routable unicast`, 'name an address of the underlay');
  })
  .describe('an IPv4 or IPv6 address, such as 192.0.2.1');

export const eidPrefix: z.ZodType<Prefix, string> = z
  .string()
  .transform(parsed(parsePrefix))
  .transform((prefix, ctx) =>
    isMulticast(prefix.address)
      ? reject(ctx, `${formatPrefix(prefix)} is multicast`, 'name a prefix of hosts')
      : prefix,
  )
  .describe('an IPv4 or IPv6 prefix, such as 198.51.100.0/24');

export const instanceId = integer(0, MAX_INSTANCE_ID);

const UNIT_ms = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** '500ms', '20s', '15m', '24h', '7d' -> milliseconds. */
export function duration(min: string, max: string): z.ZodType<number, string> {
  const description = `a duration from ${min} to ${max}, such as 20s, 15m or 24h`;
  return z
    .string()
    .transform((text) => durationMs(text))
    .refine((ms) => ms !== undefined && ms >= (durationMs(min) ?? 0) && ms <= (durationMs(max) ?? 0))
    .transform((ms) => ms ?? 0)
    .describe(description);
}

function durationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_ms[unit as keyof typeof UNIT_ms];
}
