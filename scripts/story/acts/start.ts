// SPDX-License-Identifier: Apache-2.0
import type { MapCacheEntryView, RegistrationView, StatusView } from '#core/service/views.js';
import { HOST1, RLOC, type RouterName, XTRS } from '#scripts/testbed/topology.js';
import type { Lab } from './lab.js';

function describeDataPath({ dataPath }: StatusView): string {
  const interfaces = dataPath?.interfaces ?? [];
  return interfaces.map(({ name, mode }) => `${name} ${mode} XDP`).join(', ') || 'no data path';
}

async function startAgent({ agents, events, report }: Lab, router: RouterName): Promise<void> {
  const status = await agents[router].start();
  events.follow(router);
  report.fact(`xtrd runs at ${router}`, true, describeDataPath(status));
  for (const warning of status.warnings) report.fact(`${router} warns of nothing`, false, warning);
}

/** The Map-Server first: it has to be there to be registered with. */
async function startAgents(lab: Lab): Promise<void> {
  await startAgent(lab, 'msmr');
  await Promise.all(XTRS.map((router) => startAgent(lab, router)));
}

/** The remote site's prefix is there, the roaming prefix waits to be asked for, and the core knows neither. */
async function checkBeginning({ agents, backend, events, report }: Lab): Promise<void> {
  const registered = { router: 'msmr', name: 'map-register-accepted', eid: '5.5.5.0/24' } as const;
  const { peer } = await events.first(registered);
  report.fact('5.5.5.0/24 is registered by xtr4', peer === RLOC.xtr4, `by ${peer ?? 'nobody'}`);

  const sites = await agents.msmr.json<RegistrationView[]>('show', 'site');
  const covering = sites.find(({ eid }) => eid === '1.1.1.0/24');
  report.fact(
    '1.1.1.0/24 itself is not registered',
    covering?.registered === false,
    covering?.registered ?? 'absent',
  );

  for (const router of ['xtr2', 'xtr6'] as const) {
    const entries = await agents[router].json<MapCacheEntryView[]>('show', 'map-cache');
    const entry = entries.find(({ eid }) => eid === '1.1.1.0/24');
    const measured = entry ? `via ${entry.via}, ${entry.state}` : 'absent';
    report.fact(
      `1.1.1.0/24 in the map-cache of ${router}`,
      entry?.via === 'dynamic-EID' && entry.state === 'send-map-request',
      measured,
    );
  }

  const route = await backend.run('core', ['ip', 'route', 'get', HOST1.eid]);
  report.fact(
    'the core has no route to 1.1.1.1',
    route.code !== 0,
    route.stderr.trim() || route.stdout.trim(),
  );
}

/** Act 0: agents start and register what is configured. */
export async function start(lab: Lab): Promise<void> {
  lab.report.act('Act 0: one xtrd per router');
  await startAgents(lab);
  await checkBeginning(lab);
}
