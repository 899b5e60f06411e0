// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import * as fc from 'fast-check';
import { formatEidPrefix, parseAddress } from '#addr/index.js';
import type { RegistrationChange } from '#control/map-server/registration-change.js';
import { RegistrationTable } from '#control/map-server/registration-table.js';
import { type EtrRegistration, locatorSet, registerSource } from '#control/map-server/registration.js';
import { SiteTable } from '#control/map-server/site-table.js';
import type { MapRegister } from '#wire/messages.js';
import { eid, Etr, HOST, KEY, MS, record, rlocs, site } from './map-server-scene.js';

const SITE_TABLE = new SiteTable([site('story', ['1.1.1.0/24'])]);

/** A table with a clock; each step returns its changes as text: 'why EID: before -> after'. */
class Followed {
  now = 1_000_000;
  readonly table = new RegistrationTable();
  readonly changes: RegistrationChange[] = [];

  register(etr: Etr, locators: readonly string[], more: Partial<MapRegister> = {}, prefix = HOST): string[] {
    const registered = record(prefix, locators);
    const source = sourceOf(etr, etr.register([registered], more));
    const configured = SITE_TABLE.prefixes.covering(eid(prefix));
    if (configured === undefined) throw new RangeError(`${prefix} is of no site`);
    return this.#step((changes) => {
      this.table.register(source, registered, configured, false, this.now, changes);
    });
  }

  withdraw(etr: Etr, prefix = HOST): string[] {
    const source = sourceOf(etr, etr.register([record(prefix, [])]));
    return this.#step((changes) => this.table.withdraw(source, eid(prefix), changes));
  }

  expire(): string[] {
    return this.#step((changes) => {
      this.table.expire(this.now, 512, changes);
    });
  }

  #step(step: (changes: RegistrationChange[]) => void): string[] {
    const changes: RegistrationChange[] = [];
    step(changes);
    this.changes.push(...changes);
    return changes.map((change) => {
      const { why, before, after } = change;
      return `${why} ${formatEidPrefix(change.eid)}: ${etrs(before)} -> ${etrs(after)}`;
    });
  }
}

function sourceOf(etr: Etr, message: MapRegister) {
  const [from, to] = [parseAddress(etr.rloc), parseAddress(MS)];
  return registerSource({ from, fromPort: 4342, to, bytes: new Uint8Array() }, message, KEY);
}

function etrs(registrations: readonly EtrRegistration[]): string {
  return `[${registrations.map(({ locators }) => rlocs(locators)).join(', ')}]`;
}

test('a new registration and a changed locator-set are changes, a refresh is not', (t) => {
  const followed = new Followed();
  const etr = new Etr('2.2.2.2', 0x22n);
  t.deepEqual(followed.register(etr, ['2.2.2.2']), ['registered 1.1.1.1/32: [] -> [2.2.2.2]']);
  t.deepEqual(followed.register(etr, ['2.2.2.2']), []);
  t.deepEqual(followed.register(etr, ['2.2.2.3']), ['registered 1.1.1.1/32: [2.2.2.2] -> [2.2.2.3]']);
});

test('changes of a move, a merge and a withdrawal have the registrations before and after', (t) => {
  const followed = new Followed();
  const [a, b, c] = [new Etr('2.2.2.2', 0x22n), new Etr('4.4.4.4', 0x44n), new Etr('6.6.6.6', 0x66n)];
  followed.register(a, ['2.2.2.2']);
  t.deepEqual(followed.register(b, ['4.4.4.4']), ['registered 1.1.1.1/32: [2.2.2.2] -> [4.4.4.4]']);
  t.deepEqual(followed.withdraw(a), [], 'it has lost its registration already');
  t.deepEqual(followed.register(c, ['6.6.6.6'], { merge: true }), [
    'registered 1.1.1.1/32: [4.4.4.4] -> [4.4.4.4, 6.6.6.6]',
  ]);
  t.deepEqual(followed.withdraw(b), ['withdrawn 1.1.1.1/32: [4.4.4.4, 6.6.6.6] -> [6.6.6.6]']);
});

test('an expiry is one change for each EID-prefix, with its remaining registrations', (t) => {
  const followed = new Followed();
  const [a, b] = [new Etr('2.2.2.2', 0x22n), new Etr('4.4.4.4', 0x44n)];
  followed.register(a, ['2.2.2.2'], { merge: true });
  followed.register(a, ['2.2.2.2'], {}, '1.1.1.2/32');
  followed.now += 60_000;
  followed.register(b, ['4.4.4.4'], { merge: true });
  t.deepEqual(followed.expire(), []);
  followed.now += 120_000;
  t.deepEqual(followed.expire(), [
    'expired 1.1.1.1/32: [2.2.2.2, 4.4.4.4] -> [4.4.4.4]',
    'expired 1.1.1.2/32: [2.2.2.2] -> []',
  ]);
});

test('the changes alone give all locator-sets', (t) => {
  const prefixes = ['1.1.1.1/32', '1.1.1.0/24'];
  const step = fc.record({
    etr: fc.nat(2),
    prefix: fc.constantFrom(...prefixes),
    locators: fc.uniqueArray(fc.constantFrom('2.2.2.2', '4.4.4.4', '6.6.6.6'), { minLength: 1 }),
    merge: fc.boolean(),
    kind: fc.constantFrom('register', 'withdraw', 'wait'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const followed = new Followed();
      const all = ['2.2.2.2', '4.4.4.4', '6.6.6.6'].map((rloc, i) => new Etr(rloc, BigInt(i + 1)));
      for (const { kind, etr: i, prefix, locators, merge } of steps) {
        const etr = all[i];
        if (kind === 'wait' || etr === undefined) followed.now += 70_000;
        else if (kind === 'withdraw') followed.withdraw(etr, prefix);
        else followed.register(etr, locators, { merge }, prefix);
        followed.expire();
      }
      const known = new Map<string, string>();
      for (const { eid: prefix, before, after } of followed.changes) {
        const key = formatEidPrefix(prefix);
        t.is(known.get(key) ?? '', rlocs(locatorSet(before)), 'before is what the last change left');
        if (after.length === 0) known.delete(key);
        else known.set(key, rlocs(locatorSet(after)));
      }
      const table = [...followed.table.table.entries()].map(({ eid: prefix, value }) => {
        return [formatEidPrefix(prefix), rlocs(locatorSet(value.etrs))] as const;
      });
      t.deepEqual(Object.fromEntries(known), Object.fromEntries(table));
    }),
  );
});
