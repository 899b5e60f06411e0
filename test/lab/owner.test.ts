// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { refusal } from '#scripts/testbed/ownership.js';

const HERE = '/home/a/xtrd/';
const THERE = '/home/b/xtrd/';

test('if no lab is up, every clone may bring one up', (t) => {
  t.is(refusal({ isUp: false, owner: undefined }, HERE, 'scripts/lab'), undefined);
});

test('a clone may do everything with its own lab', (t) => {
  t.is(refusal({ isUp: true, owner: HERE }, HERE, 'scripts/lab'), undefined);
});

test('the lab of another clone is refused, with its name and what to do', (t) => {
  const text = refusal({ isUp: true, owner: THERE }, HERE, 'scripts/lab') ?? '';
  t.true(text.includes(`use scripts/lab of ${THERE}`), text);
  t.true(text.includes('scripts/lab down --force'), text);
});

test('a lab without an owner is refused', (t) => {
  t.regex(
    refusal({ isUp: true, owner: undefined }, HERE, 'scripts/lab') ?? '',
    /unknown clone .*down --force/,
  );
});
