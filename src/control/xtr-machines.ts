// SPDX-License-Identifier: Apache-2.0
import { AwayTable } from './mobility/away.js';
import type { XtrConfig } from './contract/config.js';
import type { Counters } from './contract/counters.js';
import { Database } from './etr/database.js';
import { DynamicEids } from './mobility/dynamic-eid.js';
import { HoldQueue } from './itr/hold-queue.js';
import { CoreIcmp } from './icmp/core-icmp.js';
import { IcmpSender } from './icmp/icmp-sender.js';
import { Oversized } from './icmp/oversized.js';
import { Itr } from './itr/itr.js';
import { LocalRlocs } from './locators/local-rlocs.js';
import type { Random, Handler } from './contract/machine.js';
import { MapCache } from './itr/map-cache.js';
import { MapNotifyReceiver } from './mobility/map-notify.js';
import { OwnAddresses } from './mobility/own-addresses.js';
import type { Part } from './kit/part.js';
import { PuntReceiver } from './punt-receiver.js';
import { Reachability } from './locators/reachability.js';
import { Recovery } from './itr/recovery.js';
import { PathMtus } from './locators/path-mtu.js';
import { Registrar } from './etr/registrar.js';
import { Resolver } from './itr/resolver.js';
import { Responder } from './etr/responder.js';
import { RlocReferences } from './locators/rloc-references.js';
import { SmrReceiver } from './itr/smr-receiver.js';
import { SmrSender } from './mobility/smr-sender.js';
import { WriteTimes } from './itr/write-times.js';

/** The machines that an xTR is made of. */
export interface XtrMachines {
  readonly config: XtrConfig;
  readonly local: LocalRlocs;
  readonly references: RlocReferences;
  readonly reachability: Reachability;
  readonly pathMtus: PathMtus;
  readonly held: HoldQueue;
  readonly mapCache: MapCache;
  readonly database: Database;
  readonly resolver: Resolver;
  readonly recovery: Recovery;
  readonly registrar: Registrar;
  readonly smr: SmrSender;
  readonly smrReceiver: SmrReceiver;
  readonly away: AwayTable;
  readonly ownAddresses: OwnAddresses;
  readonly dynamicEids: DynamicEids;
  readonly responder: Responder;
  /** The machines with deadlines. */
  readonly parts: readonly Part[];
  /** The machines that handle inputs or messages. */
  readonly handlers: readonly Handler[];
}

export function xtrMachines(config: XtrConfig, counters: Counters, random: Random): XtrMachines {
  const { limits, mapResolvers } = config;
  const local = new LocalRlocs(config.rlocs);
  const references = new RlocReferences();
  const reachability = new Reachability(references);
  const pathMtus = new PathMtus(references);
  const held = new HoldQueue(limits, counters);
  const mapCache = new MapCache(limits.mapCacheEntries, references, counters);
  const database = new Database(config.databaseMappings, config.dynamicEids);
  const limit = limits.pendingMapRequests;
  const resolver = new Resolver({ mapResolvers, limit, local, held, counters, random });
  const recovery = new Recovery(mapCache, resolver, random);
  const registrar = new Registrar({ ...config, local, counters, random });
  const smr = new SmrSender({ limits, local, counters, random });
  const smrReceiver = new SmrReceiver({ limits, mapCache, database, resolver, counters });
  const away = new AwayTable(limits.dynamicEids, references, smr);
  const ownAddresses = new OwnAddresses(database);
  const hosts = { config, local, database, ownAddresses, away, mapCache, registrar, smr, held, counters };
  const dynamicEids = new DynamicEids(hosts);
  const mapNotify = new MapNotifyReceiver({ config, local, registrar, dynamicEids, away, counters });
  const responder = new Responder({ ...config, ...limits, database, local, counters });
  const writes = new WriteTimes();
  const itr = new Itr({ mapCache, database, resolver, held, local, writes, counters });
  const icmp = new IcmpSender(ownAddresses, local, counters);
  const oversized = new Oversized({ config, ownAddresses, icmp, counters });
  const coreIcmp = new CoreIcmp({ local, references, pathMtus, database, icmp, counters });
  const punts = new PuntReceiver({ ...hosts, itr, dynamicEids, icmp, oversized, coreIcmp });
  return {
    ...hosts,
    ...{ references, reachability, pathMtus, resolver, recovery, smrReceiver, dynamicEids, responder },
    parts: [
      reachability,
      pathMtus,
      mapCache,
      resolver,
      recovery,
      registrar,
      smr,
      smrReceiver,
      away,
      dynamicEids,
    ],
    handlers: [
      punts,
      itr,
      resolver,
      mapCache,
      reachability,
      pathMtus,
      dynamicEids,
      mapNotify,
      ownAddresses,
      writes,
    ],
  };
}
