// SPDX-License-Identifier: Apache-2.0
// Nanoseconds of the programs by BPF_PROG_TEST_RUN, which moves no packet: each run restores the packet first, and what
// that costs is measured as a run of a program that does nothing.
import { hostEidPrefix, parseAddress } from '#addr/index.js';
import type { TrieEffect } from '#core/ports.js';
import type { Context, Samples, Stage } from '#scripts/benchmark/figure.js';
import type { Target } from '#scripts/benchmark/inside/router.js';
import { interleave, type Measure } from '#scripts/benchmark/interleave.js';
import { FIRST_REMOTE_RLOC, WEST } from '#scripts/benchmark/site/addresses.js';
import { type AddedRouter, DataPlane } from '#scripts/benchmark/site/data-plane.js';
import type { FlowSpec } from '#scripts/packets/flows.js';
import { cost, type VERDICTS } from './cost-run.js';
import { hostFrame, mapRemotes, type Mix, MIXES, mixName, toLocal, toRemote, tunnelFrame } from './mixes.js';
import { toOne } from './tables.js';

const ROUNDS = { quick: 7, full: 31 } as const;
const BURST_ms = { quick: 15, full: 40 } as const;

/** EIDs that only this stage has. */
const MISSING = { 4: '1.1.9.9', 6: 'fd01::9' } as const;
const AWAY = { 4: '5.5.9.9', 6: 'fd05::9' } as const;

interface Run {
  readonly target: Target;
  readonly mix: Mix;
  readonly from: 'host' | 'tunnel';
  readonly flows: FlowSpec;
  readonly verdict: keyof typeof VERDICTS;
}

function prefixOf(address: string): ReturnType<typeof hostEidPrefix> {
  return hostEidPrefix({ instanceId: 0, address: parseAddress(address) });
}

/** An away EID of each mix of families is moved to the RLOC of that mix. */
function away({ eid, rloc }: Mix): string {
  return AWAY[eid] + (rloc === 6 ? '9' : '');
}

function tables(): TrieEffect[] {
  const misses = ([4, 6] as const).map((family): TrieEffect => {
    const forwarding = { action: 'send-map-request' } as const;
    return { type: 'map-cache-set', eid: prefixOf(MISSING[family]), forwarding, expiresAt_ms: undefined };
  });
  const moved = MIXES.map((mix): TrieEffect => {
    const [rloc, source] = [FIRST_REMOTE_RLOC[mix.rloc], WEST.rloc[mix.rloc]].map(parseAddress) as [
      never,
      never,
    ];
    const locators = [{ rloc, source, priority: 1, weight: 100, usable: true }];
    return { type: 'local-eid-set', eid: prefixOf(away(mix)), entry: { kind: 'away', locators } };
  });
  return [...misses, ...moved];
}

/** Families of what a host sends: the RLOC has no part in the packet. */
const HOSTS = ([4, 6] as const).map((eid): Mix => ({ eid, rloc: 4 }));

function runs(): Map<string, Run> {
  const host = { from: 'host', verdict: 'redirect' } as const;
  const tunnel = { from: 'tunnel', verdict: 'redirect' } as const;
  const entries: [string, Run][] = [];
  for (const mix of HOSTS) {
    const flows = toRemote(mix);
    entries.push([`nothing-v${mix.eid}`, { ...host, target: 'nothing', mix, flows, verdict: 'drop' }]);
    entries.push([`bare-v${mix.eid}`, { ...host, target: 'bare', mix, flows }]);
    const missing = toOne(MISSING[mix.eid]);
    entries.push([`miss-v${mix.eid}`, { ...host, target: 'eid', mix, flows: missing, verdict: 'drop' }]);
  }
  for (const mix of MIXES) {
    const [name, flows] = [mixName(mix), toLocal(mix)];
    entries.push([`encapsulate-${name}`, { ...host, target: 'eid', mix, flows: toRemote(mix) }]);
    entries.push([`nothing-${name}`, { ...tunnel, target: 'nothing', mix, flows, verdict: 'drop' }]);
    entries.push([`bare-${name}`, { ...tunnel, target: 'bare', mix, flows }]);
    entries.push([`decapsulate-${name}`, { ...tunnel, target: 'rloc', mix, flows }]);
    entries.push([`reencapsulate-${name}`, { ...tunnel, target: 'rloc', mix, flows: toOne(away(mix)) }]);
  }
  return new Map(entries);
}

async function measureOf(west: AddedRouter, name: string, run: Run, burst_ms: number): Promise<Measure> {
  const { links } = west.router;
  const [near, far] = run.from === 'host' ? [west.intoHost, links.host] : [west.intoTunnel, links.tunnel];
  const ends = { fromMac: near.mac, toMac: far.mac };
  const frame = run.from === 'host' ? hostFrame(run.mix.eid, ends) : tunnelFrame(run.mix, ends);
  const spec = { target: run.target, frame, flows: run.flows, ifindex: far.ifindex };
  return cost(west.router, name, spec, run.verdict, burst_ms);
}

export const costStage: Stage = {
  name: 'cost',

  run(wanted: ReadonlySet<string>, context: Context): Promise<Samples> {
    const { quick, say } = context;
    const length = quick ? 'quick' : 'full';
    return DataPlane.with(context, async (dataPlane) => {
      const west = await dataPlane.addRouter('west', await dataPlane.network.namespace('west'), WEST);
      await mapRemotes(west.router);
      await west.router.process.call('apply', tables());
      const measures = new Map<string, Measure>();
      for (const [name, run] of runs())
        if (wanted.has(name)) measures.set(name, await measureOf(west, name, run, BURST_ms[length]));
      say(`cost: ${measures.size} programs and packets, ${ROUNDS[length]} rounds`);
      return interleave(measures, ROUNDS[length]);
    });
  },
};
