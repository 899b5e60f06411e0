// SPDX-License-Identifier: Apache-2.0
import type { FlowResult } from '#scripts/story/traffic/flow.js';
import type { Lab } from './lab.js';
import { formatCounts, formatFlows, type Traffic } from './traffic.js';

/** Until the Map-Notify reaches xTR2, it sends to the host's old place. Every other phase must be without loss. */
export const HANDOVER = 'handover';
/** May be empty where a turn of the event loop takes long: see Pace.turn_ms. */
export const CONVERGENCE = 'convergence';

/**
 * Where a turn of the event loop takes long, the handover is longer by such a turn at both ends: packets that were on their
 * way when the cable was pulled, and packets that xTR2 forwarded before it processed the Map-Notify, are not judged.
 */
function legend(turn_ms: number): string {
  const pulled = turn_ms === 0 ? 'the cable pulled out' : `${turn_ms} ms before the cable is pulled out`;
  const told = `the Map-Notify at xtr2${turn_ms === 0 ? '' : ` and ${turn_ms} ms in which it is acted on`}`;
  return `Packets by the phase in which they were sent
handover: from ${pulled} to ${told}, the host is not there
convergence: from ${told} to the trie update at xtr4
`;
}

function judge({ report, backend }: Lab, { from, to, phases, refusedBySender }: FlowResult): void {
  for (const { phase, sent, lost, lostBeforeEnd_ms: when, duplicated } of phases) {
    if (phase === HANDOVER) continue;
    const mayBeEmpty = phase === CONVERGENCE && backend.pace.turn_ms > 0;
    const span = when && ` (sent ${when.first.toFixed(0)} to ${when.last.toFixed(0)} ms before its end)`;
    const measured = `${lost} of ${sent} lost${span ?? ''}, ${duplicated} duplicated`;
    report.fact(
      `${from} to ${to}, ${phase}: nothing lost or doubled`,
      (sent > 0 || mayBeEmpty) && lost + duplicated === 0,
      measured,
    );
  }
  report.fact(`${from} could send all`, refusedBySender === 0, `${refusedBySender} refused`);
}

/** Stops the traffic, and judges losses and duplicates. */
export async function verdict(lab: Lab, traffic: Traffic): Promise<void> {
  const { report } = lab;
  report.act('Packets');
  report.traffic = await traffic.stop();
  report.block(legend(lab.backend.pace.turn_ms), formatFlows(report.traffic));
  report.block('What the routers counted', formatCounts(report.counts));
  for (const flow of report.traffic) judge(lab, flow);
}
