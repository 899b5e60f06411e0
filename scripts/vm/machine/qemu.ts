// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { REPOSITORY } from '../../story/repository.js';
import { PORTS, portName } from '../guest/protocol.js';
import type { Kernel } from '../kernel/install.js';
import { type Accelerator, acceleratorArguments } from './accelerator.js';
import { type Nic, nicArguments } from './nic.js';

export interface MachineOptions {
  readonly name: string;
  readonly kernel: Kernel;
  readonly startImage: string;
  readonly accelerator: Accelerator;
  readonly cpus: number;
  readonly memory_MiB: number;
  readonly nics: readonly Nic[];
  /** Sockets and the console log are put here, under the machine's name. */
  readonly directory: string;
}

type Files = Pick<MachineOptions, 'name' | 'directory'>;

export function consoleLog({ directory, name }: Files): string {
  return join(directory, `${name}.console`);
}

export function portSocket({ directory, name }: Files, port: number): string {
  return join(directory, `${name}.port${port}`);
}

export function monitorSocket({ directory, name }: Files): string {
  return join(directory, `${name}.qmp`);
}

/** The clock source has to run as the host's clock does: then clocks of machines do not drift apart. */
function kernelCommandLine({ name }: MachineOptions): string {
  const guest = [`${REPOSITORY}scripts/vm/guest/start`, name, process.execPath];
  const program = [...guest, `${REPOSITORY}build/scripts/vm/guest/agent.js`];
  if (program.some((word) => /[\s"]/.test(word)))
    throw new Error(`a guest cannot be told a path with a space: ${program.join(' ')}`);
  const options = 'console=ttyS0 quiet panic=-1 mitigations=off net.ifnames=0 clocksource=hpet tsc=unstable';
  return `${options} -- ${program.join(' ')}`;
}

function sharedFolder(path: string, tag: string): string[] {
  const options = 'security_model=none,readonly=on,multidevs=remap';
  return ['-virtfs', `local,path=${path},mount_tag=${tag},${options}`];
}

function ports(options: MachineOptions): string[] {
  return Array.from({ length: PORTS }, (_, port) => [
    ...['-chardev', `socket,id=port${port},path=${portSocket(options, port)},server=on,wait=off`],
    ...['-device', `virtserialport,chardev=port${port},name=${portName(port)}`],
  ]).flat();
}

/** The command line of a machine whose root is the host's, read-only. */
export function qemuCommand(options: MachineOptions): string[] {
  const { kernel, startImage, accelerator, cpus, memory_MiB, nics } = options;
  return [
    ...['qemu-system-x86_64', '-M', 'q35', ...acceleratorArguments(accelerator)],
    ...['-smp', String(cpus), '-m', String(memory_MiB)],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-kernel', kernel.image, '-initrd', startImage, '-append', kernelCommandLine(options)],
    ...['-serial', `file:${consoleLog(options)}`],
    ...['-qmp', `unix:${monitorSocket(options)},server=on,wait=off`],
    ...sharedFolder('/', 'root'),
    ...sharedFolder(join(kernel.root, 'lib/modules'), 'modules'),
    ...['-device', 'virtio-serial-pci', ...ports(options)],
    ...nics.flatMap(nicArguments),
  ];
}
