// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import type { DataPathStatus } from '#core/ports.js';
import { Fallbacks } from '#main/fallbacks.js';

type Interfaces = DataPathStatus['interfaces'];

function attached(mode: 'native' | 'generic'): Interfaces {
  return [{ name: 'eth0', ifindex: 2, roles: ['eid'], mode, program: 'eid_ingress' }];
}

test('a fallback is logged, and is a warning for as long as it lasts', (t) => {
  const logged: unknown[] = [];
  const fallbacks = new Fallbacks({ warn: (text: unknown) => void logged.push(text) });
  t.deepEqual(fallbacks.warnings(attached('generic')), []);
  fallbacks.add('eth0', 'refused');
  const text = 'eth0: generic XDP, which is slower, as native XDP was refused: refused';
  t.deepEqual(logged, [text]);
  t.deepEqual(fallbacks.warnings(attached('generic')), [text]);
  t.deepEqual(fallbacks.warnings(attached('native')), []);
  t.deepEqual(fallbacks.warnings([]), []);
});
