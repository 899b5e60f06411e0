// SPDX-License-Identifier: Apache-2.0
// What a router counted over a phase, from two answers of `show statistics`. Pure.
import type { StatisticsView } from '#core/service/views.js';
import type { AdapterCounterName } from '#datapath/adapter-counters.js';
import type { CountsByPhase } from '#scripts/story/report.js';

/**
 * Reasons of the programs that do not drop the packet. Every other reason counts as a drop, also one that is new in
 * bpf/reasons.h: the table rather shows one drop too many than hides a loss.
 */
const NOT_DROPS: ReadonlySet<string> = new Set([
  ...['encapsulated', 'reencapsulated', 'decapsulated'],
  ...['to-kernel', 'local-eid', 'forward-native', 'no-mapping', 'decapsulated-to-kernel'],
  // Punted, and sent on by the agent; a punt that was lost is counted separately.
  ...['map-cache-miss', 'no-neighbour'],
]);

/** Punts that were lost. Most packets whose punt was suppressed are sent on all the same. */
const LOST_PUNTS = ['rate-limited', 'ring-full', 'internal'];

/** Counters of the adapter for packets that end in the agent. */
const ADAPTER_DROPS: readonly AdapterCounterName[] = [
  'puntsTooOld',
  'injectErrors',
  'sendErrors',
  'sendBadPackets',
];

/** What was counted since; an agent that was restarted counts from zero again. */
function grown(before = 0, after = 0): number {
  return after >= before ? after - before : after;
}

export function countsOf(
  phase: string,
  router: string,
  before: StatisticsView | undefined,
  after: StatisticsView | undefined,
): CountsByPhase {
  const control = (name: string): number => grown(before?.control[name], after?.control[name]);
  const packets = (reason: string): number =>
    grown(before?.dataPath[reason]?.packets, after?.dataPath[reason]?.packets);
  const punts = (outcome: string): number =>
    grown(before?.punts[outcome]?.packets, after?.punts[outcome]?.packets);
  const ofAdapter = (name: AdapterCounterName): number =>
    grown(before?.adapters['datapath']?.[name], after?.adapters['datapath']?.[name]);
  const reasons = Object.keys(after?.dataPath ?? {}).filter((reason) => !NOT_DROPS.has(reason));
  const drops = [
    ...reasons.map((reason) => [reason, packets(reason)] as const),
    ...LOST_PUNTS.map((name) => [`punt-${name}`, punts(name)] as const),
    ...ADAPTER_DROPS.map((name) => [name, ofAdapter(name)] as const),
  ];
  return {
    phase,
    router,
    held: control('packetsHeld'),
    released: control('packetsReleased'),
    heldDropped: control('packetsHeldDropped'),
    reencapsulated: packets('reencapsulated'),
    smrSent: control('smrOut'),
    drops: Object.fromEntries(drops.filter(([, count]) => count > 0)),
  };
}
