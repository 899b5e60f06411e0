// SPDX-License-Identifier: Apache-2.0
// Random operations, compared with a model that scans lists instead of using tries and queues.
import test from 'ava';
import fc from 'fast-check';
import {
  type EidPrefix,
  formatAddress,
  formatEidPrefix,
  maskedPrefix,
  prefixHoldsAddress,
  prefixHoldsPrefix,
} from '#addr/index.js';
import { eid, Etr, mapRequest, record, Scene, site, withdrawal } from './map-server-scene.js';

const SITES = [site('low', ['10.0.0.0/28']), site('high', ['10.0.0.32/27', '10.0.0.48/29'])];
const CONFIGURED = SITES.flatMap(({ prefixes }) => prefixes.map((prefix) => prefix.eid));
const RLOCS = ['2.2.2.2', '4.4.4.4', '6.6.6.6'];

type Operation =
  | {
      readonly kind: 'register';
      readonly etr: number;
      readonly eid: string;
      readonly rlocs: readonly string[];
      readonly merge: boolean;
    }
  | { readonly kind: 'withdraw'; readonly etr: number; readonly eid: string }
  | { readonly kind: 'wait'; readonly seconds: number };

/** Prefixes from 10.0.0.0 to 10.0.0.63: inside the sites, across them and outside. */
const prefixes = fc
  .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 26, max: 32 }))
  .map(([host, length]) => {
    const { address } = eid(`10.0.0.${host}/32`).prefix;
    return formatEidPrefix({ instanceId: 0, prefix: maskedPrefix(address, length) });
  });
const etrs = fc.integer({ min: 0, max: RLOCS.length - 1 });
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('register' as const),
    etr: etrs,
    eid: prefixes,
    rlocs: fc.uniqueArray(fc.constantFrom(...RLOCS), { minLength: 1 }),
    merge: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('withdraw' as const), etr: etrs, eid: prefixes }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 200 }) }),
);

interface Row {
  readonly etr: number;
  readonly eid: string;
  readonly rlocs: readonly string[];
  readonly expires: number;
}

class Model {
  rows: Row[] = [];

  apply(operation: Operation, now: number): void {
    if (operation.kind === 'wait') this.rows = this.rows.filter(({ expires }) => expires > now);
    else if (!CONFIGURED.some((prefix) => prefixHoldsPrefix(prefix.prefix, eid(operation.eid).prefix)))
      return;
    else if (operation.kind === 'withdraw') this.rows = this.rows.filter((row) => !isOf(row, operation));
    else this.#register(operation, now);
  }

  #register(operation: Operation & { kind: 'register' }, now: number): void {
    const { etr, rlocs, merge } = operation;
    const stays = (row: Row): boolean => merge || row.rlocs.every((rloc) => rlocs.includes(rloc));
    this.rows = this.rows.filter((row) => row.eid !== operation.eid || (row.etr !== etr && stays(row)));
    this.rows.push({ etr, eid: operation.eid, rlocs, expires: now + 180_000 });
  }

  /** As Scene.table, in any order. */
  get table(): string[] {
    const known = [...new Set(this.rows.map((row) => row.eid))];
    return known.map((prefix) => `${prefix} -> ${this.rlocsOf(prefix)}`);
  }

  rlocsOf(prefix: string): string {
    const rlocs = this.rows.filter((row) => row.eid === prefix).flatMap((row) => row.rlocs);
    return [...new Set(rlocs)].sort().join(' ');
  }

  get known(): EidPrefix[] {
    return this.rows.map((row) => eid(row.eid));
  }
}

function isOf(row: Row, operation: { readonly etr: number; readonly eid: string }): boolean {
  return row.etr === operation.etr && row.eid === operation.eid;
}

function play(run: readonly Operation[], check: (scene: Scene, model: Model) => void): void {
  const scene = new Scene(SITES, { mapReplyInterval_ms: 0 });
  const model = new Model();
  const senders = RLOCS.map((rloc, i) => new Etr(rloc, BigInt(i)));
  for (const operation of run) {
    if (operation.kind === 'wait') scene.advance(operation.seconds * 1000);
    else {
      const told =
        operation.kind === 'register' ? record(operation.eid, operation.rlocs) : withdrawal(operation.eid);
      const sender = senders[operation.etr];
      const more = { merge: operation.kind === 'register' && operation.merge, proxyReply: true };
      if (sender) scene.register(sender.register([told], more), { from: sender.rloc });
    }
    model.apply(operation, scene.now);
    check(scene, model);
  }
}

test('registrations equal the model after each random operation', (t) => {
  fc.assert(
    fc.property(fc.array(operations, { maxLength: 30 }), (run) => {
      play(run, (scene, model) => {
        t.deepEqual([...scene.table].sort(), model.table.sort());
        t.is(scene.server.registrationCount, model.rows.length);
      });
      return true;
    }),
    { numRuns: 150 },
  );
});

test('9301-5.5-D03, 9301-8.4-01: any EID is answered by its longest match, or by a prefix that covers no known one', (t) => {
  fc.assert(
    fc.property(fc.array(operations, { maxLength: 12 }), fc.integer({ min: 0, max: 70 }), (run, host) => {
      const { address } = eid(`10.0.0.${host}/32`).prefix;
      play(run, (scene, model) => {
        const [reply] = scene.request(mapRequest([`10.0.0.${host}/32`])).replies();
        const [first, ...inside] = reply?.message.records ?? [];
        if (first === undefined) return t.fail();
        t.true(prefixHoldsAddress(first.eid.prefix, address));
        const holders = [...CONFIGURED, ...model.known].filter(({ prefix }) =>
          prefixHoldsAddress(prefix, address),
        );
        const longest = Math.max(-1, ...holders.map(({ prefix }) => prefix.length));
        const match = model.rows.find(
          (row) => eid(row.eid).prefix.length === longest && holds(row.eid, host),
        );
        if (match === undefined) {
          t.is(first.locators.length, 0);
          return t.false(others(first.eid, [...CONFIGURED, ...model.known], longest));
        }
        t.is(formatEidPrefix(first.eid), match.eid);
        t.is(
          first.locators
            .map(({ rloc }) => formatAddress(rloc))
            .sort()
            .join(' '),
          model.rlocsOf(match.eid),
        );
        const told = new Set(inside.map((one) => formatEidPrefix(one.eid)));
        const expected = [...CONFIGURED, ...model.known].filter((prefix) => isInside(prefix, first.eid));
        return t.deepEqual([...told].sort(), [...new Set(expected.map(formatEidPrefix))].sort());
      });
      return true;
    }),
    { numRuns: 150 },
  );
});

function holds(prefix: string, host: number): boolean {
  return prefixHoldsAddress(eid(prefix).prefix, eid(`10.0.0.${host}/32`).prefix.address);
}

/** Whether `outer` covers a known prefix of more than `covering` bits. */
function others(outer: EidPrefix, known: readonly EidPrefix[], covering: number): boolean {
  return known.some(({ prefix }) => prefix.length > covering && prefixHoldsPrefix(outer.prefix, prefix));
}

function isInside(inner: EidPrefix, outer: EidPrefix): boolean {
  return inner.prefix.length > outer.prefix.length && prefixHoldsPrefix(outer.prefix, inner.prefix);
}
