// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { cpusIn } from '#scripts/benchmark/cpus.js';

function status(list: string): string {
  return `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`;
}

test('the CPUs that a process may run on are read from its status', (t) => {
  t.deepEqual(cpusIn(status('0')), [0]);
  t.deepEqual(cpusIn(status('4-7')), [4, 5, 6, 7]);
  t.deepEqual(cpusIn(status('0-1,3,10-11')), [0, 1, 3, 10, 11]);
});

test('without the list it is the first CPU', (t) => {
  t.deepEqual(cpusIn('Name:\tnode\n'), [0]);
});
