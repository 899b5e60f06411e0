// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { ApiClient } from '#api/client.js';
import type { TableQuery } from '#api/protocol.js';
import { findSocket } from './find-socket.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly socket?: string;
  readonly name?: string;
  readonly instanceId?: number;
  readonly json?: true;
}

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}

/** Connects to the agent that the options select, and closes the connection afterwards. */
export async function withAgent(
  { socket, name }: GlobalOptions,
  use: (agent: ApiClient) => Promise<void>,
): Promise<void> {
  const agent = await ApiClient.connect(await findSocket({ socket, name }, process.env));
  try {
    await use(agent);
  } finally {
    agent.close();
  }
}

/** The part of a table to ask for. */
export function tableQuery({ instanceId }: GlobalOptions, eid: string | undefined): TableQuery {
  return { ...(instanceId !== undefined && { instanceId }), ...(eid !== undefined && { eid }) };
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** For `addHelpText`. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
