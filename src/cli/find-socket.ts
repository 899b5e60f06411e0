// SPDX-License-Identifier: Apache-2.0
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from './exit-code.js';

const SUFFIX = '.sock';

/** Default directory of the sockets of agents. */
export const SOCKET_DIRECTORY = '/run/xtrd';

export interface SocketChoice {
  /** --socket */
  readonly socket?: string | undefined;
  /** --name */
  readonly name?: string | undefined;
}

/** The socket of the options, else that of XTRD_SOCKET, else the only one in the directory. @throws CommandError */
export async function findSocket(
  { socket, name }: SocketChoice,
  environment: Readonly<Record<string, string | undefined>>,
  directory: string = SOCKET_DIRECTORY,
): Promise<string> {
  if (socket !== undefined) return socket;
  if (name !== undefined) return join(directory, `${name}${SUFFIX}`);
  const fromEnvironment = environment['XTRD_SOCKET'];
  if (fromEnvironment) return fromEnvironment;
  const sockets = await socketsIn(directory);
  const [only, ...more] = sockets;
  if (only === undefined)
    throw new CommandError(
      EXIT.unreachable,
      `there is no socket in ${directory}: is xtrd running? If its socket is elsewhere, use --socket PATH`,
    );
  if (more.length > 0) {
    const names = sockets.map((file) => file.slice(0, -SUFFIX.length)).join(', ');
    throw new CommandError(EXIT.usage, `several agents run here; choose one with --name: ${names}`);
  }
  return join(directory, only);
}

async function socketsIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((file) => file.endsWith(SUFFIX)).sort();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return [];
    throw new CommandError(EXIT.unreachable, `${directory} cannot be read (${code ?? String(error)})`);
  }
}
