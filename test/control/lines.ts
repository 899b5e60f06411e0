// SPDX-License-Identifier: Apache-2.0
// Formats effects as log lines.
import { formatAddress, formatEidPrefix } from '#addr/index.js';
import { formatEid } from '#test/helpers/eid.js';
import type { Effect } from '#control/contract/effect.js';
import type { Forwarding, ForwardingLocator, LocalEid } from '#control/contract/forwarding.js';
import { type ControlMessage, decodeMessage, type EidRecord } from '#wire/index.js';

export function innermost(message: ControlMessage): ControlMessage {
  return message.type === 'encapsulated-control' ? decodeMessage(message.payload) : message;
}

/** One effect, one line. */
export function line(effect: Effect): string {
  switch (effect.type) {
    case 'send': {
      const from = effect.from === undefined ? '*' : formatAddress(effect.from);
      return `${from} > ${formatAddress(effect.to)}:${effect.toPort} ${describe(effect.message)}`;
    }
    case 'map-cache-set':
      return `map-cache ${formatEidPrefix(effect.eid)} ${describeForwarding(effect.forwarding)}`;
    case 'map-cache-delete':
      return `map-cache ${formatEidPrefix(effect.eid)} deleted`;
    case 'local-eid-set':
      return `local-eid ${formatEidPrefix(effect.eid)} ${describeLocalEid(effect.entry)}`;
    case 'local-eid-delete':
      return `local-eid ${formatEidPrefix(effect.eid)} deleted`;
    case 'rloc-state':
      return `rloc ${formatAddress(effect.rloc)} ${effect.up ? 'up' : 'down'}`;
    case 'rloc-mtu':
      return `rloc ${formatAddress(effect.rloc)} mtu ${effect.mtu_bytes ?? 'of the link'}`;
    case 'originate':
      return `originate ${effect.ifindex} ${effect.packets.map(({ length }) => length).join(' ')}`;
    case 'check-traffic':
      return `check-traffic ${formatEidPrefix(effect.eid)}`;
    case 'probe-host': {
      const why = effect.afterMove === true ? ' after a move' : '';
      return `probe-host ${formatEid(effect.eid)} ${effect.ifindex}${why}`;
    }
    case 'host-route-add':
    case 'host-route-delete':
      return `${effect.type} ${formatEid(effect.eid)} ${effect.ifindex}`;
    case 'inject':
      return `inject ${effect.frames.map(({ frame }) => String(frame[0] ?? '')).join(' ')}`;
    case 'keep-neighbours':
      return `keep-neighbours ${effect.rlocs.map(formatAddress).sort().join(' ')}`;
    case 'event':
      return `event ${effect.event.name}`;
    case 'cleared':
      return `cleared ${effect.token}: ${effect.count}`;
    case 'keep-nonces':
      return `keep-nonces ${effect.nonces.map(({ etr, nonce }) => `${etr} ${nonce}`).join(', ')}`;
    case 'lookup-result': {
      const { outcome, attempts, rtt_ms, from } = effect.result;
      const source = from === undefined ? '' : ` from ${formatAddress(from)}`;
      return `lookup ${effect.token} ${outcome}${source}, ${attempts} attempts, ${rtt_ms} ms`;
    }
  }
}

export function describe(message: ControlMessage): string {
  switch (message.type) {
    case 'encapsulated-control':
      return `ECM(${formatAddress(message.innerSource)} > ${formatAddress(message.innerDestination)}) ${describe(innermost(message))}`;
    case 'map-request': {
      const bits = [
        message.probe && 'P',
        message.smr && 'S',
        message.smrInvoked && 's',
        message.dontMapReply && 'D',
      ];
      const flags = bits.filter(Boolean).join('');
      const source = message.sourceEid === undefined ? '-' : formatEid(message.sourceEid);
      const itrs = message.itrRlocs.map((itr) => (itr === undefined ? '-' : formatAddress(itr)));
      return `map-request${flags && ` ${flags}`} ${source} asks ${message.records.map(formatEidPrefix).join(' ')} reply to ${itrs.join(' ')}`;
    }
    case 'map-reply':
      return `map-reply${message.probe ? ' P' : ''} ${message.records.map(describeRecord).join(', ')}`;
    case 'map-register':
    case 'map-notify':
    case 'map-notify-ack':
      return `${message.type} ${message.records.map(describeRecord).join(', ')}`;
  }
}

function describeRecord(one: EidRecord): string {
  const locators = one.locators.map(
    ({ rloc: address, probed }) => formatAddress(address) + (probed ? '(p)' : ''),
  );
  const ttl = one.ttl_min === 1440 ? '' : ` ttl ${one.ttl_min}`;
  const action = one.action === 0 ? '' : ` act ${one.action}`;
  return `${formatEidPrefix(one.eid)}=${locators.join('+') || 'none'}${ttl}${action}`;
}

export function describeForwarding(forwarding: Forwarding): string {
  return forwarding.action === 'encapsulate'
    ? `-> ${describeLocators(forwarding.locators)}`
    : forwarding.action;
}

export function describeLocalEid(entry: LocalEid): string {
  if (entry.kind === 'away') return `away -> ${describeLocators(entry.locators)}`;
  if (entry.kind === 'dynamic') return 'dynamic';
  return entry.dynamic ? `local on ${entry.ifindex}` : 'local';
}

function describeLocators(locators: readonly ForwardingLocator[]): string {
  return locators.map((one) => formatAddress(one.rloc) + (one.usable ? '' : '(unusable)')).join('+');
}
