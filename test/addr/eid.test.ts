// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import {
  type Eid,
  type EidPrefix,
  formatEidPrefix,
  hostEidPrefix,
  parseAddress,
  parsePrefix,
  sameEidPrefix,
} from '#addr/index.js';

const eid = (instanceId: number, text: string): Eid => ({ instanceId, address: parseAddress(text) });
const eidPrefix = (instanceId: number, text: string): EidPrefix => ({
  instanceId,
  prefix: parsePrefix(text),
});

test('the instance ID is written outside instance 0 only', (t) => {
  t.is(formatEidPrefix(eidPrefix(0, '1.1.1.0/24')), '1.1.1.0/24');
  t.is(formatEidPrefix(eidPrefix(16777215, '::/0')), '[16777215]::/0');
});

test('the host prefix keeps the instance ID', (t) => {
  t.is(formatEidPrefix(hostEidPrefix(eid(7, '1.1.1.1'))), '[7]1.1.1.1/32');
});

test('EID-Prefixes are the same in the same instance only', (t) => {
  t.true(sameEidPrefix(eidPrefix(7, '1.1.1.0/24'), eidPrefix(7, '1.1.1.0/24')));
  t.false(sameEidPrefix(eidPrefix(7, '1.1.1.0/24'), eidPrefix(8, '1.1.1.0/24')));
  t.false(sameEidPrefix(eidPrefix(7, '1.1.1.0/24'), eidPrefix(7, '1.1.1.0/25')));
});
