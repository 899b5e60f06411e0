// SPDX-License-Identifier: Apache-2.0
// Commands in machines, over one connection for each that stays open between them.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { capture, must } from '#scripts/kit/shell.js';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { isRouter, NODES, type NodeName } from '#scripts/testbed/topology.js';
import { socketOf } from '#scripts/testbed/names.js';

/** Is there while a lab is up. */
export const STATE = `${REPOSITORY}.vagrant/xtrd-lab`;
const CONFIG = `${STATE}/ssh-config`;
/** A path of a socket has room for 107 bytes; ssh makes 40 of %C. */
const SOCKET = `${process.env['XDG_RUNTIME_DIR'] ?? homedir()}/.xtrd-lab-%C`;
const IDLE_s = 600;
const CONNECT_TIMEOUT_s = 120;
/** A machine that was destroyed does not close its connection; an emulated one may be slow to answer. */
const ALIVE_INTERVAL_s = 60;
const VAGRANT_TIMEOUT_ms = 120_000;

const PATH = '/opt/xtrd/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function environmentOf(node: NodeName): string[] {
  return [`PATH=${PATH}`, ...(isRouter(node) ? [`XTRD_SOCKET=${socketOf(node)}`] : [])];
}

/** One word for a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

export interface SshOptions {
  /** With a terminal of its own. */
  readonly terminal?: boolean;
}

/** The local command that runs another one as root in a machine. */
export function inMachine(
  node: NodeName,
  command: readonly string[],
  { terminal = false }: SshOptions = {},
): string[] {
  const remote = ['sudo', 'env', ...environmentOf(node), ...command].map(quoted).join(' ');
  return ['ssh', '-q', '-F', CONFIG, terminal ? '-t' : '-T', node, remote];
}

/** Asks Vagrant where the machines are. */
export async function writeSshConfig(): Promise<void> {
  const hosts = await must(['vagrant', 'ssh-config'], { timeout_ms: VAGRANT_TIMEOUT_ms });
  await mkdir(STATE, { recursive: true });
  const shared = [
    'Host *',
    'ControlMaster auto',
    `ControlPath ${SOCKET}`,
    `ControlPersist ${IDLE_s}`,
    `ConnectTimeout ${CONNECT_TIMEOUT_s}`,
    `ServerAliveInterval ${ALIVE_INTERVAL_s}`,
  ];
  await writeFile(CONFIG, `${hosts}\n${shared.join('\n')}\n`);
}

/** A lab is up from the first ssh configuration until it is taken down. */
export function hasSshConfig(): boolean {
  return existsSync(CONFIG);
}

/** A missing connection is no error. */
async function closeConnections(): Promise<void> {
  await Promise.all(NODES.map(({ name }) => capture(['ssh', '-q', '-F', CONFIG, '-O', 'exit', name])));
}

export async function removeSshConfig(): Promise<void> {
  await closeConnections();
  await rm(STATE, { recursive: true, force: true });
}
