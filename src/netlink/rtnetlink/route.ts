// SPDX-License-Identifier: Apache-2.0
// struct rtmsg and its attributes (linux/rtnetlink.h).
import { type Address, ADDRESS_BITS, addressBytes, type Prefix } from '#addr/index.js';
import {
  addressAttribute,
  addressFamily,
  type Attributes,
  concatBytes,
  encodeAttributes,
  encodeU32,
  headerView,
  LITTLE_ENDIAN,
  parseAttributes,
  parseRtAddress,
  RtnetlinkFormatError,
  u32Attribute,
} from './attributes.js';
import {
  AF_INET,
  AF_INET6,
  RT_TABLE_MAIN,
  RTA_DST,
  RTA_GATEWAY,
  RTA_METRICS,
  RTA_MULTIPATH,
  RTA_OIF,
  RTA_PRIORITY,
  RTA_TABLE,
  RTA_VIA,
  RTAX_MTU,
  RTM_F_FIB_MATCH,
  RTN_UNICAST,
} from './constants.js';

const RTMSG_BYTES = 12;
const RTNEXTHOP_BYTES = 8;

export interface RouteNextHop {
  readonly ifindex: number;
  /** Undefined: on-link. */
  readonly gateway: Address | undefined;
}

export interface Route {
  readonly prefix: Prefix;
  readonly table: number;
  /** One of RTPROT_*: who installed it. */
  readonly protocol: number;
  /** One of RTN_*. */
  readonly type: number;
  readonly metric: number;
  /** Undefined: that of the interface. */
  readonly mtu_bytes?: number;
  readonly nextHops: readonly RouteNextHop[];
}

/** Decodes RTM_NEWROUTE or RTM_DELROUTE; undefined for other families. @throws RtnetlinkFormatError */
export function decodeRoute(bytes: Uint8Array): Route | undefined {
  const view = headerView('rtmsg', bytes, RTMSG_BYTES);
  const family = view.getUint8(0);
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const attributes = parseAttributes(bytes, RTMSG_BYTES);
  const anyAddress: Address = { family: family === AF_INET ? 4 : 6, bits: 0n };
  return {
    prefix: {
      address: addressAttribute(attributes, RTA_DST, family) ?? anyAddress,
      length: view.getUint8(1),
    },
    table: u32Attribute(attributes, RTA_TABLE) ?? view.getUint8(4),
    protocol: view.getUint8(5),
    type: view.getUint8(7),
    metric: u32Attribute(attributes, RTA_PRIORITY) ?? 0,
    ...mtuOf(attributes),
    nextHops: nextHopsOf(attributes, family),
  };
}

function mtuOf(attributes: Attributes): Pick<Route, 'mtu_bytes'> {
  const metrics = attributes.get(RTA_METRICS);
  const mtu_bytes = metrics && u32Attribute(parseAttributes(metrics), RTAX_MTU);
  return mtu_bytes === undefined ? {} : { mtu_bytes };
}

function nextHopsOf(attributes: Attributes, family: number): RouteNextHop[] {
  const multipath = attributes.get(RTA_MULTIPATH);
  if (multipath !== undefined) return multipathNextHops(multipath, family);
  const ifindex = u32Attribute(attributes, RTA_OIF);
  return ifindex === undefined ? [] : [{ ifindex, gateway: gatewayOf(attributes, family) }];
}

/** RTA_VIA is a gateway of another family: an IPv4 route through an IPv6 neighbour (RFC 8950). */
function gatewayOf(attributes: Attributes, family: number): Address | undefined {
  const via = attributes.get(RTA_VIA);
  if (via === undefined) return addressAttribute(attributes, RTA_GATEWAY, family);
  const viaFamily = headerView('rtvia', via, 2).getUint16(0, LITTLE_ENDIAN);
  return parseRtAddress(via.subarray(2), viaFamily);
}

function multipathNextHops(bytes: Uint8Array, family: number): RouteNextHop[] {
  const nextHops: RouteNextHop[] = [];
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    const view = headerView('rtnexthop', rest, RTNEXTHOP_BYTES);
    const length = view.getUint16(0, LITTLE_ENDIAN);
    if (length < RTNEXTHOP_BYTES || length > rest.length)
      throw new RtnetlinkFormatError(
        `rtnexthop at offset ${at} says ${length} bytes, ${rest.length} are left`,
      );
    const attributes = parseAttributes(rest.subarray(RTNEXTHOP_BYTES, length));
    nextHops.push({ ifindex: view.getInt32(4, LITTLE_ENDIAN), gateway: gatewayOf(attributes, family) });
    at += (length + 3) & ~3;
  }
  return nextHops;
}

/** A route through one interface without a gateway, in the main table. */
export interface InterfaceRoute {
  readonly prefix: Prefix;
  readonly ifindex: number;
  readonly protocol: number;
  readonly scope: number;
  readonly metric: number;
}

/** Payload of RTM_NEWROUTE and RTM_DELROUTE. */
export function encodeInterfaceRoute(route: InterfaceRoute): Uint8Array {
  const header = routeHeader(route.prefix.address, route.prefix.length);
  header.set([RT_TABLE_MAIN, route.protocol, route.scope, RTN_UNICAST], 4);
  return concatBytes(
    header,
    encodeAttributes([
      [RTA_DST, addressBytes(route.prefix.address)],
      [RTA_OIF, encodeU32(route.ifindex)],
      [RTA_PRIORITY, encodeU32(route.metric)],
    ]),
  );
}

/** Payload of an RTM_GETROUTE for the route of packets to `destination`, with all its next hops. */
export function encodeRouteLookup(destination: Address): Uint8Array {
  const header = routeHeader(destination, ADDRESS_BITS[destination.family]);
  new DataView(header.buffer).setUint32(8, RTM_F_FIB_MATCH, LITTLE_ENDIAN);
  return concatBytes(header, encodeAttributes([[RTA_DST, addressBytes(destination)]]));
}

/** Payload of an RTM_GETROUTE for all routes of all families. */
export function encodeRouteDump(): Uint8Array {
  return new Uint8Array(RTMSG_BYTES);
}

function routeHeader(destination: Address, length: number): Uint8Array {
  const header = new Uint8Array(RTMSG_BYTES);
  header[0] = addressFamily(destination);
  header[1] = length;
  return header;
}
