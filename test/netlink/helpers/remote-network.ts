// SPDX-License-Identifier: Apache-2.0
import type { ExecutionContext } from 'ava';
import type { LinuxKernelNetwork } from '#netlink/index.js';
import type { Namespace } from './namespace.js';
import { RemoteProcess } from './remote-process.js';
import { until } from '#scripts/kit/wait.js';

type Methods = Omit<
  LinuxKernelNetwork,
  'onEidSighted' | 'onEidLost' | 'onOwnAddresses' | 'onRouteMtu' | 'monitorPid'
>;

/** The netlink adapter in a process inside a namespace; prints 'sighted ARP/ND 1.1.1.1 on 2 in 0', 'warn: ...'. */
export class RemoteNetwork extends RemoteProcess {
  /** Starts it in instance 0. @param eidInterfaces names */
  static async open(
    t: ExecutionContext,
    namespace: Namespace,
    ...eidInterfaces: string[]
  ): Promise<RemoteNetwork> {
    const remote = new RemoteNetwork(t, namespace, new URL('./agent.js', import.meta.url));
    const interfaces = [];
    for (const name of eidInterfaces) {
      const [link] = await namespace.show<{ ifindex: number }>(`link show dev ${name}`);
      interfaces.push({ name, ifindex: link?.ifindex ?? 0, instanceId: 0 });
    }
    await remote.ask('open', { eidInterfaces: interfaces });
    return remote;
  }

  call<M extends keyof Methods>(
    method: M,
    ...args: Parameters<Methods[M]>
  ): Promise<Awaited<ReturnType<Methods[M]>>> {
    return this.ask(method, ...args);
  }

  monitorPid(): Promise<number | undefined> {
    return this.ask('monitorPid');
  }

  /**
   * Resolves when all changes of host routes have been sent to the kernel; deletions are delayed by some milliseconds.
   */
  async settled(): Promise<void> {
    await until('no host route waits', async () => (await this.call('counters'))['hostRoutesWaiting'] === 0);
  }
}
