// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { ApiClient } from '#api/client.js';
import type { ResultOf, TableMethod } from '#api/protocol.js';
import { CommandError, EXIT } from './exit-code.js';
import { otherInstances } from './other-instances.js';
import { print } from './output.js';
import { examples, globalOptions, json, tableQuery, withAgent } from './session.js';

type QueriedTable = Exclude<TableMethod, 'recentEvents'>;

/** A `show` command of one table. */
export interface TableCommand<M extends QueriedTable> {
  readonly name: string;
  readonly method: M;
  readonly summary: string;
  readonly argument: string;
  readonly examples: readonly string[];
  /** Name of a row, for the message that there is none. */
  readonly noun: string;
  readonly format: (rows: ResultOf<M>, instanceId: number | undefined) => string;
  /** Rows for an EID for which the agent has none. */
  readonly orElse?: (agent: ApiClient, eid: string, instanceId: number | undefined) => Promise<ResultOf<M>>;
  /** Used with an EID; by default `format`. */
  readonly formatOne?: (rows: ResultOf<M>, instanceId: number | undefined) => string;
}

export function addTableCommand<M extends QueriedTable>(show: Command, table: TableCommand<M>): void {
  show
    .command(table.name)
    .summary(table.summary)
    .description(table.summary)
    .argument('[EID]', table.argument)
    .addHelpText('after', examples(...table.examples))
    .action(async (eid: string | undefined, _options: unknown, command: Command) => {
      const options = globalOptions(command);
      const { instanceId } = options;
      await withAgent(options, async (agent) => {
        let rows = (await agent.call<QueriedTable>(table.method, tableQuery(options, eid))) as ResultOf<M>;
        if (eid !== undefined && rows.length === 0 && table.orElse)
          rows = await table.orElse(agent, eid, instanceId);
        if (eid !== undefined && rows.length === 0)
          throw new CommandError(
            EXIT.refused,
            `there is no ${table.noun} for ${eid}${await otherInstances(agent, instanceId)}`,
          );
        const format = (eid === undefined ? undefined : table.formatOne) ?? table.format;
        await print(options.json ? json(rows) : format(rows, instanceId));
      });
    });
}
