// SPDX-License-Identifier: Apache-2.0
import test from 'ava';
import { AddressError } from '#addr/index.js';
import { agentService } from '#core/service/agent-service.js';
import { PUNT_REASONS, type PuntReason } from '#control/contract/inputs.js';
import type { Configuration } from '#core/configuration.js';
import { type AgentService, RefusedError } from '#core/service/service.js';
import { MAP_SERVER_CONFIG, ROAMING, storyNetwork, xtrConfig } from './story-nodes.js';

function configuration(name: string): Configuration {
  const isMapServer = name === 'msmr';
  return {
    name,
    interfaces: [
      { name: 'eid0', roles: ['eid'], instanceId: 0 },
      { name: 'rloc0', roles: ['rloc'], instanceId: 0 },
    ],
    xtr: isMapServer ? undefined : xtrConfig('2.2.2.2', ROAMING),
    mapServer: isMapServer ? MAP_SERVER_CONFIG : undefined,
    dataPath: {
      ...{ xdpMode: 'auto', bpfFilesystem: '', locatorSets: 1, locators: 1, puntRing: 4096 },
      puntRates_pps: Object.fromEntries(PUNT_REASONS.map((reason) => [reason, 1])) as Record<
        PuntReason,
        number
      >,
    },
    kernelSettings: 'report',
    apiSocket: '',
    stateDirectory: '',
    recording: undefined,
    log: { level: 'info' },
  };
}

/** The first row of a table. */
function first<V>(rows: Iterable<V>): V | undefined {
  return [...rows][0];
}

/** The service of a router of the story, after host1 sent behind xtr2 and moved to xtr6. */
function at(name: string): AgentService {
  const simulation = storyNetwork();
  const speak = (router: string): void => simulation.nodes.get(router)?.fromHost('1.1.1.1', '5.5.5.5', 0);
  speak('xtr2');
  simulation.run(2_000);
  simulation.nodes.get('xtr4')?.fromHost('5.5.5.5', '1.1.1.1', 1);
  simulation.run(2_000);
  speak('xtr6');
  simulation.run(100);
  simulation.nodes.get('xtr4')?.fromHost('5.5.5.5', '1.1.1.1', 2);
  simulation.run(2_000);
  const node = simulation.nodes.get(name);
  if (node === undefined) throw new Error(`no node ${name}`);
  const noCounters = (): Record<string, number> => ({});
  return agentService({
    configuration: configuration(name),
    version: '1.2.3',
    pid: 1,
    agent: node.agent,
    runtime: node.runtime,
    clock: { now: () => simulation.now, wakeAt: () => undefined },
    transport: {
      send: () => undefined,
      onDatagram: () => undefined,
      close: () => undefined,
      counters: noCounters,
    },
    dataPath: undefined,
    network: undefined,
    events: { recent: () => [], onEvent: () => () => undefined },
    apiCounters: noCounters,
    warnings: () => Promise.resolve(['one']),
    interfaceName: () => 'eid0',
  });
}

test('map-cache: the longest match, with its source and uptime', (t) => {
  const entry = first(at('xtr4').mapCache({ eid: '1.1.1.1' }));
  t.like(entry, { eid: '1.1.1.1/32', via: 'map-reply', state: 'complete', mapSource: '6.6.6.6' });
  t.like(entry?.locators[0], { rloc: '6.6.6.6', state: 'up', priority: 1, weight: 100 });
  t.deepEqual(
    Array.from(at('xtr4').mapCache({}), ({ eid }) => eid),
    ['0.0.0.0/0', '1.1.1.1/32'],
  );
  t.like(first(at('xtr4').mapCache({ eid: '9.9.9.9' })), { eid: '0.0.0.0/0', state: 'send-map-request' });
  t.deepEqual([...at('xtr4').mapCache({ instanceId: 7 })], []);
});

test('database and dynamic EIDs of the router with the host', (t) => {
  const service = at('xtr6');
  t.like(first(service.database({})), {
    eid: '1.1.1.1/32',
    dynamicEid: 'roaming',
    mapServers: [{ address: '192.0.2.9', acknowledged: true }],
  });
  t.like(first(service.dynamicEids({})), {
    eid: '1.1.1.1',
    name: 'roaming',
    prefix: '1.1.1.0/24',
    interface: 'eid0',
  });
});

test('away and SMR tables of the router that the host left', (t) => {
  const service = at('xtr2');
  t.like(first(service.away({})), { eid: '1.1.1.1/32', producer: 'dyn-eid', locators: ['6.6.6.6'] });
  t.like(first(service.smr({})), { eid: '1.1.1.1/32', producer: 'away table' });
  t.like(first(service.smr({}))?.solicited[0], { rloc: '4.4.4.4', sent: 1 });
  t.deepEqual([...service.database({})], []);
});

test('sites: each configured prefix, registered or not, and its more-specifics', (t) => {
  const rows = [...at('msmr').sites({})];
  t.deepEqual(
    rows.map(({ eid, registered, whoLast, origin }) => ({ eid, registered, whoLast, origin })),
    [
      { eid: '1.1.1.0/24', registered: false, whoLast: null, origin: 'Configuration' },
      { eid: '1.1.1.1/32', registered: true, whoLast: '6.6.6.6:4342', origin: 'Dynamic' },
      { eid: '5.5.5.0/24', registered: true, whoLast: '4.4.4.4:4342', origin: 'Configuration' },
    ],
  );
  t.like(first(at('msmr').sites({ eid: '1.1.1.1' })), { moreSpecificOf: '1.1.1.0/24', ttl_min: 1440 });
});

test('a node that is only a Map-Server refuses a lookup', async (t) => {
  await t.throwsAsync(() => at('msmr').lookup({ eid: '1.1.1.1' }), { instanceOf: RefusedError });
});

test('status and statistics', async (t) => {
  const service = at('xtr2');
  t.like(await service.status(), {
    name: 'xtr2',
    version: '1.2.3',
    roles: ['ITR', 'ETR'],
    warnings: ['one'],
  });
  t.like(await service.status(), { sizes: { away: 1, database: 0 } });
  t.deepEqual((await at('msmr').status()).roles, ['Map-Server', 'Map-Resolver']);
  t.is(service.statistics().control['smrOut'], 1);
});

test('an invalid EID text throws an AddressError with the text', (t) => {
  const error = t.throws(() => [...at('xtr4').mapCache({ eid: '1.1.1.1/24' })], { instanceOf: AddressError });
  t.regex(error.message, /1\.1\.1\.1\/24.*1\.1\.1\.0\/24/);
});
