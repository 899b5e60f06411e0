// SPDX-License-Identifier: Apache-2.0
// The sources of this repository and what they import, for the tests of its structure. Type imports count as imports.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Import {
  readonly specifier: string;
  /** Imported names; empty for namespaces, side effects and re-exports. */
  readonly names: readonly string[];
  /** The source file that it leads to, relative to the root; undefined: a package, a builtin, or the addon. */
  readonly target: string | undefined;
}

export interface Source {
  /** Relative to the root: 'src/control/xtr.ts'. */
  readonly path: string;
  readonly file: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** Every file under a folder of the repository, build folders aside. */
export function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'build' ? [] : filesUnder(path);
    return [path];
  });
}

export function readSource(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The TypeScript sources under a folder. */
export function sourcesUnder(folder: string): Source[] {
  return filesUnder(folder)
    .filter((path) => path.endsWith('.ts'))
    .map(parse);
}

export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

function parse(path: string): Source {
  const file = ts.createSourceFile(path, readSource(path), ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  visit(file, (node) => {
    for (const found of importsOf(node)) imports.push({ ...found, target: targetOf(path, found.specifier) });
  });
  return { path, file, imports };
}

/** import and export declarations, import('...') as an expression and as a type, require('...'). */
function importsOf(node: ts.Node): Omit<Import, 'target'>[] {
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

const MANIFEST = JSON.parse(readSource('package.json')) as {
  imports: Record<string, string | { types: string }>;
};

/** Subpath imports are those of package.json: '#addr/*' is './build/src/addr/*'. */
function targetOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(path), specifier).replace(/\.js$/, '.ts');
  for (const [pattern, target] of Object.entries(MANIFEST.imports)) {
    const prefix = pattern.replace(/\*$/, '');
    if (typeof target !== 'string' || !specifier.startsWith(prefix)) continue;
    const built = target.replace('*', specifier.slice(prefix.length));
    return built.replace(/^\.\/build\//, '').replace(/\.js$/, '.ts');
  }
  return undefined;
}

/** Cycles in a graph: the sorted nodes of each strongly connected component of more than one node. */
export function circlesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const walk = (node: string): void => {
    const at = order.size;
    order.set(node, at);
    low.set(node, at);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) walk(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== at) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) walk(node);
  return circles;
}
