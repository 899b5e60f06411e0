// SPDX-License-Identifier: Apache-2.0
// Runs in a network namespace and a mount namespace of its own. The first process has the data path and changes it. Its
// child, the second one, runs packets through a program on the same maps.
import { execSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatAddress, parseAddress, parsePrefix } from '#addr/index.js';
import { formatEid } from '#test/helpers/eid.js';
import type { TrieEffect } from '#core/ports.js';
import { openDataPath } from '#datapath/index.js';
import { pinnedMaps } from '#datapath/programs/pin-paths.js';
import { mapSizes } from '#datapath/tables/map-sizes.js';
import { makeSite } from '#test/bpf/make-site.js';
import { EID, EID7, HOST, HOST7, HOST_MAC, OURS, RLOC } from '#test/bpf/site.js';
import { ethernet, ip, udp } from '#test/helpers/packets.js';
import { type Change, CHANGES, type Sighting, changesOf, DESTINATIONS } from './churn-history.js';
import { addon } from '#test/native/addon.js';

export type Seen = Readonly<Record<string, readonly Sighting[]>>;

const SIZES = { mapCacheEntries: 1024, dynamicEids: 16, locatorSets: 1024, locators: 1024, puntRing: 65_536 };
/** Packets of a flow: the first uses trie and FIB, the second the index, the third the flow cache. */
const IN_A_ROW = 4;
/** Maximum number of changes in one call of the data path. */
const AT_ONCE = 5;

function effectOf({ eid, rloc }: Change): TrieEffect {
  if (rloc === undefined) return { type: 'map-cache-delete', eid };
  const locators = [
    { rloc: parseAddress(rloc), source: parseAddress(OURS[4]), priority: 1, weight: 100, usable: true },
  ];
  return {
    type: 'map-cache-set',
    eid,
    expiresAt_ms: undefined,
    forwarding: { action: 'encapsulate', locators },
  };
}

/** Sends packets to each EID in turn until the other process has applied all changes. */
async function look(pinPath: string, counts: number): Promise<Seen> {
  const object = addon.loadObject('bpf/build/eid_ingress.bpf.o', {
    ...{ pinPaths: pinnedMaps(pinPath), maxEntries: mapSizes(SIZES, addon.numPossibleCpus()) },
  });
  const program = object.program('xtr_eid_ingress');
  const seen: Record<string, Sighting[]> = {};
  const packets = DESTINATIONS.map((eid) => {
    const [port, hosts] = eid.instanceId === 0 ? [EID, HOST] : [EID7, { 4: HOST7, 6: '' }];
    const addresses = { source: hosts[eid.address.family], destination: formatAddress(eid.address) };
    const frame = ethernet(port.mac, HOST_MAC, ip(addresses, udp(1000, 2000, new Uint8Array(20))));
    const sightings: Sighting[] = [];
    seen[formatEid(eid)] = sightings;
    return { frame, ingressIfindex: port.ifindex, sightings };
  });
  const count = new Uint32Array(1);
  const changed = (at: number): number => {
    readSync(counts, count, 0, 4, at);
    return count[0] ?? 0;
  };
  const ended = once(process, 'message').then(() => true);
  process.send?.('looks');
  while (!(await Promise.race([ended, new Promise((resolve) => setImmediate(resolve, false))])))
    for (const { frame, ingressIfindex, sightings } of packets)
      for (let i = 0; i < IN_A_ROW; i++) {
        const complete = changed(0);
        const { verdict, packet } = program.testRun(frame, { ingressIfindex });
        const place = verdict === 4 ? packet.subarray(30, 34).join('.') : `verdict ${verdict}`;
        sightings.push({ place, complete, begun: changed(4) });
      }
  return seen;
}

async function change(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'xtrt-churn-'));
  const [bpfFilesystem, counts] = [join(directory, 'bpf'), join(directory, 'counts')];
  mkdirSync(bpfFilesystem);
  writeFileSync(counts, new Uint8Array(8));
  execSync(`mount -t bpf bpf ${bpfFilesystem}`);
  makeSite();
  const mac = (text: string): Buffer => Buffer.from(text.replaceAll(':', ''), 'hex');
  const dataPath = openDataPath({
    ...{ name: 'churn', bpfFilesystem, xdpMode: 'native', localRlocs: [parseAddress(OURS[4])], sizes: SIZES },
    locatorStatusBits: true,
    interfaces: [
      { name: EID.name, ifindex: EID.ifindex, mac: mac(EID.mac), roles: ['eid'], instanceId: 0 },
      { name: EID7.name, ifindex: EID7.ifindex, mac: mac(EID7.mac), roles: ['eid'], instanceId: 7 },
      { name: RLOC.name, ifindex: RLOC.ifindex, mac: mac(RLOC.mac), roles: ['rloc'], instanceId: 0 },
    ],
  });
  execSync('ip route add 11.0.0.0/8 via 10.0.2.1 dev rloc'); // to all RLOCs of the history
  const local = [
    ...['5.5.5.0/24', 'fd00:5::/64'].map((prefix) => ({ instanceId: 0, prefix: parsePrefix(prefix) })),
    { instanceId: 7, prefix: parsePrefix('172.16.2.0/24') },
  ];
  dataPath.apply(
    local.map((eid): TrieEffect => ({
      ...{ type: 'local-eid-set', eid, entry: { kind: 'local', ifindex: undefined, dynamic: false } },
    })),
  );
  const looker = fork(fileURLToPath(import.meta.url), [dataPath.status().pinPath, counts], {
    serialization: 'advanced',
  });
  await once(looker, 'message');
  await churn(counts, (effects) => dataPath.apply(effects).length === 0);
  looker.send('end');
  const [seen] = (await once(looker, 'message')) as [Seen];
  dataPath.detach();
  execSync(`umount -l ${bpfFilesystem}`);
  rmSync(directory, { recursive: true });
  process.send?.(seen, () => process.exit());
}

/** Applies all changes. Writes the numbers of complete and of begun changes into the file. */
async function churn(counts: string, apply: (effects: TrieEffect[]) => boolean): Promise<void> {
  const file = openSync(counts, 'r+');
  const note = (at: number, count: number): void => void writeSync(file, Uint32Array.of(count), 0, 4, at);
  const effects = changesOf(CHANGES).map(effectOf);
  for (let turn = 1; effects.length > 0; turn++) {
    const now = effects.splice(0, 1 + (turn % AT_ONCE));
    note(4, CHANGES - effects.length);
    if (!apply(now)) throw new Error('the data path refused a change');
    note(0, CHANGES - effects.length);
    await new Promise(setImmediate);
  }
}

process.on('disconnect', () => process.exit());
const [pinPath, counts] = process.argv.slice(2);
if (pinPath === undefined || counts === undefined) await change();
else process.send?.(await look(pinPath, openSync(counts, 'r')));
