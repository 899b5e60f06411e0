// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import {
  AddressError,
  checkInstanceId,
  type Eid,
  type EidPrefix,
  formatEid,
  formatEidPrefix,
  hostEidPrefix,
  MAX_INSTANCE_ID,
  parseAddress,
  parsePrefix,
  sameEid,
  sameEidPrefix,
} from '#addr/index.js';

const eid = (instanceId: number, text: string): Eid => ({ instanceId, address: parseAddress(text) });
const eidPrefix = (instanceId: number, text: string): EidPrefix => ({
  instanceId,
  prefix: parsePrefix(text),
});

test('the instance ID is written outside instance 0 only', (t) => {
  t.is(formatEid(eid(0, '1.1.1.1')), '1.1.1.1');
  t.is(formatEid(eid(7, '2001:db8::1')), '[7]2001:db8::1');
  t.is(formatEidPrefix(eidPrefix(0, '1.1.1.0/24')), '1.1.1.0/24');
  t.is(formatEidPrefix(eidPrefix(16777215, '::/0')), '[16777215]::/0');
});

test('the host prefix keeps the instance ID', (t) => {
  t.is(formatEidPrefix(hostEidPrefix(eid(7, '1.1.1.1'))), '[7]1.1.1.1/32');
});

test('EIDs are the same in the same instance only', (t) => {
  t.true(sameEid(eid(7, '1.1.1.1'), eid(7, '1.1.1.1')));
  t.false(sameEid(eid(7, '1.1.1.1'), eid(0, '1.1.1.1')));
  t.false(sameEid(eid(7, '1.1.1.1'), eid(7, '1.1.1.2')));
  t.true(sameEidPrefix(eidPrefix(7, '1.1.1.0/24'), eidPrefix(7, '1.1.1.0/24')));
  t.false(sameEidPrefix(eidPrefix(7, '1.1.1.0/24'), eidPrefix(8, '1.1.1.0/24')));
  t.false(sameEidPrefix(eidPrefix(7, '1.1.1.0/24'), eidPrefix(7, '1.1.1.0/25')));
});

for (const instanceId of [0, 1, MAX_INSTANCE_ID])
  test(`${instanceId} is an instance ID`, (t) => {
    t.is(checkInstanceId(instanceId), instanceId);
  });

for (const instanceId of [-1, 0.5, MAX_INSTANCE_ID + 1, NaN, Infinity])
  test(`${instanceId} is not an instance ID`, (t) => {
    t.throws(() => checkInstanceId(instanceId), { instanceOf: AddressError, message: /from 0 to 16777215/ });
  });
