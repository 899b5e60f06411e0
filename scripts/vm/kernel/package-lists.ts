// SPDX-License-Identifier: Apache-2.0
// Package lists of our own, so that kernels of every release can be had and this machine's apt is left as it is.
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { must } from '#scripts/kit/shell.js';
import { cached } from './cache.js';

const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SUITES = ['bullseye', 'bookworm', 'bookworm-backports', 'trixie', 'trixie-backports'] as const;
const DOWNLOAD_TIMEOUT_ms = 600_000;
const MAX_AGE_ms = 7 * 86_400_000;

const directory = (...path: readonly string[]): string => cached('apt', ...path);
/** A line for each suite that there is a list of. */
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
  const chosen = process.env['XTRD_DEBIAN_MIRROR'] ?? '';
  if (chosen !== '') return chosen;
  const origins = await must(['apt-get', 'indextargets', '--format', '$(ORIGIN) $(REPO_URI)']);
  const [, own] = /^Debian (\S+\/debian\/?)$/m.exec(origins) ?? [];
  if (own === undefined)
    throw new Error('this machine has no packages of Debian: name a mirror of Debian in XTRD_DEBIAN_MIRROR');
  return own;
}

async function isFresh(): Promise<boolean> {
  return existsSync(STAMP) && Date.now() - (await stat(STAMP)).mtimeMs < MAX_AGE_ms;
}

/** Lists of an earlier run. */
async function earlierSources(): Promise<string[]> {
  return existsSync(STAMP) ? (await readFile(SOURCES, 'utf8')).split('\n').filter(Boolean) : [];
}

/** Leaves the lists of other suites as they are. */
async function fetchList(source: string): Promise<void> {
  const one = directory('one-source.list');
  await writeFile(one, `${source}\n`);
  const options = [...OPTIONS, '-o', `Dir::Etc::sourcelist=${one}`, '-o', 'APT::Get::List-Cleanup=false'];
  await must(['apt-get', ...options, 'update', '-q', '--error-on=any'], { timeout_ms: DOWNLOAD_TIMEOUT_ms });
}

/**
 * Fetches the lists, unless they were fetched in the last days. Without a network, older ones will do. A suite that the
 * mirror has not, as it was archived, is left out.
 * @throws Error if there is no list then
 */
export async function updatePackageLists(say: (text: string) => void): Promise<void> {
  if (await isFresh()) return;
  for (const path of ['lists/partial', 'cache/archives/partial'])
    await mkdir(directory(path), { recursive: true });
  const from = await mirror();
  const earlier = await earlierSources();
  const sources: string[] = [];
  const failures: Error[] = [];
  say(`apt: package lists of ${SUITES.join(', ')}`);
  for (const suite of SUITES) {
    const source = `deb [arch=amd64 signed-by=${KEYS}] ${from} ${suite} main`;
    try {
      await fetchList(source);
      sources.push(source);
    } catch (error) {
      failures.push(error as Error);
      const there = earlier.includes(source);
      if (there) sources.push(source);
      const instead = there ? 'the list of an earlier run is used' : 'left out';
      say(`apt: ${suite}: ${instead}: ${(error as Error).message}`);
    }
  }
  if (sources.length === 0) throw failures[0] ?? new Error('there are no package lists');
  await writeFile(SOURCES, `${sources.join('\n')}\n`);
  if (failures.length < SUITES.length) await writeFile(STAMP, '');
}

/** Suites that there is no list of, and what to do about it; empty where there are all. */
export async function missingSuites(): Promise<string> {
  const sources = await earlierSources();
  const missing = SUITES.filter((suite) => !sources.some((source) => source.endsWith(` ${suite} main`)));
  if (missing.length === 0) return '';
  return `without the list of ${missing.join(', ')}, which could not be fetched; to try again remove ${STAMP}`;
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
