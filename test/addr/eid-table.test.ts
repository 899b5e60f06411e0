// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import {
  type Eid,
  type EidPrefix,
  EidTable,
  formatEidPrefix,
  parseAddress,
  parsePrefix,
} from '#addr/index.js';

/** '[7]1.1.1.0/24', or '1.1.1.0/24' in instance 0. */
function eidPrefix(text: string): EidPrefix {
  const [, instanceId = '0', prefix = ''] = /^(?:\[(\d+)\])?(.*)$/.exec(text) ?? [];
  return { instanceId: Number(instanceId), prefix: parsePrefix(prefix) };
}

function eid(text: string, instanceId = 0): Eid {
  return { instanceId, address: parseAddress(text) };
}

function tableOf(...texts: string[]): EidTable<string> {
  const table = new EidTable<string>();
  for (const text of texts) table.set(eidPrefix(text), text);
  return table;
}

function texts(entries: Iterable<{ eid: EidPrefix }>): string[] {
  return [...entries].map((entry) => formatEidPrefix(entry.eid));
}

test('an empty table has nothing', (t) => {
  const table = tableOf();
  t.is(table.size, 0);
  t.is(table.get(eidPrefix('0.0.0.0/0')), undefined);
  t.is(table.longestMatch(eid('1.1.1.1')), undefined);
  t.is(table.longestCover(eidPrefix('1.1.1.0/24')), undefined);
  t.false(table.delete(eidPrefix('1.1.1.0/24')));
  t.deepEqual(texts(table.entries()), []);
  t.deepEqual(texts(table.covered(eidPrefix('0.0.0.0/0'))), []);
});

test('get finds exactly this prefix', (t) => {
  const table = tableOf('1.1.1.0/24');
  t.is(table.get(eidPrefix('1.1.1.0/24')), '1.1.1.0/24');
  for (const text of ['1.1.1.0/25', '1.1.0.0/23', '1.1.0.0/24', '1.1.1.0/32', '[7]1.1.1.0/24'])
    t.is(table.get(eidPrefix(text)), undefined, text);
});

test('set replaces', (t) => {
  const table = tableOf('1.1.1.0/24');
  table.set(eidPrefix('1.1.1.0/24'), 'new');
  t.is(table.size, 1);
  t.is(table.get(eidPrefix('1.1.1.0/24')), 'new');
});

test('a value may be undefined', (t) => {
  const table = new EidTable<undefined>();
  table.set(eidPrefix('1.1.1.1/32'), undefined);
  t.is(table.size, 1);
  t.deepEqual(table.longestMatch(eid('1.1.1.1')), { eid: eidPrefix('1.1.1.1/32'), value: undefined });
  t.true(table.delete(eidPrefix('1.1.1.1/32')));
});

test('the longest match wins', (t) => {
  const table = tableOf('0.0.0.0/0', '1.0.0.0/8', '1.1.1.0/24', '1.1.1.1/32');
  const match = (text: string): string | undefined => table.longestMatch(eid(text))?.value;
  t.is(match('1.1.1.1'), '1.1.1.1/32');
  t.is(match('1.1.1.2'), '1.1.1.0/24');
  t.is(match('1.1.2.1'), '1.0.0.0/8');
  t.is(match('255.255.255.255'), '0.0.0.0/0');
});

test('a branch point is no match', (t) => {
  const table = tableOf('1.1.1.0/25', '1.1.1.128/25');
  table.delete(eidPrefix('1.1.1.128/25'));
  t.is(table.longestMatch(eid('1.1.1.200')), undefined);
  t.is(tableOf('1.1.0.0/32', '1.1.1.0/32').longestCover(eidPrefix('1.1.0.0/24')), undefined);
});

test('a longest match gives the prefix with its instance and family', (t) => {
  const table = tableOf('[7]2001:db8::/32', '[8]0.0.0.0/0');
  t.deepEqual(table.longestMatch(eid('2001:db8::1', 7))?.eid, eidPrefix('[7]2001:db8::/32'));
  t.deepEqual(table.longestMatch(eid('255.0.0.1', 8))?.eid, eidPrefix('[8]0.0.0.0/0'));
});

