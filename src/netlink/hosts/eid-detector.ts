// SPDX-License-Identifier: Apache-2.0
// Detects dynamic EIDs in the kernel's neighbour and address tables. Pure: changes in, sightings out.
import { isDeepStrictEqual } from 'node:util';
import {
  type Address,
  ADDRESS_BITS,
  type Eid,
  formatAddress,
  type InstanceId,
  isRoutableUnicast,
} from '#addr/index.js';
import type { EidSighting, OwnAddress } from '#control/contract/inputs.js';
import type { KernelChange, Snapshot } from '#netlink/monitor/monitor-messages.js';
import type { LocalAddress } from '#netlink/rtnetlink/address.js';
import {
  NUD_DELAY,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
} from '#netlink/rtnetlink/constants.js';
import { isConfigured, type Neighbour } from '#netlink/rtnetlink/neighbour.js';

/** Size of the neighbour table here. The limit of the kernel (gc_thresh3) is 1,024 by default. */
export const MAX_NEIGHBOURS = 65_536;

export interface EidInterface {
  readonly name: string;
  readonly ifindex: number;
  readonly instanceId: InstanceId;
}

export interface EidDetectorListener {
  sighted(sighting: EidSighting): void;
  lost(sighting: EidSighting): void;
  /** All gateway addresses, after a change. */
  gateways(addresses: readonly OwnAddress[]): void;
  /** These hosts may have left. The listener should probe them; hosts that answer are sighted. */
  doubtful(neighbours: readonly Neighbour[]): void;
}

/** States of entries that the kernel would send packets to. */
const NUD_USABLE = NUD_REACHABLE | NUD_PERMANENT | NUD_STALE | NUD_DELAY | NUD_PROBE;

export class EidDetector {
  readonly counts = { eidsSighted: 0, localEidsLost: 0, neighboursFull: 0 };
  readonly #listener: EidDetectorListener;
  #interfaces: ReadonlyMap<number, EidInterface> = new Map();
  #neighbours = new Map<string, Neighbour>();
  /** Addresses of all interfaces. A neighbour with one of them is this router itself, or an impostor. */
  #addresses = new Map<string, LocalAddress>();
  #own = new Map<string, number>();
  /** As last reported. */
  #gateways: readonly OwnAddress[] = [];

  constructor(listener: EidDetectorListener) {
    this.#listener = listener;
  }

  /** Replaces the interfaces. A snapshot with their neighbours must follow. */
  watch(interfaces: readonly EidInterface[]): void {
    const before = this.#localEids();
    const next = new Map(interfaces.map((each) => [each.ifindex, each]));
    const stays = ({ ifindex }: LocalAddress): boolean => next.has(ifindex);
    for (const address of before) if (!stays(address)) this.#lose(address); // before its instance is unknown
    this.#interfaces = next;
    const after = this.#localEids();
    for (const address of after) if (!before.includes(address)) this.#sightAddress(address);
    this.#gatewaysMayHaveChanged();
  }

  /** Replaces the contents of the tables, and reports the differences. */
  snapshot({ addresses, neighbours }: Snapshot): void {
    const present = new Set(addresses.filter(({ usable }) => usable).map(addressKey));
    for (const [key, address] of this.#addresses) if (!present.has(key)) this.#removeAddress(address);
    for (const address of addresses) this.#setAddress(address);
    this.#gatewaysMayHaveChanged();
    const before = this.#neighbours;
    this.#neighbours = new Map();
    const doubtful: Neighbour[] = [];
    for (const neighbour of neighbours) {
      const known = before.get(neighbourKey(neighbour));
      this.#store(neighbour);
      if (isConfirmed(neighbour)) {
        if (known?.state !== neighbour.state || known.lladdr !== neighbour.lladdr)
          this.#sightNeighbour(neighbour);
      } else if ((neighbour.state & NUD_USABLE) !== 0 && this.#isHost(neighbour)) {
        // A stale entry tells where a host was. It may have moved while no agent was running.
        doubtful.push(neighbour);
      }
    }
    if (doubtful.length > 0) this.#listener.doubtful(doubtful);
  }

  change(change: KernelChange): void {
    if (change.type === 'address') {
      if (change.removed) this.#removeAddress(change.address);
      else this.#setAddress(change.address);
      this.#gatewaysMayHaveChanged();
    } else if (change.type === 'neighbour') {
      if (change.removed) this.#neighbours.delete(neighbourKey(change.neighbour));
      else this.#neighbourChanged(change.neighbour);
    }
  }

  /** Addresses of EID-facing interfaces that are not EIDs: packets to them are for this router. */
  get gateways(): readonly OwnAddress[] {
    return this.#gateways;
  }

  /** Reports all EIDs that are present, for a listener that was added later. */
  repeat(): void {
    for (const address of this.#localEids()) this.#sightAddress(address);
    for (const neighbour of this.#neighbours.values())
      if (isConfirmed(neighbour)) this.#sightNeighbour(neighbour);
  }

  /** Reports this neighbour if it is a configured entry, which the kernel does not probe. */
  sightConfigured(neighbour: Pick<Neighbour, 'ifindex' | 'address'>): void {
    const known = this.#neighbours.get(neighbourKey(neighbour));
    if (known !== undefined && isConfigured(known)) this.#sightNeighbour(known);
  }

  #neighbourChanged(neighbour: Neighbour): void {
    const before = this.#neighbours.get(neighbourKey(neighbour));
    const stored = this.#store(neighbour);
    if (isSignOfLife(before, neighbour, stored)) this.#sightNeighbour(neighbour);
  }

  /** @returns false if the table is full */
  #store(neighbour: Neighbour): boolean {
    const key = neighbourKey(neighbour);
    if (this.#neighbours.size >= MAX_NEIGHBOURS && !this.#neighbours.has(key)) {
      this.counts.neighboursFull++;
      return false;
    }
    this.#neighbours.set(key, neighbour);
    return true;
  }

  #isHost({ ifindex, address }: Neighbour): boolean {
    return (
      this.#interfaces.has(ifindex) && isRoutableUnicast(address) && !this.#own.has(formatAddress(address))
    );
  }

