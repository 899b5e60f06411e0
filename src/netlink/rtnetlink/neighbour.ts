// SPDX-License-Identifier: Apache-2.0
// struct ndmsg and its attributes (linux/neighbour.h): the ARP and ND tables.
import { type Address, addressBytes } from '#addr/index.js';
import {
  addressAttribute,
  addressFamily,
  concatBytes,
  encodeAttributes,
  encodeU32,
  headerView,
  LITTLE_ENDIAN,
  parseAttributes,
} from './attributes.js';
import {
  AF_INET,
  AF_INET6,
  NDA_DST,
  NDA_FLAGS_EXT,
  NDA_LLADDR,
  NDA_PROTOCOL,
  NTF_PROXY,
  NUD_NOARP,
  NUD_NONE,
  NUD_PERMANENT,
} from './constants.js';

const NDMSG_BYTES = 12;

/** An entry of a neighbour table. */
export interface Neighbour {
  readonly ifindex: number;
  readonly address: Address;
  /** One of NUD_*. */
  readonly state: number;
  /** Link-layer address as hexadecimal digits; empty if not resolved. */
  readonly lladdr: string;
  /** One of RTPROT_*: who created the entry; 0 if unknown. */
  readonly protocol: number;
}

/** Whether the entry is configured, not learnt by ARP or ND. */
export function isConfigured({ state }: Neighbour): boolean {
  return (state & (NUD_PERMANENT | NUD_NOARP)) !== 0;
}

/** Decodes RTM_NEWNEIGH or RTM_DELNEIGH; undefined for bridge and proxy entries. @throws RtnetlinkFormatError */
export function decodeNeighbour(bytes: Uint8Array): Neighbour | undefined {
  const view = headerView('ndmsg', bytes, NDMSG_BYTES);
  const family = view.getUint8(0);
  if ((family !== AF_INET && family !== AF_INET6) || (view.getUint8(10) & NTF_PROXY) !== 0) return undefined;
  const attributes = parseAttributes(bytes, NDMSG_BYTES);
  const address = addressAttribute(attributes, NDA_DST, family);
  if (address === undefined) return undefined;
  return {
    ifindex: view.getInt32(4, LITTLE_ENDIAN),
    address,
    state: view.getUint16(8, LITTLE_ENDIAN),
    lladdr: Buffer.from(attributes.get(NDA_LLADDR) ?? []).toString('hex'),
    protocol: attributes.get(NDA_PROTOCOL)?.[0] ?? 0,
  };
}

/** A neighbour entry to write; `flags` NTF_*, `extendedFlags` NTF_EXT_*. */
export interface NeighbourRequest {
  readonly ifindex: number;
  readonly address: Address;
  readonly state?: number;
  readonly flags?: number;
  readonly extendedFlags?: number;
  readonly protocol?: number;
}

/** Payload of RTM_NEWNEIGH, RTM_DELNEIGH, and RTM_GETNEIGH for one entry. */
export function encodeNeighbour(request: NeighbourRequest): Uint8Array {
  const header = new Uint8Array(NDMSG_BYTES);
  const view = new DataView(header.buffer);
  view.setUint8(0, addressFamily(request.address));
  view.setInt32(4, request.ifindex, LITTLE_ENDIAN);
  view.setUint16(8, request.state ?? NUD_NONE, LITTLE_ENDIAN);
  view.setUint8(10, request.flags ?? 0);
  const attributes: [number, Uint8Array][] = [[NDA_DST, addressBytes(request.address)]];
  if (request.protocol) attributes.push([NDA_PROTOCOL, Uint8Array.of(request.protocol)]);
  if (request.extendedFlags) attributes.push([NDA_FLAGS_EXT, encodeU32(request.extendedFlags)]);
  return concatBytes(header, encodeAttributes(attributes));
}

/** Payload of an RTM_GETNEIGH for all entries. */
export function encodeNeighbourDump(): Uint8Array {
  return new Uint8Array(NDMSG_BYTES);
}
