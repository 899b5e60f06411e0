// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { PORTS, portName } from '#scripts/vm/guest/protocol.js';
import type { Kernel } from '#scripts/vm/kernel/install.js';
import { type Accelerator, acceleratorArguments, nodeCommand } from './accelerator.js';
import { type Nic, nicArguments } from './nic.js';

export interface MachineOptions {
  readonly name: string;
  readonly kernel: Kernel;
  readonly startImage: string;
  readonly accelerator: Accelerator;
  readonly cpus: number;
  readonly memory_MiB: number;
  readonly nics: readonly Nic[];
  /**
   * A clock that runs as the host's does, so that those of several machines do not drift apart; to read it takes
   * microseconds. Else the kernel chooses.
   */
  readonly commonClock?: boolean;
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

function kernelCommandLine(machine: MachineOptions): string {
  const { name, accelerator, commonClock } = machine;
  const guest = [`${REPOSITORY}scripts/vm/guest/start`, name, ...nodeCommand(accelerator)];
  const program = [...guest, `${REPOSITORY}build/scripts/vm/guest/agent.js`];
  if (program.some((word) => /[\s"]/.test(word)))
    throw new Error(`a guest cannot be told a path with a space: ${program.join(' ')}`);
  const options = 'console=ttyS0 quiet panic=-1 mitigations=off net.ifnames=0 apparmor=0';
  return `${options}${commonClock === true ? ' clocksource=hpet tsc=unstable' : ''} -- ${program.join(' ')}`;
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
