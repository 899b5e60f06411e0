// SPDX-License-Identifier: Apache-2.0
// NICs on taps: the host delivers packets with partial checksums if the guest has negotiated that.
import test from 'ava';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { prepareKernel, withMachines } from '#scripts/vm/boot.js';
import { LAB_KERNEL } from '#scripts/vm/kernel/matrix.js';
import type { Probe } from '#scripts/vm/kernels/probe.js';
import { nodeCommand } from '#scripts/vm/machine/accelerator.js';
import { addNamespace, deleteNamespace, inside, ipBatch } from '#scripts/kit/netns.js';

const TIMEOUT_ms = 1_200_000;
/** With the prefix by which scripts/clean finds the remains of killed runs. */
const NAMESPACE = 'xtrt-taps';
const FIXED = 'ctrl_guest_offloads=off';

test('virtio-net that cannot switch off guest offloads gets generic XDP and advice, which works on the host', async (t) => {
  t.timeout(TIMEOUT_ms);
  t.teardown(() => deleteNamespace(NAMESPACE));
  await addNamespace(NAMESPACE);
  await ipBatch(['tuntap add dev tap0 mode tap'], { namespace: NAMESPACE });

  const base = await prepareKernel(LAB_KERNEL, (text) => t.log(text));
  const machine = { ...base, name: 'offloads', cpus: 1, memory_MiB: 384 };
  const nic = { to: { tap: 'tap0', queues: 1 }, mac: '02:78:74:72:03:00' };
  const probe = [...nodeCommand(base.accelerator), `${REPOSITORY}build/scripts/vm/kernels/probe.js`];

  const probed = (properties: string): Promise<Probe> =>
    withMachines(
      'offloads',
      (directory) => [{ ...machine, directory, nics: [{ ...nic, properties }] }],
      async ([booted]) =>
        JSON.parse((await booted?.[1].must(probe, { timeout_ms: TIMEOUT_ms })) ?? '') as Probe,
      inside(NAMESPACE, []),
    );

  const refuses = await probed(FIXED);
  t.deepEqual(refuses.veth, { mode: 'native' });
  const { mode } = refuses.virtioNet as { mode: string };
  const [, advice = ''] = /^generic \(.*-device virtio-net-pci,\.\.\.,(\S+)\)$/.exec(mode) ?? [];
  t.regex(advice, /^guest_csum=off,/, mode);
  const mended = await probed(`${FIXED},${advice}`);
  t.deepEqual(mended.virtioNet, { mode: 'native' });
});
