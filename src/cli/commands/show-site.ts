// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatSites } from '#cli/format/site.js';
import { formatSiteDetail } from '#cli/format/site-detail.js';
import { unregisteredCover } from '#cli/unregistered-cover.js';
import { addTableCommand } from '#cli/table-command.js';

export function addShowSite(show: Command): void {
  addTableCommand(show, {
    name: 'site',
    method: 'sites',
    summary: 'sites of a Map-Server and their registrations',
    argument:
      'address or prefix: details of the registration with the longest match, else of the configured prefix',
    examples: ['xtrctl show site', 'xtrctl show site 1.1.1.1'],
    noun: 'registration',
    // With an EID, the agent searches registrations only. A configured prefix without one is in the whole table.
    orElse: async (agent, eid, instanceId = 0) =>
      unregisteredCover(await agent.call('sites', { instanceId }), eid),
    format: formatSites,
    formatOne: formatSiteDetail,
  });
}
