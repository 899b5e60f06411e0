// SPDX-License-Identifier: Apache-2.0
// The real command as a process, against the real API server on a Unix socket.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import test from 'ava';
import { formatAway } from '#cli/format/away.js';
import { formatDatabase } from '#cli/format/database.js';
import { formatDynamicEids } from '#cli/format/dynamic-eid.js';
import { formatEvent } from '#cli/format/event.js';
import { formatForwarding, formatForwardingDetail } from '#cli/format/forwarding.js';
import { formatLookup } from '#cli/format/lookup.js';
import { formatMapCache, formatMapCacheDetail } from '#cli/format/map-cache.js';
import { formatSiteDetail } from '#cli/format/site-detail.js';
import { formatSites } from '#cli/format/site.js';
import { formatSmr } from '#cli/format/smr.js';
import { formatStatistics } from '#cli/format/statistics.js';
import { formatStatus } from '#cli/format/status.js';
import { FixtureService, serve } from '#test/api/fixture-service.js';
import {
  AWAY,
  DATABASE,
  DYNAMIC_EIDS,
  EVENTS,
  FORWARDING,
  MAP_CACHE,
  SITES,
  SMR,
  STATISTICS,
  STATUS,
} from '#test/api/fixture-views.js';
import { MAIN, xtrctl } from './run.js';

const LOOKUP = new FixtureService().lookupView;

// Arguments, what is printed, and the same as JSON.
const PRINTED: readonly (readonly [args: string, text: string, json: unknown])[] = [
  ['show map-cache', formatMapCache(MAP_CACHE), MAP_CACHE],
  ['show map-cache 1.1.1.1', formatMapCacheDetail(MAP_CACHE.slice(1, 2)), MAP_CACHE.slice(1, 2)],
  ['show forwarding', formatForwarding(FORWARDING), FORWARDING],
  ['show forwarding 1.1.1.1', formatForwardingDetail(FORWARDING), FORWARDING],
  ['show database', formatDatabase(DATABASE), DATABASE],
  ['show dynamic-eid', formatDynamicEids(DYNAMIC_EIDS), DYNAMIC_EIDS],
  ['show away', formatAway(AWAY), AWAY],
  ['show smr', formatSmr(SMR), SMR],
  ['show site', formatSites(SITES), SITES],
  ['show site 1.1.1.1', formatSiteDetail(SITES.slice(1, 2)), SITES.slice(1, 2)],
  ['show site 5.5.5.9', formatSiteDetail(SITES.slice(2)), SITES.slice(2)],
  ['show statistics', formatStatistics(STATISTICS), STATISTICS],
  ['show status', formatStatus(STATUS), STATUS],
  ['clear map-cache', 'Cleared map-cache entries: 4\n', { cleared: 4 }],
  ['lig 1.1.1.1', formatLookup(LOOKUP), LOOKUP],
  ['--instance-id 7 show map-cache', formatMapCache([], 7), []],
];

for (const [args, text, json] of PRINTED)
  test.serial(`xtrctl ${args}`, async (t) => {
    const { path } = await serve(t);
    t.deepEqual(await xtrctl(path, ...args.split(' ')), { code: 0, stdout: text, stderr: '' });
    const asJson = await xtrctl(path, ...args.split(' '), '--json');
    t.is(asJson.code, 0);
    t.deepEqual(JSON.parse(asJson.stdout), json);
  });

// Arguments, exit code, and what stderr says.
const REFUSED: readonly (readonly [args: string, code: number, stderr: string])[] = [
  ['show map-cache 8.8.8.8', 1, 'xtrctl: there is no map-cache entry for 8.8.8.8\n'],
  ['clear map-cache 8.8.8.8', 1, 'xtrctl: no learnt map-cache entry matches 8.8.8.8\n'],
  ['show away nonsense', 2, "xtrctl: 'nonsense' is not an IPv4 or IPv6 address\n"],
  ['show tables', 2, "error: unknown command 'tables'\n(add --help for usage and examples)\n"],
  [
    'show map-cash',
    2,
    "error: unknown command 'map-cash'\n(Did you mean map-cache?)\n(add --help for usage and examples)\n",
  ],
  ['lig', 2, "error: missing required argument 'EID'\n(add --help for usage and examples)\n"],
  ['show status --verbose', 2, "error: unknown option '--verbose'\n(add --help for usage and examples)\n"],
  [
    '--instance-id 16777216 show away',
    2,
    "error: option '--instance-id <N>' argument '16777216' is invalid. It is a number from 0 to 16777215.\n(add --help for usage and examples)\n",
  ],
  [
    '--socket /nowhere/x.sock show status',
    3,
    "xtrctl: there is no socket '/nowhere/x.sock': is xtrd running?\n",
  ],
  [
    '--name xtrt-none show status',
    3,
    "xtrctl: there is no socket '/run/xtrd/xtrt-none.sock': is xtrd running?\n",
  ],
];

for (const [args, code, stderr] of REFUSED)
  test.serial(`xtrctl ${args} ends with ${code}`, async (t) => {
    const { path } = await serve(t);
    t.deepEqual(await xtrctl(path, ...args.split(' ')), { code, stdout: '', stderr });
  });

