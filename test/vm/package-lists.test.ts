// SPDX-License-Identifier: Apache-2.0
// Package lists, suite by suite, with a stub of apt-get; nothing is fetched.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';

const SUITES = ['bullseye', 'bookworm', 'bookworm-backports', 'trixie', 'trixie-backports'];
const MIRROR = 'http://mirror.example/debian';
const directory = mkdtempSync(join(tmpdir(), 'xtrt-lists-'));
const [apt, cache] = [join(directory, 'apt'), join(directory, 'cache')];
const inCache = (name: string): string => join(cache, 'apt', name);
const [SOURCES, STAMP, LISTS] = [inCache('sources.list'), inCache('updated'), inCache('lists')];

// As apt does, it takes away the lists of what is not in the source list, unless it is told not to.
mkdirSync(apt);
writeFileSync(
  join(apt, 'apt-get'),
  `#!/bin/sh
cleanup=true
for argument; do
	case $argument in
		Dir::Etc::sourcelist=*) sources=\${argument#*=} ;;
		Dir::State::lists=*) lists=\${argument#*=} ;;
		APT::Get::List-Cleanup=*) cleanup=\${argument#*=} ;;
		indextargets) exec cat ${apt}/mirrors ;;
	esac
done
suite=$(cut -d ' ' -f 5 "$sources")
echo "$suite" >>${apt}/asked
! grep -qx "$suite" ${apt}/missing || { echo "E: no $suite" >&2; exit 100; }
[ $cleanup = false ] || rm -rf "$lists"/*
cp "$sources" "$lists/$suite"
`,
  { mode: 0o755 },
);
process.env['PATH'] = `${apt}:${process.env['PATH'] ?? ''}`;
process.env['XTRD_CACHE'] = cache;
// The module reads the cache directory when it is loaded.
const { missingSuites, updatePackageLists } = await import('#scripts/vm/kernel/package-lists.js');

/** Sets the suites that the mirror lacks. */
function missing(...suites: readonly string[]): void {
  writeFileSync(join(apt, 'missing'), suites.map((suite) => `${suite}\n`).join(''));
}

/** Suites that were requested since the last call. */
function asked(): string[] {
  const file = join(apt, 'asked');
  const suites = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  rmSync(file, { force: true });
  return suites;
}

async function update(): Promise<string[]> {
  const said: string[] = [];
  await updatePackageLists((text) => said.push(text));
  return said;
}

/** Suites with lists. */
function listed(): string[] {
  return readFileSync(SOURCES, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' ')[4] ?? '');
}

function age(days: number): void {
  const time_s = Date.now() / 1000 - days * 86_400;
  utimesSync(STAMP, time_s, time_s);
}

test.beforeEach(() => {
  rmSync(cache, { recursive: true, force: true });
  process.env['XTRD_DEBIAN_MIRROR'] = MIRROR;
  missing();
  asked();
});

test.after.always(() => rmSync(directory, { recursive: true }));

test.serial('each suite is fetched separately, and keeps the lists of the others', async (t) => {
  t.deepEqual(await update(), [`apt: package lists of ${SUITES.join(', ')}`]);
  t.deepEqual(asked(), SUITES);
  t.deepEqual(listed(), SUITES);
  t.true(readFileSync(SOURCES, 'utf8').includes(` ${MIRROR} trixie main\n`));
  t.deepEqual(
    readdirSync(LISTS).filter((name) => name !== 'partial'),
    SUITES.toSorted(),
  );
  t.is(await missingSuites(), '');
});

test.serial('lists are fetched again after a week, not before', async (t) => {
  await update();
  age(6.9);
  asked();
  t.deepEqual(await update(), []);
  t.deepEqual(asked(), []);
  age(7.1);
  await update();
  t.deepEqual(asked(), SUITES);
});

test.serial('a suite that the mirror lacks is left out, and reported', async (t) => {
  missing('bullseye', 'bookworm-backports');
  const said = await update();
  t.regex(said[1] ?? '', /^apt: bullseye: left out: .*E: no bullseye$/);
  t.regex(said[2] ?? '', /^apt: bookworm-backports: left out: /);
  t.deepEqual(listed(), ['bookworm', 'trixie', 'trixie-backports']);
  const text = await missingSuites();
  t.true(
    text.startsWith('without the list of bullseye, bookworm-backports, which could not be fetched'),
    text,
  );
  t.true(text.endsWith(`to try again remove ${STAMP}`), text);
  asked();
  await update();
  t.deepEqual(asked(), [], 'not requested again at each run');
});

test.serial('old lists are used if they can no longer be fetched', async (t) => {
  missing('bullseye');
  await update();
  age(8);
  missing('bullseye', 'bookworm');
  const said = await update();
  t.regex(said[1] ?? '', /^apt: bullseye: left out: /);
  t.regex(said[2] ?? '', /^apt: bookworm: the list of an earlier run is used: /);
  t.deepEqual(listed(), ['bookworm', 'bookworm-backports', 'trixie', 'trixie-backports']);
  t.true(existsSync(join(LISTS, 'bookworm')));
});

test.serial('lists of another mirror are not used', async (t) => {
  await update();
  age(8);
  process.env['XTRD_DEBIAN_MIRROR'] = 'http://other.example/debian';
  missing('bookworm');
  t.regex((await update())[1] ?? '', /^apt: bookworm: left out: /);
});

test.serial(
  'without a network the lists of an earlier run are used, and the next run tries again',
  async (t) => {
    await update();
    age(8);
    missing(...SUITES);
    asked();
    await update();
    t.deepEqual(listed(), SUITES);
    await update();
    t.deepEqual(asked(), [...SUITES, ...SUITES]);
  },
);

test.serial('without a network and lists it fails with the error of the first suite', async (t) => {
  missing(...SUITES);
  await t.throwsAsync(update(), { message: /E: no bullseye$/ });
  t.false(existsSync(STAMP));
});

test.serial('the mirror is that of this machine, but not the one for security updates', async (t) => {
  delete process.env['XTRD_DEBIAN_MIRROR'];
  writeFileSync(
    join(apt, 'mirrors'),
    'Debian http://deb.debian.org/debian-security/\nDebian http://deb.debian.org/debian/\n',
  );
  await update();
  t.true(readFileSync(SOURCES, 'utf8').includes(' http://deb.debian.org/debian/ bookworm main\n'));
});

test.serial('on a machine without packages of Debian a mirror must be configured', async (t) => {
  delete process.env['XTRD_DEBIAN_MIRROR'];
  writeFileSync(join(apt, 'mirrors'), 'Ubuntu http://archive.ubuntu.com/ubuntu/\n');
  await t.throwsAsync(update(), { message: /XTRD_DEBIAN_MIRROR/ });
  t.deepEqual(asked(), []);
});
