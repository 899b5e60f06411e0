// SPDX-License-Identifier: Apache-2.0
import { z } from 'zod';
import type { AgentService, MethodName } from './protocol.js';

const instanceId = z.int().min(0).max(0xff_ffff).optional();
const text = z.string().min(1).max(64);
const nothing = z.strictObject({}).optional();
const tableQuery = z.strictObject({ instanceId, eid: text.optional() });
const lookupQuery = z.strictObject({ eid: text, instanceId, to: text.optional() });

/** A method of the API: its params, and how the service answers it. */
interface Method {
  readonly params: z.ZodType;
  readonly call: (service: AgentService, params: unknown) => unknown;
}

/** The schema has checked the params that `call` gets. */
function method<P>(params: z.ZodType<P>, call: (service: AgentService, params: P) => unknown): Method {
  return { params, call: (service, checked) => call(service, checked as P) };
}

export const METHODS: Readonly<Record<MethodName, Method>> = {
  mapCache: method(tableQuery, (service, query) => service.mapCache(query)),
  forwarding: method(tableQuery, (service, query) => service.forwarding(query)),
  database: method(tableQuery, (service, query) => service.database(query)),
  dynamicEids: method(tableQuery, (service, query) => service.dynamicEids(query)),
  away: method(tableQuery, (service, query) => service.away(query)),
  smr: method(tableQuery, (service, query) => service.smr(query)),
  sites: method(tableQuery, (service, query) => service.sites(query)),
  recentEvents: method(nothing, (service) => service.recentEvents()),
  statistics: method(nothing, (service) => service.statistics()),
  status: method(nothing, (service) => service.status()),
  clearMapCache: method(tableQuery, (service, query) => service.clearMapCache(query)),
  lookup: method(lookupQuery, (service, query) => service.lookup(query)),
};

export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}
