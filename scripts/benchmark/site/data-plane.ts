// SPDX-License-Identifier: Apache-2.0
// Generator, routers and sink, each in a namespace of its own:
//
//   generator == host, tunnel == router == up, down == sink
//
// The process of the generator is bound to one CPU; the routers' work is done there too, in the softirq of each batch.
import { DEFAULT_XTR_LIMITS } from '#control/contract/limits.js';
import { Inside } from '#scripts/benchmark/inside/process.js';
import type { SinkMethods } from '#scripts/benchmark/inside/sink.js';
import type { Context } from '#scripts/benchmark/figure.js';
import type { Site } from './addresses.js';
import { Generators } from './generators.js';
import { Network } from './network.js';
import { Router } from './router.js';
import type { Device } from '#scripts/kit/netns.js';

export class DataPlane {
  readonly network: Network;
  readonly cpu: number;
  readonly generators: Generators;
  readonly sink: Inside<SinkMethods>;
  readonly #generatorNamespace: string;
  readonly #sinkNamespace: string;
  readonly #routers: Router[] = [];
  #links = 0;

  private constructor(
    network: Network,
    generator: string,
    sink: string,
    { cpu, generator: kind }: Pick<Context, 'cpu' | 'generator'>,
  ) {
    this.network = network;
    this.cpu = cpu;
    this.#generatorNamespace = generator;
    this.#sinkNamespace = sink;
    this.generators = new Generators(generator, cpu, kind);
    this.sink = new Inside({ namespace: sink, module: './sink.js' });
  }

  /** Runs `use` on one, and leaves nothing of it behind. */
  static async with<T>(
    context: Pick<Context, 'cpu' | 'generator'>,
    use: (dataPlane: DataPlane) => Promise<T>,
  ): Promise<T> {
    const network = new Network();
    let dataPlane: DataPlane | undefined;
    try {
      await network.mount();
      const [generator, sink] = [await network.namespace('generator'), await network.namespace('sink')];
      dataPlane = new DataPlane(network, generator, sink, context);
      return await use(dataPlane);
    } finally {
      await dataPlane?.stop();
      await network.close();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([
      this.generators.kill(),
      this.sink.kill(),
      ...this.#routers.map((r) => r.process.kill()),
    ]);
  }

  /** A link from the generator. @returns its end there and the other one */
  async fromGenerator(namespace: string, name: string): Promise<readonly [Device, Device]> {
    return this.network.link([this.#generatorNamespace, `g${this.#links++}`], [namespace, name]);
  }

  /** A link into the sink, which counts what comes. @returns the other end and the one in the sink */
  async toSink(namespace: string, name: string): Promise<readonly [Device, Device]> {
    const pair = await this.network.link([namespace, name], [this.#sinkNamespace, `s${this.#links++}`]);
    await this.sink.call('attach', pair[1].ifindex);
    return pair;
  }

  get generatorNamespace(): string {
    return this.#generatorNamespace;
  }

  /**
   * A router that runs the product.
   * @param core its end of a link to another one
   * @param mapCacheEntries the limit that is configured
   */
  async addRouter(
    name: string,
    namespace: string,
    site: Site,
    { core, mapCacheEntries = DEFAULT_XTR_LIMITS.mapCacheEntries }: RouterOptions = {},
  ): Promise<AddedRouter> {
    const host = await this.fromGenerator(namespace, 'host');
    const tunnel = await this.fromGenerator(namespace, 'tunnel');
    const up = await this.toSink(namespace, 'up');
    const down = await this.toSink(namespace, 'down');
    const links = {
      ...{ host: host[1], tunnel: tunnel[1] },
      up: { near: up[0], far: up[1] },
      down: { near: down[0], far: down[1] },
      ...(core ? { core: { near: core[0], far: core[1] } } : {}),
    };
    const router = new Router(this.network, name, namespace, site, links, this.cpu, mapCacheEntries);
    this.#routers.push(router);
    await router.start();
    return { router, namespace, intoHost: host[0], intoTunnel: tunnel[0] };
  }
}

export interface RouterOptions {
  readonly core?: readonly [near: Device, far: Device];
  readonly mapCacheEntries?: number;
}

export interface AddedRouter {
  readonly router: Router;
  readonly namespace: string;
  /** The generator's ends of the links. */
  readonly intoHost: Device;
  readonly intoTunnel: Device;
}
