// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkConfiguration, ConfigurationError } from '#config/index.js';
import { directory, problemsOf, STORY_XTR2, XTR } from './fixture.js';

const KEYED = 'keys: [{file: site.key}], eid-prefixes: [{eid-prefix: 5.5.5.0/24}]';
const ten = (name: string): string => Array<string>(10).fill(`*${name}`).join(',');
const BOMB = `a: &a [1]\nb: &b [${ten('a')}]\nc: &c [${ten('b')}]\nd: [${ten('c')}]\n`;

const TABLE: readonly (readonly [what: string, text: string | Uint8Array, ...problems: string[]])[] = [
  ['an empty file', '', '1:1: the file is empty; begin with name: NAME'],
  ['a file of comments', '# nothing\n', '1:1: the file is empty; begin with name: NAME'],
  ['a list', '- name: xtr2\n', '1:1: this is not a mapping; write KEY: VALUE, one a line'],
  ['a text', 'xtr2\n', '1:1: this is not a mapping; write KEY: VALUE, one a line'],
  ['a key twice', `${XTR}name: xtr4\n`, '5:1: name: this key occurs twice; keep one of the two'],
  [
    'a key twice in a list',
    'name: x\nrlocs:\n  - address: 2.2.2.2\n    address: 2.2.2.3\n',
    '4:5: rlocs[0].address: this key occurs twice; keep one of the two',
  ],
  ['a key that is a list', '? [name]\n: xtr2\n', '1:3: a key is a list or a mapping; write KEY: VALUE'],
  [
    'a tab',
    'name: xtr2\nrlocs:\n\t- address: 2.2.2.2\n',
    '3:1: a tab is used as indentation; indent with spaces',
  ],
  [
    'two documents',
    'name: a\n---\nname: b\n',
    '2:1: a second YAML document begins here; write one node in one file, without ---',
  ],
  [
    'an unfinished list',
    'name: [a\n',
    '2:1: Flow sequence in block collection must be sufficiently indented and end with a ]; correct the YAML syntax here',
  ],
  [
    'an unknown alias',
    'name: *node\n',
    '1:1: Unresolved alias (the anchor must be set before the alias): node; write the values out without aliases',
  ],
  ['an unknown tag', 'name: !node xtr2\n', '1:7: Unresolved tag: !node; write the value without a tag'],
  [
    'aliases that multiply',
    BOMB,
    '1:1: Excessive alias count indicates a resource exhaustion attack; write the values out without aliases',
  ],
  [
    'lists in lists without end',
    `name: ${'['.repeat(100_000)}\n`,
    '1:1: the values are nested too deeply; no key is deeper than 5 levels',
  ],
  [
    'a file of more than 1 MiB',
    `name: xtr2\n#${'x'.repeat(1_048_576)}\n`,
    "1:1: 'node.yaml' is longer than 1048576 bytes; is it the right file?",
  ],
  [
    'a file that is no text',
    new Uint8Array([0x6e, 0xff, 0xfe]),
    '1:1: the file is not UTF-8 text; save it as UTF-8',
  ],
  [
    'no name',
    XTR.replace('name: xtr2\n', ''),
    '1:1: name: is missing; write a name of at most 32 letters, digits, - and _',
  ],
  [
    'a name with a slash',
    XTR.replace('xtr2', 'x/tr2'),
    '1:7: name: the text "x/tr2" is not valid here; write a name of at most 32 letters, digits, - and _',
  ],
  [
    'a node without a role',
    'name: xtr2\n',
    '1:1: this node has no role; write rlocs: for an xTR, map-server: for a Map-Server, or both',
  ],
  [
    'an xTR without RLOC',
    STORY_XTR2.replace('rlocs:\n  - address: 2.2.2.2\n', ''),
    '8:3: dynamic-eids: an xTR needs an RLOC; write rlocs: [{address: ADDRESS}]',
  ],
  [
    'an RLOC twice',
    XTR.replace('2.2.2.2}', '2.2.2.2}, {address: 2.2.2.2}'),
    '2:39: rlocs[1].address: 2.2.2.2 occurs twice; keep one of the two',
  ],
  [
    'an RLOC that is multicast',
    XTR.replace('2.2.2.2', '224.0.0.1'),
    '2:19: rlocs[0].address: 224.0.0.1 is not routable unicast; name an address of the underlay',
  ],
  [
    '33 RLOCs',
    XTR.replace(
      '[{address: 2.2.2.2}]',
      `[${Array.from({ length: 33 }, (_, i) => `{address: 2.2.2.${i}}`).join(', ')}]`,
    ),
    '2:8: rlocs: 33 entries are too many; write at most 32',
  ],
  [
    'an xTR without interfaces',
    XTR.replace(/interfaces.*\n/, ''),
    '1:1: an xTR needs an interface with role eid; write interfaces: [{name: INTERFACE, roles: [eid]}]',
    '1:1: an xTR needs an interface with role rloc; write interfaces: [{name: INTERFACE, roles: [rloc]}]',
  ],
  [
    'an xTR without an EID interface',
    XTR.replace('roles: [eid]', 'roles: [rloc]'),
    '3:13: interfaces: an xTR needs an interface with role eid; write interfaces: [{name: INTERFACE, roles: [eid]}]',
  ],
  [
    'an xTR without Map-Resolver',
    XTR.replace(/map-resolvers.*\n/, ''),
    '1:1: send-map-request needs a Map-Resolver to ask; write map-resolvers: [ADDRESS]',
  ],
  [
    'a Map-Resolver of a family without RLOC',
    XTR.replace('9.9.9.9', "'2001:db8::9'"),
    '4:17: map-resolvers[0]: this node has no IPv6 RLOC to reach the Map-Resolver 2001:db8::9 from; add an IPv6 address to rlocs, or name an address of the other family',
  ],
  [
    'an interface twice',
    XTR.replace('core0', 'eid0'),
    '3:50: interfaces[1].name: eid0 occurs twice; write one entry with roles: [eid, rloc]',
  ],
  [
    'a role twice',
    XTR.replace('[eid]', '[eid, eid]'),
    '3:64: interfaces[1].roles: eid occurs twice; keep one of the two',
  ],
  [
    'an unknown role',
    XTR.replace('[eid]', '[edge]'),
    '3:65: interfaces[1].roles[0]: the text "edge" is not valid here; write one of eid, rloc',
  ],
  [
    'an interface without a role',
    XTR.replace('[eid]', '[]'),
    '3:64: interfaces[1].roles: a list is not valid here; write a list with eid, rloc or both',
  ],
  [
    'a name that no interface can have',
    XTR.replace('eid0', 'a-name-of-16-char'),
    '3:51: interfaces[1].name: the text "a-name-of-16-char" is not valid here; write the name of an interface, at most 15 characters',
  ],
  [
    'an instance ID on the RLOC side',
    XTR.replace('[rloc]', '[rloc], instance-id: 7'),
    '3:56: interfaces[0].instance-id: only an interface with role eid has one; add eid to roles, or delete it',
  ],
  [
    'a Map-Server without addresses',
    `name: ms\nmap-server: {sites: [{name: S, ${KEYED}}]}\n`,
    '2:13: map-server.addresses: is missing; write the addresses of this node on which the Map-Server listens',
  ],
  [
    'an address of a Map-Server twice',
    `name: ms\nmap-server: {addresses: [9.9.9.9, 9.9.9.9], sites: [{name: S, ${KEYED}}]}\n`,
    '2:35: map-server.addresses[1]: 9.9.9.9 occurs twice; keep one of the two',
  ],
  [
    'interfaces of a Map-Server',
    `name: ms\ninterfaces: [{name: eth0, roles: [rloc]}]\nmap-server: {addresses: [9.9.9.9], sites: [{name: S, ${KEYED}}]}\n`,
    '2:13: interfaces: a node without rlocs has no use for interfaces; add rlocs:, or delete interfaces:',
  ],
  [
    'everything at once',
    `nam: xtr2
rlocs: [{address: 2.2.2.2}, {address: nowhere}]
interfaces:
  - {name: core0, roles: [rloc]}
  - {name: core0, roles: [eid]}
database-mappings:
  - eid-prefix: 5.5.5.5/24
  - eid-prefix: 2.2.0.0/16
map-resolvers: [9.9.9.9]
map-servers:
  - {address: 9.9.9.9, key: {file: none.key}}
record-ttl: 24
`,
    '1:1: nam: unknown key; did you mean name?',
    '1:1: name: is missing; write a name of at most 32 letters, digits, - and _',
    '2:19: rlocs[0].address: the RLOC 2.2.2.2 lies in the EID-prefix 2.2.0.0/16; name an address outside of the EID-prefixes',
    "2:39: rlocs[1].address: 'nowhere' is not an IPv4 or IPv6 address; write an IPv4 or IPv6 address, such as 192.0.2.1",
    '5:12: interfaces[1].name: core0 occurs twice; write one entry with roles: [eid, rloc]',
    "7:17: database-mappings[0].eid-prefix: '5.5.5.5/24' has host bits set; write 5.5.5.0/24",
    "11:36: map-servers[0].key.file: there is no file 'none.key'; create it, or correct the path",
    '12:13: record-ttl: the number 24 is not valid here; write a duration from 1m to 365d, such as 20s, 15m or 24h',
  ],
];

