// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { formatMapCache, formatMapCacheDetail } from '#cli/format/map-cache.js';
import { addTableCommand } from '#cli/table-command.js';

export function addShowMapCache(show: Command): void {
  addTableCommand(show, {
    name: 'map-cache',
    method: 'mapCache',
    summary: 'mappings of remote EIDs: learnt, configured, negative',
    argument: 'address or prefix: details of the entry with the longest match',
    examples: [
      'xtrctl show map-cache',
      'xtrctl show map-cache 1.1.1.1',
      "xtrctl --json show map-cache | jq '.[].locators'",
    ],
    noun: 'map-cache entry',
    format: formatMapCache,
    formatOne: formatMapCacheDetail,
  });
}
