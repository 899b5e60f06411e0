// SPDX-License-Identifier: Apache-2.0
import { say } from '#scripts/kit/say.js';
import { labCommand, tellError } from '#scripts/story/command.js';
import { prepareKernel } from '#scripts/vm/boot.js';
import { LAB_KERNEL } from '#scripts/vm/kernel/matrix.js';
import { virtualMachines } from '#scripts/testbed/vm/index.js';
import { takeMachineOptions } from './options.js';

const USAGE = 'story/vm/usage.txt';

async function main(args: readonly string[]): Promise<void> {
  const { machine, rest } = takeMachineOptions(args);
  if (['exec', 'down'].includes(rest[0] ?? '')) return labCommand(virtualMachines({}), USAGE, rest);
  const base = await prepareKernel(machine.kernel ?? LAB_KERNEL, say);
  say(`machines: Linux ${base.kernel.release}, ${base.accelerator === 'kvm' ? 'KVM' : 'emulated (TCG)'}`);
  return labCommand(virtualMachines({ base, nics: machine, say }), USAGE, rest);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  tellError('vmlab', error);
  process.exitCode = 1;
}
// Connections to machines that stay up are still open.
process.exit();
