// SPDX-License-Identifier: Apache-2.0
// The pinned state must not change without its version number, since the next version adopts it.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { OBJECT, stateError, stateOf } from '#scripts/layout/state.js';
import { compileBpf } from '#test/native/compile.js';

test('the state matches the description of its version', (t) => {
  t.is(stateError(readFileSync(OBJECT)), undefined);
});

test('a description has the maps of class state, and their types with offsets', (t) => {
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

test('a state that differs from the description is an error that says what to do', (t) => {
  // renames one field, with the same offset and length
  const object = Buffer.from(
    readFileSync(OBJECT).toString('latin1').replaceAll('expires_at_ms', 'expired_at_ms'),
    'latin1',
  );
  t.regex(
    stateError(object) ?? '',
    /^the state of version \d+ is not what bpf\/state\/v\d+\.txt says, from " {2}\d+: __u64 expired_at_ms" on\. If .* XTR_STATE_VERSION .*\/adopters\.ts; else remove the file\. Then: node build\/scripts\/layout\/state\.js$/,
  );
});
