// SPDX-License-Identifier: Apache-2.0
import { type Address, type Eid, hostEidPrefix, sameAddress } from '#addr/index.js';
import type { Counters } from '#control/contract/counters.js';
import type { Effect } from '#control/contract/effect.js';
import type { Punt } from '#control/contract/inputs.js';
import type { Database } from '#control/etr/database.js';
import type { LocalRlocs } from '#control/locators/local-rlocs.js';
import type { PathMtus } from '#control/locators/path-mtu.js';
import type { RlocReferences } from '#control/locators/rloc-references.js';
import { PROTOCOL_UDP, readIpHeader } from '#wire/ip/header.js';
import { type IcmpError, readIcmpError } from '#wire/ip/icmp.js';
import { DATA_PORT } from '#wire/messages.js';
import { WireError } from '#wire/wire-error.js';
import type { IcmpSender } from './icmp-sender.js';
import { packetOf } from './packet-of.js';

/** UDP ports are in the first bytes behind the IP header, which every router quotes. */
const QUOTED_PORT_BYTES = 4;
const UDP_HEADER_BYTES = 8;
const LISP_HEADER_BYTES = 8;
/** The header has an instance ID (RFC 9300 section 5.3). */
const LISP_FLAG_I = 0x08;
/** Lowest MTU of a link (RFC 791, RFC 8200 section 5): less is nobody's. */
const LEAST_MTU = { 4: 68, 6: 1280 } as const;
/** MTUs of links, for routers that do not say theirs (RFC 1191 section 7.1). */
const PLATEAUS = [65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68] as const;

export interface CoreIcmpContext {
  readonly local: LocalRlocs;
  readonly references: RlocReferences;
  readonly pathMtus: PathMtus;
  readonly database: Database;
  readonly icmp: IcmpSender;
  readonly counters: Counters;
}

/**
 * ICMP errors from the core about packets that we encapsulated (RFC 9300 section 7.2). Anybody can send one, so that it
 * is believed only if it quotes a packet that we can have sent: from the RLOC that the error comes to, to UDP 4341 of
 * an RLOC in use.
 */
export class CoreIcmp {
  readonly #context: CoreIcmpContext;

  constructor(context: CoreIcmpContext) {
    this.#context = context;
  }

  received({ frame }: Punt, now: number, out: Effect[]): void {
    const { counters, pathMtus } = this.#context;
    counters.add('coreIcmpIn');
    let error: IcmpError;
    let rloc: Address | undefined;
    try {
      error = readIcmpError(packetOf(frame));
      rloc = this.#quotedRloc(error);
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw thrown;
      counters.add('coreIcmpRejected');
      return;
    }
    if (rloc === undefined) {
      counters.add('coreIcmpRejected');
      return;
    }
    switch (error.problem.type) {
      case 'too-big': {
        const mtu_bytes = mtuOf(error.problem.mtu_bytes, error.quote);
        if (mtu_bytes === undefined) counters.add('coreIcmpRejected');
        else pathMtus.learn(rloc, mtu_bytes, error.from, now, out);
        break;
      }
      case 'ttl-expired':
        this.#relay(error, now, out);
        break;
      case 'unreachable':
        break;
    }
  }

  /** To the host whose packet it was, so that a traceroute shows the hop; if the router quotes enough of it. */
  #relay({ from, problem, quote }: IcmpError, now: number, out: Effect[]): void {
    const { icmp, database, counters } = this.#context;
    const inner = innerOf(quote);
    if (inner === undefined) counters.add('coreIcmpTooShort');
    else if (database.owner(hostEidPrefix(inner.source)) === undefined) counters.add('coreIcmpRejected');
    else icmp.relay(from, inner.source, inner.packet, problem, now, out);
  }

  /** The RLOC that the quoted packet was for; undefined: it is none of ours. @throws WireError */
  #quotedRloc({ to, quote }: IcmpError): Address | undefined {
    const { source, destination, protocol, headerBytes } = readIpHeader(quote);
    if (protocol !== PROTOCOL_UDP || quote.length < headerBytes + QUOTED_PORT_BYTES) return undefined;
    const port = new DataView(quote.buffer, quote.byteOffset, quote.byteLength).getUint16(headerBytes + 2);
    if (port !== DATA_PORT || !sameAddress(source, to) || !this.#context.local.has(source)) return undefined;
    return this.#context.references.has(destination) ? destination : undefined;
  }
}

/** The packet between EIDs in a quote, as far as it is there. Undefined: its header is not. */
function innerOf(quote: Uint8Array): { readonly packet: Uint8Array; readonly source: Eid } | undefined {
  const lisp = quote.subarray(readIpHeader(quote).headerBytes + UDP_HEADER_BYTES);
  const packet = lisp.subarray(LISP_HEADER_BYTES);
  const hasInstance = ((lisp[0] ?? 0) & LISP_FLAG_I) !== 0;
  try {
    const { source } = readIpHeader(packet);
    const instanceId = hasInstance ? new DataView(lisp.buffer, lisp.byteOffset).getUint32(4) >>> 8 : 0;
    return { packet, source: { instanceId, address: source } };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/**
 * What the router says, if it can be so: less than what did not fit. A router that does not say it (0) means the next
 * plateau below.
 */
function mtuOf(said_bytes: number, quote: Uint8Array): number | undefined {
  const { family, totalBytes } = readIpHeader(quote);
  const mtu_bytes =
    said_bytes === 0 && family === 4 ? PLATEAUS.find((plateau) => plateau < totalBytes) : said_bytes;
  if (mtu_bytes === undefined || mtu_bytes < LEAST_MTU[family] || mtu_bytes >= totalBytes) return undefined;
  return mtu_bytes;
}
