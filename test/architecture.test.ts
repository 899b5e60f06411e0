// SPDX-License-Identifier: Apache-2.0
// The layering of ARCHITECTURE.md, read from the sources. Type imports count as imports.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PURE = ['addr', 'wire', 'control', 'core'];
const ADAPTERS = ['api', 'config', 'datapath', 'netlink', 'observe', 'transport'];

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
  ...Object.fromEntries(ADAPTERS.map((folder) => [folder, { folders: PURE, outside: () => true }] as const)),
  cli: {
    folders: ['api'],
    outside: (specifier) => specifier === 'commander' || specifier.startsWith('node:'),
  },
};

/** main.ts and main/ put everything together. */
const COMPOSITION_ROOT = 'main';

interface Import {
  readonly specifier: string;
  readonly names: readonly string[];
}

interface Source {
  /** Relative to src: 'control/xtr.ts'. */
  readonly path: string;
  readonly folder: string;
  readonly file: ts.SourceFile;
  readonly imports: readonly Import[];
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'build' ? [] : filesUnder(path);
    return [path];
  });
}

function parse(path: string): Source {
  const file = ts.createSourceFile(
    path,
    readFileSync(join(ROOT, path), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const inside = relative('src', path);
  const folder = inside.includes('/') ? (inside.split('/')[0] ?? '') : inside.replace(/\.ts$/, '');
  const imports: Import[] = [];
  visit(file, (node) => imports.push(...importsOf(node)));
  return { path: inside, folder, file, imports };
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** import and export declarations, import('...') as an expression and as a type, require('...'). */
function importsOf(node: ts.Node): Import[] {
  const text = (expression: ts.Node | undefined): string =>
    expression !== undefined && ts.isStringLiteralLike(expression) ? expression.text : '<not a literal>';
  if (ts.isImportDeclaration(node)) {
    const bindings = node.importClause?.namedBindings;
    const names = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
    return [
      {
        specifier: text(node.moduleSpecifier),
        names: names.map(({ name, propertyName }) => (propertyName ?? name).text),
      },
    ];
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier)
    return [{ specifier: text(node.moduleSpecifier), names: [] }];
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return [{ specifier: text(node.argument.literal), names: [] }];
  if (!ts.isCallExpression(node)) return [];
  const callee = node.expression;
  const loads =
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
  return loads ? [{ specifier: text(node.arguments[0]), names: [] }] : [];
}

const SOURCES = filesUnder('src')
  .filter((path) => path.endsWith('.ts'))
  .map(parse);

function inFolder(folder: string): Source[] {
  return SOURCES.filter((source) => source.folder === folder);
}

/** The folder under src that a relative import leads to; '..' for one that leaves src. */
function targetFolder(source: Source, specifier: string): string {
  const target = join(dirname(source.path), specifier);
  return target.startsWith('..') ? target : (target.split('/')[0] ?? '');
}

test('every folder under src has its place', (t) => {
  const folders = new Set(SOURCES.map(({ folder }) => folder));
  t.deepEqual([...folders].sort(), [...Object.keys(LAYERS), COMPOSITION_ROOT].sort());
});

for (const [folder, layer] of Object.entries(LAYERS))
  test(`${folder} imports ${layer.folders.join(', ') || 'no other folder'}`, (t) => {
    const wrong = inFolder(folder).flatMap((source) =>
      source.imports
        .filter(({ specifier, names }) => {
          if (!specifier.startsWith('.')) return !layer.outside(specifier, names);
          const target = targetFolder(source, specifier);
          if (source.path === 'datapath/native.ts' && target.startsWith('../native/')) return false;
          return target !== folder && !layer.folders.includes(target);
        })
        .map(({ specifier }) => `${source.path} imports ${specifier}`),
    );
    t.deepEqual(wrong, []);
  });

/** Clocks, timers, randomness and I/O that need no import. */
const AMBIENT = new Set([
  ...['Date', 'performance', 'process', 'console', 'fetch', 'globalThis', 'global', 'WebSocket'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'require', 'eval', 'crypto'],
]);

/** Whether an identifier stands for the global of its name: not a property, a name being declared, or a type's member. */
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

test('only datapath/native.ts knows where the addon is', (t) => {
  const importers = SOURCES.filter(
    ({ file, imports }) =>
      imports.some(({ specifier }) => /(^|\/)native\//.test(specifier)) || file.text.includes('xtrd_native'),
  );
  t.deepEqual(
    importers.map(({ path }) => path),
    ['datapath/native.ts'],
  );
});

test('only netlink imports the netlink package, which may abort its process', (t) => {
  const importers = SOURCES.filter(({ imports }) => imports.some(({ specifier }) => specifier === 'netlink'));
  t.true(importers.length > 0);
  t.deepEqual(
    importers.filter(({ folder }) => folder !== 'netlink').map(({ path }) => path),
    [],
  );
});

const LISP_TERM =
  /(?<![a-z])(lisp|eids?|rlocs?|smr|map[-_ ]?(cache|request|reply|register|notify|server|resolver)|locators?)(?![a-z])/gi;

test('the addon is mechanism: native/ has no word of LISP', (t) => {
  const said = filesUnder('native').flatMap((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8').replace('nothing of LISP', '');
    return [...text.matchAll(LISP_TERM)].map(([word]) => `${path}: ${word}`);
  });
  t.deepEqual(said, []);
});

const MAX_LINES = 400;

test(`no source file has more than ${MAX_LINES} lines`, (t) => {
  const long = ['src', 'native', 'bpf']
    .flatMap(filesUnder)
    .filter((path) => !path.includes('/generated/')) // nobody reads it from end to end
    .map((path) => ({ path, lines: readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  t.deepEqual(long, []);
});

test('every source file says its licence in the first two lines', (t) => {
  const without = ['src', 'native', 'bpf', 'test']
    .flatMap(filesUnder)
    .filter((path) => /\.(ts|cc|c|h)$/.test(path))
    .filter((path) => {
      const head = readFileSync(join(ROOT, path), 'utf8').split('\n', 2).join('\n');
      return !head.includes('SPDX-License-Identifier: ');
    });
  t.deepEqual(without, []);
});
