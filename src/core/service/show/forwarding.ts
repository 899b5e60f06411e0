// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, formatAddress } from '#addr/index.js';
import type { Xtr } from '#control/xtr.js';
import type { ForwardingState } from '#core/ports.js';
import type { ForwardingView } from '#core/service/views.js';
import { eidColumns } from './select.js';

/** The trie entry of `target`, with the control plane's knowledge of its first EID. */
export function forwardingView(state: ForwardingState, target: EidPrefix, xtr: Xtr): ForwardingView {
  const eid = { instanceId: target.instanceId, address: target.prefix.address };
  const statusBits = state.locators.reduce((bits, { up }, ordinal) => (up ? bits | (1 << ordinal) : bits), 0);
  return {
    ...eidColumns(state.eid),
    action: state.action,
    packets: state.traffic.packets,
    bytes: state.traffic.bytes,
    locatorStatusBits: statusBits >>> 0,
    localEid: state.action === 'local',
    configuredDynamicEid: xtr.dynamicPrefixOf(eid) !== undefined,
    detectedDynamicEid: xtr.dynamicEids.longestMatch(eid) !== undefined,
    nextHops: state.locators.map((locator) => ({
      ...locator,
      rloc: formatAddress(locator.rloc),
      source: formatAddress(locator.source),
    })),
  };
}
