// SPDX-License-Identifier: Apache-2.0
// Alone in a network and a mount namespace, twice: the first process has the data path and changes it, the second, its
// child, runs packets through a program on the same maps.
import { type ChildProcess, execSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAddress, parsePrefix } from '../../src/addr/index.js';
import type { TrieEffect } from '../../src/core/ports.js';
import { openDataPath } from '../../src/datapath/index.js';
import { mapSizes } from '../../src/datapath/map-sizes.js';
import { makeSite } from '../bpf/make-site.js';
import { EID, HOST, HOST_MAC, OURS, REMOTE, RLOC, SECOND } from '../bpf/site.js';
import { ethernet, ip, udp } from '../helpers/packets.js';
import { addon } from '../native/addon.js';

/** Outer destinations that packets to each EID went to; `wrong`: what none of them may. */
export interface Churned {
  readonly changes: number;
  readonly seen: Readonly<Record<string, readonly string[]>>;
  readonly wrong: readonly string[];
}

const SIZES = { mapCacheEntries: 512, dynamicEids: 16, locatorSets: 64, locators: 64, puntRing: 65_536 };
/** The cover never changes; what is more specific comes, changes and goes; a neighbour is always there. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  '1.1.1.1': [REMOTE[4], SECOND[4]],
  '1.1.1.9': [REMOTE[4], SECOND[4]],
  '1.1.2.1': [SECOND[4]],
  '1.1.3.1': [REMOTE[4]],
  'fd00:1::1': [REMOTE[4], SECOND[4]],
  'fd00:1:0:2::1': [SECOND[4]],
};
const LOOK_ms = 4000;
const NOISE = 200;

function set(prefix: string, rloc: string): TrieEffect {
  const locators = [
    { rloc: parseAddress(rloc), source: parseAddress(OURS[4]), priority: 1, weight: 100, up: true },
  ];
  return {
    ...{
      type: 'map-cache-set',
      eid: { instanceId: 0, prefix: parsePrefix(prefix) },
      expiresAt_ms: undefined,
    },
    forwarding: { action: 'encapsulate', locators },
  };
}

const remove = (prefix: string): TrieEffect => ({
  type: 'map-cache-delete',
  eid: { instanceId: 0, prefix: parsePrefix(prefix) },
});

/** Sends packets to each EID in turn until time is up, and tells where they went. */
function look(pinDirectory: string): Omit<Churned, 'changes'> {
  const object = addon.loadObject('bpf/build/eid_ingress.bpf.o', {
    ...{ pinDirectory, maxEntries: mapSizes(SIZES, addon.numPossibleCpus()) },
  });
  const program = object.program('xtr_eid_ingress');
  const frames = Object.keys(ALLOWED).map((destination) => {
    const source = destination.includes(':') ? HOST[6] : HOST[4];
    const packet = ip({ source, destination }, udp(1000, 2000, new Uint8Array(20)));
    return [destination, ethernet(EID.mac, HOST_MAC, packet)] as const;
  });
  const seen = new Map<string, Set<string>>(frames.map(([destination]) => [destination, new Set()]));
  const end = Date.now() + LOOK_ms;
  while (Date.now() < end)
    for (const [destination, frame] of frames) {
      const { verdict, packet } = program.testRun(frame, { ingressIfindex: EID.ifindex });
      seen.get(destination)?.add(verdict === 4 ? packet.subarray(30, 34).join('.') : `verdict ${verdict}`);
    }
  const wrong = [...seen].flatMap(([destination, places]) =>
    [...places]
      .filter((place) => !ALLOWED[destination]?.includes(place))
      .map((place) => `${destination} ${place}`),
  );
  return { seen: Object.fromEntries([...seen].map(([key, places]) => [key, [...places]])), wrong };
}

async function change(): Promise<void> {
  const bpfFilesystem = mkdtempSync(join(tmpdir(), 'xtrt-churn-'));
  execSync(`mount -t bpf bpf ${bpfFilesystem}`);
  makeSite();
  const mac = (text: string): Buffer => Buffer.from(text.replaceAll(':', ''), 'hex');
  const dataPath = openDataPath({
    ...{ name: 'churn', bpfFilesystem, xdpMode: 'native', localRlocs: [parseAddress(OURS[4])], sizes: SIZES },
    locatorStatusBits: true,
    interfaces: [
      { name: EID.name, ifindex: EID.ifindex, mac: mac(EID.mac), roles: ['eid'], instanceId: 0 },
      { name: RLOC.name, ifindex: RLOC.ifindex, mac: mac(RLOC.mac), roles: ['rloc'], instanceId: 0 },
    ],
  });
  dataPath.apply([
    ...['5.5.5.0/24', 'fd00:5::/64'].map((prefix): TrieEffect => ({
      ...{ type: 'local-eid-set', eid: { instanceId: 0, prefix: parsePrefix(prefix) } },
      entry: { kind: 'local', ifindex: undefined, dynamic: false },
    })),
    ...[set('1.1.0.0/16', REMOTE[4]), set('1.1.2.0/24', SECOND[4])],
    ...[set('fd00:1::/32', REMOTE[4]), set('fd00:1:0:2::/64', SECOND[4])],
  ]);
  const looker = fork(fileURLToPath(import.meta.url), [join(dataPath.status().pinPath, 'maps')], {
    serialization: 'advanced',
  });
  const changes = await churn(looker, (effects) => dataPath.apply(effects).length === 0);
  const [found] = (await once(looker, 'message')) as [Omit<Churned, 'changes'>];
  dataPath.detach();
  execSync(`umount -l ${bpfFilesystem}`);
  rmdirSync(bpfFilesystem);
  process.send?.({ ...found, changes }, () => process.exit());
}

/** Until the other has looked long enough. */
async function churn(looker: ChildProcess, apply: (effects: TrieEffect[]) => boolean): Promise<number> {
  const places = [REMOTE[4], SECOND[4]] as const;
  const end = Date.now() + LOOK_ms;
  let changes = 0;
  for (let i = 0; Date.now() < end && looker.exitCode === null; i++) {
    const place = places[i % 2] ?? REMOTE[4];
    // prefixes that share cells and buckets with those that are looked for
    const noise = `1.1.${16 + (i % NOISE)}.0/24`;
    const taken = apply([
      ...[set('1.1.1.0/24', place), set('1.1.1.1/32', SECOND[4]), set('fd00:1::1/128', place)],
      ...(i % 3 === 0 ? [remove('1.1.1.1/32'), remove('fd00:1::1/128')] : []),
      ...(i % 5 === 0 ? [remove('1.1.1.0/24')] : []),
      ...(Math.floor(i / NOISE) % 2 === 0 ? [set(noise, SECOND[4])] : [remove(noise)]),
    ]);
    if (!taken) throw new Error('the data path refused a change');
    changes += 4;
    if (i % 16 === 0) await new Promise(setImmediate);
  }
  return changes;
}

process.on('disconnect', () => process.exit());
const pinDirectory = process.argv[2];
if (pinDirectory === undefined) await change();
else process.send?.(look(pinDirectory));
