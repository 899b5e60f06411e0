// SPDX-License-Identifier: Apache-2.0
import type { EventView } from '#core/service/views.js';

/**
 * An event in one line for the log, without time and node, which the log adds: 'map-reply-received 1.1.1.1/32 peer
 * 6.6.6.6'.
 */
export function eventText({ name, eid, peer, rlocs, nonce, detail }: EventView): string {
  return [
    name,
    ...(eid === undefined ? [] : [eid]),
    ...(peer === undefined ? [] : [`peer ${peer}`]),
    ...(rlocs === undefined ? [] : [`rlocs ${rlocs.length === 0 ? 'none' : rlocs.join(',')}`]),
    ...(nonce === undefined ? [] : [`nonce ${nonce}`]),
    ...(detail === undefined ? [] : [`(${detail})`]),
  ].join(' ');
}