test('instances and families are apart', (t) => {
  const table = tableOf('[7]0.0.0.0/0', '::/0');
  t.is(table.longestMatch(eid('1.1.1.1')), undefined);
  t.is(table.longestMatch(eid('1.1.1.1', 8)), undefined);
  t.is(table.longestMatch(eid('::1', 7)), undefined);
  t.is(table.longestMatch(eid('::1'))?.value, '::/0');
});

test('the longest cover of a prefix is itself or less specific', (t) => {
  const table = tableOf('1.0.0.0/8', '1.1.1.0/24', '1.1.1.1/32');
  const cover = (text: string): string | undefined => table.longestCover(eidPrefix(text))?.value;
  t.is(cover('1.1.1.0/24'), '1.1.1.0/24');
  t.is(cover('1.1.1.0/25'), '1.1.1.0/24');
  t.is(cover('1.1.0.0/16'), '1.0.0.0/8');
  t.is(cover('0.0.0.0/7'), undefined);
});

test('all 129 prefixes of one address are kept apart', (t) => {
  const all = Array.from({ length: 129 }, (_, length) =>
    formatEidPrefix({ instanceId: 0, prefix: { address: { family: 6, bits: 0n }, length } }),
  );
  const table = tableOf(...all);
  t.is(table.size, 129);
  t.is(table.longestMatch(eid('::'))?.value, '::/128');
  t.is(table.longestMatch(eid('::1'))?.value, '::/127');
  t.is(table.longestMatch(eid('8000::'))?.value, '::/0');
  t.deepEqual(texts(table.covered(eidPrefix('::/126'))), ['::/126', '::/127', '::/128']);
});

test('covered gives address order, shorter ones first', (t) => {
  const table = tableOf('1.1.1.128/25', '1.1.1.1/32', '1.1.1.0/25', '1.1.2.0/24', '1.1.1.0/24', '1.1.0.0/16');
  t.deepEqual(texts(table.covered(eidPrefix('1.1.1.0/24'))), [
    '1.1.1.0/24',
    '1.1.1.0/25',
    '1.1.1.1/32',
    '1.1.1.128/25',
  ]);
  t.deepEqual(texts(table.covered(eidPrefix('1.1.0.0/23'))).length, 4);
  t.deepEqual(texts(table.covered(eidPrefix('1.1.3.0/24'))), []);
});

test('entries are by instance ID, IPv4 before IPv6', (t) => {
  const table = tableOf(
    '[10]::/0',
    '[9]::/0',
    '[10]0.0.0.0/0',
    '255.0.0.0/8',
    '[16777215]1.0.0.0/8',
    '2.0.0.0/8',
  );
  t.deepEqual(texts(table.entries()), [
    '2.0.0.0/8',
    '255.0.0.0/8',
    '[9]::/0',
    '[10]0.0.0.0/0',
    '[10]::/0',
    '[16777215]1.0.0.0/8',
  ]);
});

test('every entry can be deleted while it is shown', (t) => {
  const table = tableOf('1.1.1.0/24', '1.1.1.0/25', '1.1.1.1/32', '1.1.1.128/25', '[7]::/0');
  const seen: string[] = [];
  for (const entry of table.entries()) {
    seen.push(entry.value);
    t.true(table.delete(entry.eid));
  }
  t.is(table.size, 0);
  t.deepEqual(seen, ['1.1.1.0/24', '1.1.1.0/25', '1.1.1.1/32', '1.1.1.128/25', '[7]::/0']);
});

test('an entry deleted before its turn is not shown', (t) => {
  const table = tableOf('1.1.1.0/24', '1.1.1.1/32', '1.1.1.2/32', '1.1.1.3/32');
  const seen: string[] = [];
  for (const entry of table.entries()) {
    seen.push(entry.value);
    table.delete(eidPrefix('1.1.1.2/32'));
  }
  t.deepEqual(seen, ['1.1.1.0/24', '1.1.1.1/32', '1.1.1.3/32']);
});
