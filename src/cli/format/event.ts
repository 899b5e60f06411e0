// SPDX-License-Identifier: Apache-2.0
import type { EventView } from '#api/protocol.js';

/** Widths that align the columns of one node. A longer text moves the rest of its line. */
const NODE_WIDTH = 6;
const NAME_WIDTH = 28;
const EID_WIDTH = 18;

/** One line: UTC time with milliseconds, node, name, EID, and what else the event is about. */
export function formatEvent({ time_ms, node, name, eid, peer, rlocs, nonce, detail }: EventView): string {
  const about = [
    ...(peer === undefined ? [] : [`peer ${peer}`]),
    ...(rlocs === undefined ? [] : [`rlocs ${rlocs.length === 0 ? 'none' : rlocs.join(',')}`]),
    ...(nonce === undefined ? [] : [`nonce ${nonce}`]),
    ...(detail === undefined ? [] : [`(${detail})`]),
  ].join(' ');
  const time = new Date(Math.floor(time_ms)).toISOString();
  const start = [node.padEnd(NODE_WIDTH), name.padEnd(NAME_WIDTH), (eid ?? '-').padEnd(EID_WIDTH)].join(' ');
  return `${time} ${start} ${about}`.trimEnd();
}
