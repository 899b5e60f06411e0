// SPDX-License-Identifier: Apache-2.0
// The layers and rooms of ARCHITECTURE.md, read from the sources. Type imports count as imports.
import { basename, dirname } from 'node:path';
import test from 'ava';
import ts from 'typescript';
import { circlesOf, filesUnder, readSource, type Source, sourcesUnder, visit } from './helpers/sources.js';

const PURE = ['addr', 'wire', 'control', 'core'];
const ADAPTERS = ['api', 'config', 'datapath', 'netlink', 'observe', 'transport'];
/** Folders of control that adapters may import: its inputs and effects, not its decisions. */
const CONTRACT = 'control/contract';

interface Layer {
  /** Folders under src that it may import, besides itself. */
  readonly folders: readonly string[];
  /** What else it may import: a package, a builtin, or a name from one ('node:net#isIP'). */
  readonly outside: (specifier: string, names: readonly string[]) => boolean;
}

const IP_TESTS = ['isIP', 'isIPv4', 'isIPv6'];
function pureBuiltin(specifier: string, names: readonly string[]): boolean {
  if (specifier === 'node:crypto') return true;
  return specifier === 'node:net' && names.length > 0 && names.every((name) => IP_TESTS.includes(name));
}

const LAYERS: Readonly<Record<string, Layer>> = {
  ...Object.fromEntries(
    PURE.map((folder, i) => [folder, { folders: PURE.slice(0, i), outside: pureBuiltin }] as const),
  ),
  ...Object.fromEntries(
    ADAPTERS.map(
      (folder) => [folder, { folders: ['addr', 'wire', CONTRACT, 'core'], outside: () => true }] as const,
    ),
  ),
  /** Modules that both programs run first, on a Node that may be too old for anything else. */
  start: { folders: [], outside: (specifier) => specifier === 'fs' },
  cli: {
    folders: ['start', 'api'],
    outside: (specifier) => specifier === 'commander' || specifier.startsWith('node:'),
  },
};

/** main.ts and main/ put everything together. */
const COMPOSITION_ROOT = 'main';

/** Rooms of src/control and what each may know of, besides itself; the files beside them join the rooms. */
const CONTROL_ROOMS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  kit: ['contract'],
  locators: ['contract', 'kit'],
  etr: ['contract', 'kit', 'locators'],
  itr: ['contract', 'kit', 'locators', 'etr'],
  mobility: ['contract', 'kit', 'locators', 'etr', 'itr'],
  icmp: ['contract', 'kit', 'locators', 'etr', 'mobility'],
  'map-server': ['contract', 'kit'],
};

const SOURCES = sourcesUnder('src');
const EVERYTHING = [...SOURCES, ...sourcesUnder('test'), ...sourcesUnder('scripts')];

/** 'control' of 'src/control/itr/itr.ts', 'main' of 'src/main.ts'. */
function folderOf(path: string): string {
  return path.split('/')[1]?.replace(/\.ts$/, '') ?? '';
}

/** 'control/itr' of 'src/control/itr/itr.ts', 'control' of 'src/control/xtr.ts'. */
function roomOf(path: string): string {
  return dirname(path).split('/').slice(1, 3).join('/');
}

function inFolder(folder: string): Source[] {
  return SOURCES.filter(({ path }) => folderOf(path) === folder);
}

test('every folder under src has a layer', (t) => {
  const folders = new Set(SOURCES.map(({ path }) => folderOf(path)));
  t.deepEqual([...folders].sort(), [...Object.keys(LAYERS), COMPOSITION_ROOT].sort());
});

for (const [folder, layer] of Object.entries(LAYERS))
  test(`${folder} imports ${layer.folders.join(', ') || 'no other folder'}`, (t) => {
    const allowed = (target: string): boolean =>
      [folder, ...layer.folders].some((each) => target.startsWith(`src/${each}/`));
    const wrong = inFolder(folder).flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier, names, target }) => {
          if (target !== undefined) return !allowed(target);
          if (path === ADDON_IMPORTER && specifier === '#native') return false;
          return specifier.startsWith('#') || !layer.outside(specifier, names);
        })
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    t.deepEqual(wrong, []);
  });

test('the rooms of control import only earlier ones', (t) => {
  const rooms = new Set(inFolder('control').map(({ path }) => roomOf(path)));
  t.deepEqual(
    [...rooms].sort(),
    ['control', ...Object.keys(CONTROL_ROOMS).map((room) => `control/${room}`)].sort(),
  );
  const wrong = inFolder('control').flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => {
        const [from, to] = [roomOf(path), target === undefined ? '' : roomOf(target)];
        if (from === 'control' || target === undefined || !target.startsWith('src/control/')) return false;
        return from !== to && !CONTROL_ROOMS[basename(from)]?.includes(basename(to));
      })
      .map(({ specifier }) => `${path} imports ${specifier}`),
  );
  t.deepEqual(wrong, []);
});

/** Who imports whom, by `name` of a path. */
function graphOf(sources: readonly Source[], name: (path: string) => string): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { path, imports } of sources) {
    const to = graph.get(name(path)) ?? new Set<string>();
    graph.set(name(path), to);
    for (const { target } of imports)
      if (target !== undefined && name(target) !== name(path)) to.add(name(target));
  }
  return graph;
}

