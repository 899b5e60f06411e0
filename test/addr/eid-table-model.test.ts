// SPDX-License-Identifier: Apache-2.0
// EidTable against a table that looks at every entry.
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  compareAddresses,
  type EidPrefix,
  EidTable,
  formatEidPrefix,
  hostEidPrefix,
  maskedPrefix,
  prefixHoldsPrefix,
} from '#addr/index.js';

interface Entry {
  readonly eid: EidPrefix;
  readonly value: number;
}

class Model {
  private readonly map = new Map<string, Entry>();
  set(eid: EidPrefix, value: number): void {
    this.map.set(formatEidPrefix(eid), { eid, value });
  }
  delete(eid: EidPrefix): boolean {
    return this.map.delete(formatEidPrefix(eid));
  }
  get(eid: EidPrefix): number | undefined {
    return this.map.get(formatEidPrefix(eid))?.value;
  }
  longestCover(eid: EidPrefix): Entry | undefined {
    return this.entries()
      .filter((entry) => holds(entry.eid, eid))
      .at(-1);
  }
  covered(eid: EidPrefix): Entry[] {
    return this.entries().filter((entry) => holds(eid, entry.eid));
  }
  entries(): Entry[] {
    return [...this.map.values()].sort(
      ({ eid: a }, { eid: b }) =>
        a.instanceId - b.instanceId ||
        compareAddresses(a.prefix.address, b.prefix.address) ||
        a.prefix.length - b.prefix.length,
    );
  }
}

function holds(outer: EidPrefix, inner: EidPrefix): boolean {
  return outer.instanceId === inner.instanceId && prefixHoldsPrefix(outer.prefix, inner.prefix);
}

// Few bits, at both ends and at the 32-bit borders of an address, so that prefixes meet, nest and branch often.
const address = fc.oneof(
  fc
    .tuple(fc.nat({ max: 3 }), fc.nat({ max: 7 }))
    .map(([high, low]) => ({ family: 4 as const, bits: (BigInt(high) << 30n) | BigInt(low) })),
  fc
    .tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 3 }))
    .map(([a, b, c, d]) => ({
      family: 6 as const,
      bits: (BigInt(a) << 126n) | (BigInt(b) << 95n) | (BigInt(c) << 31n) | BigInt(d),
    })),
);
const length = fc.oneof(
  fc.constantFrom(0, 1, 2, 29, 30, 31, 32, 33, 95, 96, 97, 126, 127, 128),
  fc.nat({ max: 128 }),
);
const eidPrefix: fc.Arbitrary<EidPrefix> = fc
  .tuple(fc.constantFrom(0, 0xffffff), address, length)
  .map(([instanceId, of, bits]) => ({
    instanceId,
    prefix: maskedPrefix(of, of.family === 4 ? bits % 33 : bits),
  }));

/** 'drop' deletes an entry that is there, 'delete' one that may be. */
type Kind = 'set' | 'delete' | 'drop';
type Step = readonly [Kind, EidPrefix, number];
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom<Kind>('set', 'set', 'set', 'delete', 'drop'),
  eidPrefix,
  fc.nat(),
);

function build(steps: readonly Step[], check: (table: EidTable<number>, model: Model) => void): void {
  const table = new EidTable<number>();
  const model = new Model();
  for (const [kind, eid, value] of steps) {
    if (kind === 'set') {
      table.set(eid, value);
      model.set(eid, value);
    } else {
      const victim =
        kind === 'drop' ? model.entries().at(value % (model.entries().length || 1))?.eid : undefined;
      if (table.delete(victim ?? eid) !== model.delete(victim ?? eid))
        throw new Error('delete told otherwise');
    }
  }
  check(table, model);
}

function sameAsModel(t: ExecutionContext, table: EidTable<number>, model: Model, probe: EidPrefix): void {
  t.is(table.get(probe), model.get(probe));
  t.deepEqual(table.longestCover(probe), model.longestCover(probe));
  t.is(table.covering(probe), model.longestCover(probe)?.value);
  t.deepEqual([...table.covered(probe)], model.covered(probe));
  const eid = { instanceId: probe.instanceId, address: probe.prefix.address };
  t.deepEqual(table.longestMatch(eid), model.longestCover(hostEidPrefix(eid)));
}

test('a table answers as the model does', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(eidPrefix, { maxLength: 8 }), (steps, probes) => {
      build(steps, (table, model) => {
        const entries = model.entries();
        t.is(table.size, entries.length);
        t.deepEqual([...table.entries()], entries);
        for (const probe of probes) sameAsModel(t, table, model, probe);
      });
    }),
    { numRuns: 300 },
  );
});

test('a deleted entry leaves nothing behind', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      build(steps, (table, model) => {
        const fresh = new EidTable<number>();
        for (const { eid, value } of model.entries()) fresh.set(eid, value);
        t.deepEqual(inOrder(table), inOrder(fresh));
      });
    }),
    { numRuns: 200 },
  );
});

/** The nodes themselves: a trie has one shape for one set of prefixes. */
function inOrder(table: EidTable<number>): unknown {
  const { tries } = table as unknown as { tries: Map<number, unknown> };
  return [...tries].sort(([a], [b]) => a - b);
}

test('what does not change during an iteration is shown once, and what is deleted before its turn is not', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(step, { maxLength: 40 }), (steps, meanwhile) => {
      build(steps, (table, model) => {
        const initial = new Map(model.entries().map(({ eid }) => [formatEidPrefix(eid), eid]));
        const before = [...initial.keys()];
        const touched = new Set<string>();
        const changes = meanwhile.values();
        const shown: string[] = [];
        for (const { eid } of table.entries()) {
          t.not(table.get(eid), undefined);
          shown.push(formatEidPrefix(eid));
          const [kind, other, value] = changes.next().value ?? ['delete', eid, 0];
          const text = kind === 'drop' ? (before[value % before.length] ?? '') : formatEidPrefix(other);
          touched.add(text);
          if (kind === 'set') table.set(other, value);
          else table.delete(initial.get(text) ?? other);
        }
        t.is(new Set(shown).size, shown.length);
        t.deepEqual(
          shown.filter((text) => !touched.has(text)),
          before.filter((text) => !touched.has(text)),
        );
      });
    }),
    { numRuns: 300 },
  );
});