  #sightNeighbour(neighbour: Neighbour): void {
    if (!this.#isHost(neighbour)) return;
    this.counts.eidsSighted++;
    this.#listener.sighted(this.#sighting(neighbour.ifindex, neighbour.address, 'ARP/ND'));
  }

  #setAddress(address: LocalAddress): void {
    const key = addressKey(address);
    if (!address.usable) return this.#removeAddress(address);
    if (this.#addresses.has(key)) return;
    this.#addresses.set(key, address);
    const text = formatAddress(address.address);
    this.#own.set(text, (this.#own.get(text) ?? 0) + 1);
    if (this.#isEid(address)) this.#sightAddress(address);
  }

  #sightAddress({ ifindex, address }: LocalAddress): void {
    this.counts.eidsSighted++;
    this.#listener.sighted(this.#sighting(ifindex, address, 'Local Address'));
  }

  #removeAddress(address: LocalAddress): void {
    if (!this.#addresses.delete(addressKey(address))) return;
    const text = formatAddress(address.address);
    const others = (this.#own.get(text) ?? 0) - 1;
    if (others > 0) this.#own.set(text, others);
    else this.#own.delete(text);
    if (this.#isEid(address)) this.#lose(address);
  }

  #lose({ ifindex, address }: LocalAddress): void {
    this.counts.localEidsLost++;
    this.#listener.lost(this.#sighting(ifindex, address, 'Local Address'));
  }

  #localEids(): LocalAddress[] {
    return [...this.#addresses.values()].filter((address) => this.#isEid(address));
  }

  /**
   * A /32 or /128 on an EID-facing interface is an EID. An address with a shorter prefix is the gateway of a subnet.
   * All xTRs that serve the subnet have it, so it must not be registered.
   */
  #isEid({ ifindex, address, prefixLength }: LocalAddress): boolean {
    return (
      this.#interfaces.has(ifindex) &&
      prefixLength === ADDRESS_BITS[address.family] &&
      isRoutableUnicast(address)
    );
  }

  #gatewaysMayHaveChanged(): void {
    const gateways = [...this.#addresses.values()]
      .filter((each) => this.#interfaces.has(each.ifindex) && !this.#isEid(each))
      .filter(({ address }) => isRoutableUnicast(address))
      .map(({ ifindex, address }) => ({ eid: this.#eid(ifindex, address), ifindex }));
    if (isDeepStrictEqual(gateways, this.#gateways)) return;
    this.#gateways = gateways;
    this.#listener.gateways(gateways);
  }

  #eid(ifindex: number, address: Address): Eid {
    return { instanceId: this.#interfaces.get(ifindex)?.instanceId ?? 0, address };
  }

  #sighting(ifindex: number, address: Address, discovery: EidSighting['discovery']): EidSighting {
    return { eid: this.#eid(ifindex, address), ifindex, discovery };
  }
}

function isConfirmed(neighbour: Neighbour): boolean {
  return (neighbour.state & (NUD_REACHABLE | NUD_PERMANENT)) !== 0;
}

/**
 * Whether this change of a neighbour entry proves that the host is present. An entry becomes reachable when the host
 * answers. It appears as stale, or with a new link-layer address, when the host sends a request or announces itself. An
 * entry that only ages (reachable to stale, stale to delay to probe) proves nothing: the host may have left.
 * @param stored whether the table had room for the entry
 */
function isSignOfLife(before: Neighbour | undefined, after: Neighbour, stored: boolean): boolean {
  if (isConfirmed(after)) return true;
  if (after.state !== NUD_STALE) return false;
  if (before === undefined) return stored;
  return (before.state & NUD_USABLE) === 0 || before.lladdr !== after.lladdr;
}

function neighbourKey({ ifindex, address }: Pick<Neighbour, 'ifindex' | 'address'>): string {
  return `${ifindex} ${formatAddress(address)}`;
}

function addressKey({ ifindex, address, prefixLength }: LocalAddress): string {
  return `${ifindex} ${formatAddress(address)}/${prefixLength}`;
}
