// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { addon } from './addon.js';
import { compileBpf, probePins } from './compile.js';
import { addNamespace, addVeth, mountBpffs, run, runInside } from './sandbox.js';
import type { AttachFacts, TrafficFacts } from './link-inside.js';

const probe = compileBpf('test/native/probe.bpf.c');
const inside = new URL('./link-inside.js', import.meta.url);

/** A namespace with one end of a veth pair called `veth`, and the namespace of the other end. */
function twoNamespaces(t: ExecutionContext): [string, string] {
  const [near, far] = [addNamespace(t), addNamespace(t)];
  addVeth(
    { namespace: near, name: 'veth', addresses: ['198.51.100.1/24'] },
    { namespace: far, name: 'far', addresses: ['198.51.100.2/24'] },
  );
  return [near, far];
}

for (const mode of ['native', 'generic'])
  test(`a ${mode} link is pinned, found again, replaced and destroyed`, async (t) => {
    const [near] = twoNamespaces(t);
    const pin = join(mountBpffs(t), 'link');
    const facts = await runInside<AttachFacts>(near, inside, 'attach', probe, pin, mode);
    t.deepEqual(facts.attached, { ifindex: facts.ifindex, programId: facts.programIds.first });
    t.is(facts.mode, mode === 'native' ? 'xdp' : 'xdpgeneric');
    t.deepEqual(facts.reopened, facts.attached);
    t.is(facts.updated.programId, facts.programIds.second);
    t.is(facts.busy, 'EBUSY');
    t.is(facts.afterClose, 'EBADF');
    t.is(facts.afterDestroy, '');
    t.false(existsSync(pin));
  });

test('a link that is not pinned ends with its handle', async (t) => {
  const [near] = twoNamespaces(t);
  t.is(await runInside<string>(near, inside, 'unpinned', probe), '');
});

test('a pinned link outlives its process; without its interface the ifindex is 0', async (t) => {
  const [near] = twoNamespaces(t);
  const pin = join(mountBpffs(t), 'link');
  await runInside(near, inside, 'leave', probe, pin);
  t.regex(run('ip', '-n', near, 'link', 'show', 'veth'), /prog\/xdp/);
  run('ip', '-n', near, 'link', 'delete', 'veth');
  const link = addon.openPinnedLink(pin);
  t.is(link.ifindex, 0);
  link.destroy();
  t.false(existsSync(pin));
});

test('programs are replaced while traffic flows, and no packet is lost or missed', async (t) => {
  const [near, far] = twoNamespaces(t);
  const facts = await runInside<TrafficFacts>(near, inside, 'traffic', probe, far);
  t.is(facts.received, facts.sent);
  t.true(facts.counted[0] > 0 && facts.counted[1] > 0);
  t.true(facts.counted[0] + facts.counted[1] >= facts.sent);
});

test('an existing pin path is EEXIST, and nothing stays attached', async (t) => {
  const [near] = twoNamespaces(t);
  const pin = mountBpffs(t);
  t.deepEqual(await runInside(near, inside, 'taken', probe, pin), { code: 'EEXIST', mode: '' });
});

test('a missing pin is ENOENT; the pin of a map is not a link', (t) => {
  const directory = mountBpffs(t);
  const pinPaths = probePins(directory);
  addon.loadObject(probe, { pinPaths }).close();
  t.throws(() => addon.openPinnedLink(join(directory, 'none')), { code: 'ENOENT', message: /none/ });
  t.throws(() => addon.openPinnedLink(join(directory, 'probe_hash')), {
    code: 'EINVAL',
    message: /is pinned, but not a link/,
  });
});
