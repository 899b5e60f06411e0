// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { parseAddress } from '#addr/index.js';
import {
  SMR_PAIRS,
  SMR_UNKNOWN_PAIRS,
  SMR_UNKNOWN_SILENT_ms,
  type SmrPair,
  SmrPairs,
} from '#control/mobility/smr-pairs.js';
import { prefix } from '#test/control/harness.js';

const REMOTE = prefix('5.5.5.5');
const lost: SmrPair[] = [];

function pairs(): SmrPairs {
  return new SmrPairs((pair) => lost.push(pair));
}

function packet(table: SmrPairs, rloc: number, moved: boolean, now: number, host = '1.1.1.1') {
  const address = parseAddress(`${10 + (rloc >> 16)}.0.${(rloc >> 8) & 255}.${rloc & 255}`);
  return table.of({ eid: prefix(host), rloc: address, remote: REMOTE, moved }, now);
}

function count(table: SmrPairs): number {
  return [...table.table.entries()].reduce((sum, { value }) => sum + value.solicited.size, 0);
}

test('EIDs that were never local have a limited share of the table', (t) => {
  const table = pairs();
  for (let i = 0; i < SMR_UNKNOWN_PAIRS; i++) packet(table, i, false, 0);
  t.is(packet(table, SMR_UNKNOWN_PAIRS, false, SMR_UNKNOWN_SILENT_ms - 1), undefined);
  t.truthy(packet(table, 7, false, 1), 'a pair that is known stays');
  t.truthy(packet(table, SMR_UNKNOWN_PAIRS, true, 1, '1.1.1.2'), 'an EID that moved has room');
  t.truthy(packet(table, SMR_UNKNOWN_PAIRS, false, SMR_UNKNOWN_SILENT_ms), 'after silence');
  t.is(count(table), SMR_UNKNOWN_PAIRS + 1);
});

test('an EID that moved evicts pairs of EIDs that were never local, then the oldest', (t) => {
  const table = pairs();
  packet(table, 0, false, 0, '1.1.1.9');
  for (let i = 0; i < SMR_PAIRS - 1; i++) packet(table, i, true, i);
  t.is(count(table), SMR_PAIRS);
  t.truthy(packet(table, SMR_PAIRS, true, SMR_PAIRS));
  t.is(table.table.get(prefix('1.1.1.9')), undefined);
  packet(table, 0, true, SMR_PAIRS + 1);
  t.truthy(packet(table, SMR_PAIRS + 1, true, SMR_PAIRS + 2));
  t.is(lost.at(-1)?.key, '10.0.0.1');
  t.is(
    packet(table, SMR_PAIRS + 2, false, SMR_PAIRS + 3),
    undefined,
    'nor does the oldest make room for another',
  );
  t.is(count(table), SMR_PAIRS);
});

test('an SMR before the move does not suppress the SMR about it', (t) => {
  const table = pairs();
  const before = packet(table, 0, false, 0)?.pair;
  before!.lastSent_ms = 0;
  const after = packet(table, 0, true, 1);
  t.is(after?.pair, before);
  t.is(after?.created, false);
  t.is(after?.pair.lastSent_ms, undefined);
});