test('no circle of files', (t) => {
  t.deepEqual(circlesOf(graphOf(EVERYTHING, (path) => path)), []);
});

/** Files beside the rooms of a folder are in no room: rooms use them, and they join the rooms. */
for (const top of ['src', 'scripts'])
  test(`no circle of rooms in ${top}`, (t) => {
    const graph = graphOf(
      EVERYTHING.filter(({ path }) => path.startsWith(`${top}/`)).map((source) => ({
        ...source,
        imports: source.imports.filter(({ target }) => target?.startsWith(`${top}/`)),
      })),
      roomOf,
    );
    const arrows = [...graph.values()].reduce((sum, to) => sum + to.size, 0);
    const hasRooms = (folder: string): boolean =>
      [...graph.keys()].some((room) => room.startsWith(`${folder}/`));
    const rooms = new Map([...graph].filter(([room]) => !hasRooms(room)));
    const circles = circlesOf(rooms);
    t.log(`${graph.size} rooms, ${arrows} arrows, ${circles.length} circles`);
    for (const [from, to] of [...graph].sort()) t.log(`${from} -> ${[...to].sort().join(' ') || 'nothing'}`);
    t.deepEqual(circles, []);
  });

/** Folders of scripts and what each may know of, besides itself. */
const SCRIPT_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  layout: [],
  recordings: [],
  packets: ['kit'],
  vm: ['kit', 'packets'],
  testbed: ['kit', 'vm'],
  story: ['kit', 'vm', 'testbed'],
  benchmark: ['kit', 'packets'],
};

test('the folders of scripts import only earlier ones', (t) => {
  const scripts = EVERYTHING.filter(({ path }) => path.startsWith('scripts/'));
  t.deepEqual(
    [...new Set(scripts.map(({ path }) => folderOf(path)))].sort(),
    Object.keys(SCRIPT_FOLDERS).sort(),
  );
  const wrong = scripts.flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => {
        if (!target?.startsWith('scripts/') || folderOf(target) === folderOf(path)) return false;
        return !SCRIPT_FOLDERS[folderOf(path)]?.includes(folderOf(target));
      })
      .map(({ specifier }) => `${path} imports ${specifier}`),
  );
  t.deepEqual(wrong, []);
});

test('imports within a folder begin with ./, others use a subpath of package.json', (t) => {
  const wrong = EVERYTHING.flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier }) => specifier.startsWith('..'))
      .map(({ specifier }) => `${path}: ${specifier}`),
  );
  t.deepEqual(wrong, []);
});

/** Clocks, timers, randomness and I/O that need no import. */
const AMBIENT = new Set([
  ...['Date', 'performance', 'process', 'console', 'fetch', 'globalThis', 'global', 'WebSocket'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'require', 'eval', 'crypto'],
]);

/**
 * Whether an identifier stands for the global of its name: not a property, a name being declared, or a type's member.
 */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  return !('name' in parent && parent.name === node) || ts.isShorthandPropertyAssignment(parent);
}

for (const folder of PURE)
  test(`${folder} has no clock, timer, randomness or I/O`, (t) => {
    const wrong: string[] = [];
    for (const { path, file } of inFolder(folder))
      visit(file, (node) => {
        const ambient = ts.isIdentifier(node) && AMBIENT.has(node.text) && isReference(node);
        const random = ts.isPropertyAccessExpression(node) && node.getText(file) === 'Math.random';
        if (!ambient && !random) return;
        const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
        wrong.push(`${path}:${line + 1} ${node.getText(file)}`);
      });
    t.deepEqual(wrong, []);
  });

const ADDON_IMPORTER = 'src/datapath/native.ts';

test('only datapath/native.ts imports the addon', (t) => {
  const importers = SOURCES.filter(
    ({ file, imports }) =>
      imports.some(({ specifier }) => specifier === '#native' || /(^|\/)native\/build\//.test(specifier)) ||
      file.text.includes('xtrd_native'),
  );
  t.deepEqual(
    importers.map(({ path }) => path),
    [ADDON_IMPORTER],
  );
});

test('only netlink imports the netlink package, which may abort its process', (t) => {
  const importers = SOURCES.filter(({ imports }) => imports.some(({ specifier }) => specifier === 'netlink'));
  t.true(importers.length > 0);
  t.deepEqual(
    importers.filter(({ path }) => folderOf(path) !== 'netlink').map(({ path }) => path),
    [],
  );
});

const LISP_TERM =
  /(?<![a-z])(lisp|eids?|rlocs?|smr|map[-_ ]?(cache|request|reply|register|notify|server|resolver)|locators?)(?![a-z])/gi;

test('the addon is independent of LISP', (t) => {
  const said = filesUnder('native').flatMap((path) => {
    const text = readSource(path).replace('nothing of LISP', '');
    return [...text.matchAll(LISP_TERM)].map(([word]) => `${path}: ${word}`);
  });
  t.deepEqual(said, []);
});
