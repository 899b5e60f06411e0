// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatSites } from '../format/site.js';
import { formatSiteDetail } from '../format/site-detail.js';
import { addTableCommand } from '../table-command.js';

export function addShowSite(show: Command): void {
  addTableCommand(show, {
    name: 'site',
    method: 'sites',
    summary: 'sites of a Map-Server and who has registered what',
    argument: 'address or prefix: details of the registration that matches it best',
    examples: ['xtrctl show site', 'xtrctl show site 1.1.1.1'],
    noun: 'registration',
    format: formatSites,
    formatOne: formatSiteDetail,
  });
}
