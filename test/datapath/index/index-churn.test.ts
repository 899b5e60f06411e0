// SPDX-License-Identifier: Apache-2.0
// One process runs packets while another changes the tables as fast as it can. A simple model has the longest match
// after each change. Every packet must see one state of the tables that existed during its run: no shorter prefix, no
// prefix of another EID or instance, no partial entry.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { formatEid } from '#test/helpers/eid.js';
import { CHANGES, changesOf, DESTINATIONS, impossible, NOWHERE, placesOf, RLOCS } from './churn-history.js';
import type { Seen } from './churn-inside.js';

test('the model: nested prefixes, and impossible sightings', (t) => {
  const [destination] = DESTINATIONS;
  if (destination === undefined) throw new Error('no destination');
  const places = placesOf(changesOf(2_000), destination);
  const first = places.findIndex((place) => place !== NOWHERE);
  const saw = (at: number, complete: number, begun: number) => ({ place: places[at] ?? '', complete, begun });
  t.is(
    impossible(places, [saw(0, 0, 0), saw(first, first - 1, first), saw(first, first, first + 1)]),
    undefined,
  );
  const [early, late] = [saw(first, 0, first - 1), saw(0, first, first)];
  t.is(impossible(places, [early]), early);
  t.is(impossible(places, [late]), late);
  const back = saw(0, first - 1, first);
  t.is(impossible(places, [saw(first, first - 1, first), back]), back);
});

test('while tables change, every packet goes where the longest match led at some moment', async (t) => {
  const inside = fileURLToPath(new URL('churn-inside.js', import.meta.url));
  const child: ChildProcess = fork(inside, [], {
    execPath: 'unshare',
    execArgv: ['--net', '--mount', '--propagation', 'private', process.execPath],
    serialization: 'advanced',
  });
  t.teardown(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that changes ended (${String(code)})`);
  });
  const [seen] = (await Promise.race([once(child, 'message'), exit])) as [Seen];
  exit.catch(() => undefined);
  const changes = changesOf(CHANGES);
  const nowhere = new Set<number>();
  for (const destination of DESTINATIONS) {
    const name = formatEid(destination);
    const sightings = seen[name] ?? [];
    t.is(impossible(placesOf(changes, destination), sightings), undefined, name);
    const places = new Set(sightings.map(({ place }) => place));
    t.deepEqual(
      RLOCS.filter((rloc) => !places.has(rloc)),
      [],
      name,
    );
    if (places.has(NOWHERE)) nowhere.add(destination.address.family);
  }
  // Not for all EIDs: one of ten prefixes around an address nearly always exists.
  t.deepEqual([...nowhere].sort(), [4, 6]);
});
