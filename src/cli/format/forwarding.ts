// SPDX-License-Identifier: Apache-2.0
// IOS: show ip cef EID detail; the list has no counterpart in IOS
import type { ForwardingView } from '#api/protocol.js';
import { columns } from './columns.js';
import { eidTables, joinTables } from './eid-tables.js';

type NextHop = ForwardingView['nextHops'][number];

/** The action of the trie as IOS names it. */
const FORWARD_ACTION = {
  encapsulate: 'encap',
  drop: 'drop',
  'forward-native': 'native',
  'send-map-request': 'signal',
  local: 'local',
} as const;

export function formatForwarding(entries: readonly ForwardingView[], instanceId?: number): string {
  const layout = ['Prefix', 'Action', 'Packets', 'Bytes', 'Next Hop'].map((title) => ({ header: [title] }));
  return joinTables(
    eidTables(entries, instanceId).map((table) => {
      const rows = table.rows.map(({ eid, action, packets, bytes, nextHops }) => [
        eid,
        FORWARD_ACTION[action],
        String(packets),
        String(bytes),
        usable(nextHops)
          .map(({ rloc }) => rloc)
          .join(' ') || '-',
      ]);
      const title = `LISP ${table.family} forwarding for IID ${table.instanceId}, ${table.rows.length} entries`;
      return { instanceId: table.instanceId, text: `${[title, '', ...columns(layout, rows)].join('\n')}\n` };
    }),
  );
}

/** The entry of the kernel's trie as CEF prints it. */
export function formatForwardingDetail(entries: readonly ForwardingView[]): string {
  return `${entries.flatMap(entryLines).join('\n')}\n`;
}

function entryLines(entry: ForwardingView): string[] {
  const { eid, instanceId, nextHops } = entry;
  const lisp = instanceId === 0 ? 'LISP0' : `LISP0.${instanceId}`;
  return [
    instanceId === 0 ? eid : `${eid}, IID ${instanceId}`,
    ...(entry.action === 'local' ? ['  SC owned,sourced: LISP local EID'] : remoteLines(entry)),
    ...(entry.configuredDynamicEid ? ['  SC inherited: LISP cfg dyn-EID - LISP configured dynamic-EID'] : []),
    `  LISP EID attributes: localEID ${yes(entry.localEid)}, c-dynEID ${yes(entry.configuredDynamicEid)}, ` +
      `d-dynEID ${yes(entry.detectedDynamicEid)}`,
    ...(nextHops.length === 0
      ? []
      : ['  LISP source path list', ...nextHops.map((hop) => pathLine(hop, lisp))]),
    ...usable(nextHops).map(({ rloc }) => `  nexthop ${rloc} ${lisp}`),
  ];
}

function remoteLines({
  action,
  packets,
  bytes,
  locatorStatusBits,
  configuredDynamicEid,
  nextHops,
}: ForwardingView): string[] {
  const bits = `0x${locatorStatusBits.toString(16).toUpperCase().padStart(8, '0')}`;
  const need = configuredDynamicEid && action === 'encapsulate' ? ', dynamic EID need encap' : '';
  return [
    // An entry without locators has no status bits, and IOS prints none.
    ...(nextHops.length === 0 ? [] : [`  SC owned,sourced: LISP remote EID - locator status bits ${bits}`]),
    `  LISP remote EID: ${packets} packets ${bytes} bytes fwd action ${FORWARD_ACTION[action]}${need}`,
  ];
}

function pathLine(hop: NextHop, lisp: string): string {
  const { rloc, source, up, priority, weight, share, pathMtu_bytes } = hop;
  const part = `${Math.round(share * 100)}%`;
  const mtu = pathMtu_bytes === undefined ? '' : `, path MTU ${pathMtu_bytes}`;
  return `    nexthop ${rloc} ${lisp} (source ${source}, ${up ? 'up' : 'down'}, pri/wgt ${priority}/${weight}, share ${part}${mtu})`;
}

/** The next hops that packets are sent to now. */
function usable(nextHops: readonly NextHop[]): readonly NextHop[] {
  return nextHops.filter(({ up, share }) => up && share > 0);
}

function yes(fact: boolean): string {
  return fact ? 'Yes' : 'No';
}