for (const [instanceIds, says] of [
  [[7], 'in instance ID 0; this router has 7: use --instance-id 7'],
  [[0, 7, 8], 'in instance ID 0; this router has 7, 8: use --instance-id N'],
] as const)
  test.serial(`an EID that is not found where instance IDs are ${instanceIds.join(', ')}`, async (t) => {
    const { path, service } = await serve(t);
    service.statusView = { ...STATUS, instanceIds };
    const show = await xtrctl(path, 'show', 'map-cache', '8.8.8.8');
    t.is(show.stderr, `xtrctl: there is no map-cache entry for 8.8.8.8 ${says}\n`);
    const clear = await xtrctl(path, 'clear', 'map-cache', '8.8.8.8');
    t.is(clear.stderr, `xtrctl: no learnt map-cache entry matches 8.8.8.8 ${says}\n`);
    const chosen = await xtrctl(path, '--instance-id', '9', 'show', 'map-cache', '8.8.8.8');
    t.is(chosen.stderr, 'xtrctl: there is no map-cache entry for 8.8.8.8\n');
  });

test.serial('lig asks for what its options say, and a timeout is 1', async (t) => {
  const { path, service } = await serve(t);
  service.lookupView = {
    ...LOOKUP,
    outcome: 'timeout',
    rtt_ms: 7_000,
    from: null,
    attempts: 3,
    mapping: null,
  };
  const ran = await xtrctl(path, '--instance-id', '7', 'lig', '1.1.1.1', '--to', '9.9.9.9');
  t.deepEqual(service.asked, [{ eid: '1.1.1.1', instanceId: 7, to: '9.9.9.9' }]);
  t.deepEqual(ran, {
    code: 1,
    stdout: '',
    stderr: 'xtrctl: no Map-Reply for EID 1.1.1.1 after 3 Map-Requests in 7.0 s\n',
  });
  const asJson = await xtrctl(path, '--json', 'lig', '1.1.1.1');
  t.is(asJson.code, 1);
  t.like(JSON.parse(asJson.stdout), { outcome: 'timeout', attempts: 3 });
});

test.serial('events: one line each, as JSON too', async (t) => {
  const { path } = await serve(t);
  t.is((await xtrctl(path, 'events')).stdout, EVENTS.map((event) => `${formatEvent(event)}\n`).join(''));
  const lines = (await xtrctl(path, 'events', '--json')).stdout.trimEnd().split('\n');
  t.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [...EVENTS],
  );
});

test.serial('events --follow goes on with new events until the agent ends', async (t) => {
  const { path, service, server } = await serve(t);
  const child = spawn(process.execPath, [MAIN, '--socket', path, 'events', '--follow'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => (await lines.next()).value;
  for (const event of EVENTS) t.is(await next(), formatEvent(event));
  service.tell(EVENTS[0]!);
  t.is(await next(), formatEvent(EVENTS[0]!));
  const exit = once(child, 'exit');
  await server.close();
  t.deepEqual(await exit, [3, null]);
});

test.serial('a reader that leaves early is no error', async (t) => {
  const service = new FixtureService();
  service.mapCacheView = Array.from({ length: 20_000 }, () => MAP_CACHE[1]!);
  const { path } = await serve(t, service);
  const child = spawn(process.execPath, [MAIN, '--socket', path, 'show', 'map-cache'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  t.deepEqual(await once(child, 'exit'), [0, null]);
  t.is(stderr, '');
});

const COMMANDS = [
  '',
  'show',
  ...['map-cache', 'forwarding', 'database', 'dynamic-eid', 'away', 'smr', 'site'].map(
    (name) => `show ${name}`,
  ),
  'show statistics',
  'show status',
  'clear map-cache',
  'lig',
  'events',
];

test.serial('--help of every command ends with 0 and has examples that are in the manual', async (t) => {
  const manual = await readFile(new URL('../../../docs/xtrctl.md', import.meta.url), 'utf8');
  for (const command of COMMANDS) {
    const { code, stdout } = await xtrctl('/nowhere', ...command.split(' ').filter(Boolean), '--help');
    t.is(code, 0, command);
    t.true(stdout.startsWith(`Usage: xtrctl ${command}`), command);
    t.regex(stdout, /--json/, command);
    if (command === 'show') continue;
    const shown = [...stdout.matchAll(/^ {2}\$ (.*)$/gm)].map(([, example = '']) => example);
    t.true(shown.length > 0, command);
    for (const example of shown) t.true(manual.includes(example), example);
  }
});

test('the tables of the manual are what is printed', async (t) => {
  const manual = await readFile(new URL('../../../docs/xtrctl.md', import.meta.url), 'utf8');
  const printed = [...PRINTED.map(([, text]) => text), `${formatEvent(EVENTS[0]!)}\n`];
  const blocks = [...manual.matchAll(/^```\n(.*?)^```$/gms)].map(([, block = '']) => block);
  t.true(blocks.length > 8);
  for (const block of blocks) t.true(printed.includes(block), block);
});

test.serial('the program is the one of package.json and can be run', async (t) => {
  const manifest = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    bin: Record<string, string>;
  };
  t.true(MAIN.endsWith(`/${manifest.bin['xtrctl']}`));
  t.true((await readFile(MAIN, 'utf8')).startsWith('#!/usr/bin/env node\n'));
  await t.notThrowsAsync(access(MAIN, constants.R_OK));
});