for (const [what, text, ...expected] of TABLE)
  test(what, async (t) => {
    t.deepEqual(
      await problemsOf(t, text),
      expected.map((problem) => `node.yaml:${problem}`),
    );
  });

test('a file with very many mistakes is refused quickly, with the first hundred of them', async (t) => {
  const keys = Array.from({ length: 60_000 }, (_, i) => `key-${i}: ${i}`).join('\n');
  const problems = await problemsOf(t, `${XTR}${keys}\n`);
  t.is(problems.length, 101);
  t.true(problems[0]?.startsWith('node.yaml:5:1: key-0: unknown key; '));
  t.is(problems[100], 'and 59900 more problems');
});

test('a file that is not there', async (t) => {
  const error = await t.throwsAsync(checkConfiguration('/nowhere/x.yaml'), {
    instanceOf: ConfigurationError,
  });
  t.is(
    error?.message,
    "/nowhere/x.yaml:1:1: there is no file '/nowhere/x.yaml'; create it, or correct the path",
  );
});

test('a directory in place of the file', async (t) => {
  const path = join(await directory(t), 'folder');
  await mkdir(path);
  const error = await t.throwsAsync(checkConfiguration(path), { instanceOf: ConfigurationError });
  t.is(error?.message, `${path}:1:1: '${path}' is not a regular file; name a regular file`);
});

test('a FIFO in place of the file, which nobody writes to', async (t) => {
  const path = join(await directory(t), 'fifo');
  execFileSync('mkfifo', [path]);
  const error = await t.throwsAsync(checkConfiguration(path), { instanceOf: ConfigurationError });
  t.is(error?.message, `${path}:1:1: '${path}' is not a regular file; name a regular file`);
});
