// SPDX-License-Identifier: Apache-2.0
// What is pinned for the next version is a promise: it does not change without its version.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { OBJECT, stateError, stateOf } from '#scripts/layout/state.js';
import { compileBpf } from '#test/native/compile.js';

test('the state that programs and agent share is that of its version', (t) => {
  t.is(stateError(readFileSync(OBJECT)), undefined);
});

test('a state is told by maps of its class, and by types with offsets', (t) => {
  const { text } = stateOf(readFileSync(compileBpf('test/datapath/layout-probe.bpf.c')));
  t.is(
    text,
    `map probe_hash: type 1, struct probe_holes to __u32

struct probe_holes, 24 bytes
  0: __u8 first
  8: __u64 second
  16: __u8[3] third
  20: __u16 fourth
`,
  );
});

test('a state that is not that of its version is an error that says what to do', (t) => {
  // one name of a field, at the same place and of the same length
  const object = Buffer.from(
    readFileSync(OBJECT).toString('latin1').replaceAll('expires_at_ms', 'expired_at_ms'),
    'latin1',
  );
  t.regex(
    stateError(object) ?? '',
    /^the state of version \d+ is not what bpf\/state\/v\d+\.txt says, from " {2}\d+: __u64 expired_at_ms" on\. If .* XTR_STATE_VERSION .*\/adopters\.ts; else remove the file\. Then: node build\/scripts\/layout\/state\.js$/,
  );
});
