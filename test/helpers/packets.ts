// SPDX-License-Identifier: Apache-2.0
// Builds frames from the Ethernet header on. Written from the RFCs and independent of src, so that errors there are
// found. Missing `fields` get a valid value, given ones are used unchanged.

export interface IpFields {
  readonly source: string;
  readonly destination: string;
  readonly ttl?: number;
  /** DSCP and ECN. */
  readonly tos?: number;
  readonly protocol?: number;
  /** IPv4 only. */
  readonly id?: number;
  readonly flagsAndOffset?: number;
  readonly options?: Uint8Array;
  readonly checksum?: number;
  /** IPv6 only. */
  readonly flowLabel?: number;
  /** Total length of IPv4, payload length of IPv6. */
  readonly length?: number;
}

export const UDP = 17;
export const TCP = 6;
export const SCTP = 132;
export const ICMP = 1;
export const ICMPV6 = 58;
export const DONT_FRAGMENT = 0x4000;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/[\s:]/g, ''), 'hex'));
}

/** IPv4 or IPv6 text to 4 or 16 bytes. No embedded IPv4. */
export function address(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.'), Number);
  const [head = '', tail = ''] = text.split('::');
  const groups = (side: string) => (side === '' ? [] : side.split(':').map((group) => parseInt(group, 16)));
  const zeros = text.includes('::') ? 8 - groups(head).length - groups(tail).length : 0;
  const words = [...groups(head), ...new Array<number>(zeros).fill(0), ...groups(tail)];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

export function u16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]));
}

/** RFC 1071; 0 for bytes that contain their own right checksum. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export function ipv4(fields: IpFields, payload: Uint8Array): Uint8Array {
  const options = fields.options ?? new Uint8Array();
  const headerLength = 20 + options.length;
  const header = concat(
    Uint8Array.of(0x40 | (headerLength / 4), fields.tos ?? 0),
    u16(fields.length ?? headerLength + payload.length, fields.id ?? 0, fields.flagsAndOffset ?? 0),
    Uint8Array.of(fields.ttl ?? 64, fields.protocol ?? UDP, 0, 0),
    address(fields.source),
    address(fields.destination),
    options,
  );
  header.set(u16(fields.checksum ?? checksum(header)), 10);
  return concat(header, payload);
}

export function ipv6(fields: IpFields, payload: Uint8Array): Uint8Array {
  const tos = fields.tos ?? 0;
  const flowLabel = fields.flowLabel ?? 0;
  return concat(
    Uint8Array.of(0x60 | (tos >> 4), ((tos & 0xf) << 4) | (flowLabel >> 16)),
    u16(flowLabel, fields.length ?? payload.length),
    Uint8Array.of(fields.protocol ?? UDP, fields.ttl ?? 64),
    address(fields.source),
    address(fields.destination),
    payload,
  );
}

/** An IP packet of the family of its source. */
export function ip(fields: IpFields, payload: Uint8Array): Uint8Array {
  return fields.source.includes(':') ? ipv6(fields, payload) : ipv4(fields, payload);
}

/** Also for TCP and SCTP, whose ports are at the same place. Without `check` the checksum is 0. */
export function udp(
  source: number,
  destination: number,
  payload: Uint8Array,
  fields: { readonly length?: number; readonly check?: number } = {},
): Uint8Array {
  return concat(u16(source, destination, fields.length ?? 8 + payload.length, fields.check ?? 0), payload);
}

export interface LispFields {
  /** N 0x80, L 0x40, E 0x20, V 0x10, I 0x08, R 0x04, KK 0x03. */
  readonly flags?: number;
  readonly nonce?: number;
  /** Instance ID and locator status bits. */
  readonly second?: number;
}

export function lisp(fields: LispFields, inner: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(8));
  header.setUint32(0, (((fields.flags ?? 0) << 24) | (fields.nonce ?? 0)) >>> 0);
  header.setUint32(4, fields.second ?? 0);
  return concat(new Uint8Array(header.buffer), inner);
}

/** The default type is that of the packet's IP version. */
export function ethernet(to: string, from: string, packet: Uint8Array, type?: number): Uint8Array {
  const version = (packet[0] ?? 0) >> 4;
  return concat(hex(to), hex(from), u16(type ?? (version === 6 ? 0x86dd : 0x0800)), packet);
}
