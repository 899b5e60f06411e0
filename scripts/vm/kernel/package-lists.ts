// SPDX-License-Identifier: Apache-2.0
// Package lists of our own, so that kernels of every release can be had and this machine's apt is left as it is.
import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { must } from '../../story/netns/shell.js';
import { cached } from '../cache.js';

const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SUITES = ['bullseye', 'bookworm', 'bookworm-backports', 'trixie', 'trixie-backports'] as const;
const DOWNLOAD_TIMEOUT_ms = 600_000;
const MAX_AGE_ms = 7 * 86_400_000;

const directory = (...path: readonly string[]): string => cached('apt', ...path);
const SOURCES = directory('sources.list');
/** Is as old as the lists. */
const STAMP = directory('updated');

const OPTIONS = Object.entries({
  'APT::Architecture': 'amd64',
  'APT::Architectures': 'amd64',
  'APT::Sandbox::User': 'root',
  'APT::Update::Post-Invoke-Success': '',
  'Acquire::Languages': 'none',
  'Acquire::Check-Valid-Until': 'false', // releases that are archived are no longer signed anew
  'Acquire::Retries': '3',
  'Dir::Cache': directory('cache'),
  'Dir::Etc::sourcelist': SOURCES,
  'Dir::Etc::sourceparts': '/dev/null',
  'Dir::State::lists': directory('lists'),
}).flatMap(([name, value]) => ['-o', `${name}=${value}`]);

/** Where this machine has its own packages from, if it is a Debian. */
async function mirror(): Promise<string> {
  const chosen = process.env['XTRD_DEBIAN_MIRROR'];
  if (chosen !== undefined) return chosen;
  const origins = await must(['apt-get', 'indextargets', '--format', '$(ORIGIN) $(REPO_URI)']);
  const [, own] = /^Debian (\S+\/debian\/?)$/m.exec(origins) ?? [];
  if (own === undefined)
    throw new Error('this machine has no packages of Debian: name a mirror of Debian in XTRD_DEBIAN_MIRROR');
  return own;
}

async function isFresh(): Promise<boolean> {
  return existsSync(STAMP) && Date.now() - (await stat(STAMP)).mtimeMs < MAX_AGE_ms;
}

/** Fetches the lists, unless they were fetched in the last days. Without a network, older ones will do. */
export async function updatePackageLists(say: (text: string) => void): Promise<void> {
  if (await isFresh()) return;
  for (const path of ['lists/partial', 'cache/archives/partial'])
    await mkdir(directory(path), { recursive: true });
  const from = await mirror();
  const sources = SUITES.map((suite) => `deb [arch=amd64 signed-by=${KEYS}] ${from} ${suite} main\n`);
  await writeFile(SOURCES, sources.join(''));
  say(`apt: package lists of ${SUITES.join(', ')}`);
  try {
    await must(['apt-get', ...OPTIONS, 'update', '-q', '--error-on=any'], {
      timeout_ms: DOWNLOAD_TIMEOUT_ms,
    });
    await writeFile(STAMP, '');
  } catch (error) {
    if (!existsSync(STAMP)) throw error;
    say(`apt: the lists of an earlier run are used: ${(error as Error).message}`);
  }
}

/** Names of packages that start so. */
export async function packageNames(prefix: string): Promise<string[]> {
  return (await must(['apt-cache', ...OPTIONS, 'pkgnames', prefix])).split('\n').filter(Boolean);
}

/** Puts the packages' files into the directory. */
export async function download(packages: readonly string[], into: string): Promise<void> {
  await must(['apt-get', ...OPTIONS, 'download', '-q', ...packages], {
    timeout_ms: DOWNLOAD_TIMEOUT_ms,
    cwd: into,
  });
}
