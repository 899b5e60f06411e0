// SPDX-License-Identifier: Apache-2.0
// IOS: show lisp service statistics, with its labels where it has them
import type { StatisticsView } from '#api/protocol.js';
import { labelled } from './columns.js';

/** A line: its text with its indentation, and the counters whose values it shows, with / between them. */
type Line = readonly [label: string, ...counters: string[]];

export const CONTROL_LINES: readonly Line[] = [
  ['Control Packets:'],
  ['  Map-Requests in/out:', 'mapRequestsIn', 'mapRequestsOut'],
  ['    Encapsulated Map-Requests in/out:', 'encapsulatedMapRequestsIn', 'encapsulatedMapRequestsOut'],
  ['    RLOC-probe Map-Requests in:', 'probeMapRequestsIn'],
  ['    SMR-based Map-Requests in/out:', 'smrIn', 'smrOut'],
  ['    SMR-invoked Map-Requests out:', 'smrInvokedMapRequestsOut'],
  ['    SMRs ignored/suppressed:', 'smrIgnored', 'smrSuppressed'],
  ['    Map-Requests expired no-reply:', 'mapRequestsExpired'],
  ['    Map-Server Map-Requests forwarded:', 'mapRequestsForwarded'],
  ['    Map-Requests dropped:', 'mapRequestsDropped'],
  ['  Map-Reply records in/out:', 'mapReplyRecordsIn', 'mapReplyRecordsOut'],
  ['    Negative records in/out:', 'negativeMapReplyRecordsIn', 'negativeMapReplyRecordsOut'],
  ['    Map-Server Proxy-Reply records out:', 'proxyMapReplyRecordsOut'],
  ['    Map-Replies unsolicited/rejected:', 'mapRepliesUnsolicited', 'mapRepliesRejected'],
  ['    Map-Replies rate-limited:', 'mapRepliesRateLimited'],
  ['  Map-Register records in/out:', 'mapRegisterRecordsIn', 'mapRegisterRecordsOut'],
  ['    Map-Registers retransmitted:', 'mapRegistersRetransmitted'],
  ['    Map-Registers rejected/replayed:', 'mapRegistersRejected', 'mapRegistersReplayed'],
  ['  Map-Notify records in/out:', 'mapNotifyRecordsIn', 'mapNotifyRecordsOut'],
  ['    Map-Notifies retransmitted/abandoned:', 'mapNotifiesRetransmitted', 'mapNotifiesAbandoned'],
  ['    Map-Notify-Acks in/out:', 'mapNotifyAcksIn', 'mapNotifyAcksOut'],
  ['Errors:'],
  ['  Authentication failures:', 'authenticationFailures'],
  ['  LISP control packet format errors:', 'malformedMessages'],
  ['  LISP control packets for no role of this node:', 'unexpectedMessages'],
  ['  Control packets that could not be built:', 'messagesUnsendable'],
  ['Cache Related:'],
  ['  Cache entries created/deleted:', 'mapCacheEntriesCreated', 'mapCacheEntriesDeleted'],
  ['  Number of rejected EID-prefixes due to limit:', 'mapCacheFull'],
  ['Limits reached:'],
  ['  Dynamic EIDs:', 'dynamicEidsFull'],
  ['  Pending Map-Requests:', 'pendingMapRequestsFull'],
  ['  Registrations:', 'registrationsFull'],
  ['  Pending Map-Notifies:', 'pendingNotifiesFull'],
  ['  Tries of the data path:', 'trieFull'],
  ['Forwarding:'],
  ['  Number of data signals processed:', 'puntsIn'],
  ['  Packets held/released/dropped:', 'packetsHeld', 'packetsReleased', 'packetsHeldDropped'],
  ['ICMP and fragments:'],
  ['  ICMP errors out:', 'icmpErrorsOut'],
  ['    Rate-limited/without a source address:', 'icmpErrorsRateLimited', 'icmpErrorsWithoutSource'],
  ['  ICMP errors of the core in:', 'coreIcmpIn'],
  ['    Rejected/too short:', 'coreIcmpRejected', 'coreIcmpTooShort'],
  ['  Packets fragmented/fragments out:', 'packetsFragmented', 'fragmentsOut'],
  ['    Not fragmented/refused:', 'packetsNotFragmented', 'fragmentationRefused'],
];

const COLUMN = 52;

/** Counters without a label follow under their own name, so that none is missing. */
export function formatStatistics({ control, dataPath, punts, adapters }: StatisticsView): string {
  const shown = new Set(CONTROL_LINES.flatMap(([, ...names]) => names));
  const others = Object.entries(control).filter(([name]) => !shown.has(name));
  const lines = [
    'LISP EID Statistics for all EID instances - last cleared: never',
    ...CONTROL_LINES.map(([label, ...names]) =>
      labelled(label, names.map((name) => control[name] ?? 0).join('/'), COLUMN),
    ),
    ...section('Other:', others),
    ...section('Data path packets/bytes:', trafficRows(dataPath)),
    ...section('Punts packets/bytes:', trafficRows(punts)),
    ...Object.entries(adapters).flatMap(([adapter, counters]) =>
      section(`${adapter}:`, Object.entries(counters)),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function trafficRows(traffic: StatisticsView['dataPath']): [name: string, value: string][] {
  return Object.entries(traffic).map(([name, { packets, bytes }]) => [name, `${packets}/${bytes}`]);
}

function section(title: string, rows: readonly (readonly [string, string | number])[]): string[] {
  if (rows.length === 0) return [];
  return [title, ...rows.map(([name, value]) => labelled(`  ${name}:`, String(value), COLUMN))];
}
