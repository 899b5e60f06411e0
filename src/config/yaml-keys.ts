// SPDX-License-Identifier: Apache-2.0
import { isMap, isNode, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Path } from './problem.js';

export interface OddKey {
  /** Where in the text. */
  readonly offset: number;
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
}

/** The text of a pair's key; undefined for a key that is a list or a mapping. */
export function keyText(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

/**
 * Keys that occur twice in one mapping, and keys that are not text. Without this check the second one would win
 * silently.
 */
export function oddKeys(node: unknown, path: Path = []): OddKey[] {
  if (isSeq(node)) return node.items.flatMap((item, i) => oddKeys(item, [...path, i]));
  if (!isMap(node)) return [];
  const seen = new Set<string>();
  return node.items.flatMap((pair) => {
    const text = keyText(pair);
    const offset = isNode(pair.key) ? offsetOf(pair.key) : offsetOf(node);
    if (text === undefined)
      return [{ offset, path, message: 'a key is a list or a mapping', hint: 'write KEY: VALUE' }];
    const here = [...path, text];
    const below = oddKeys(pair.value, here);
    if (seen.has(text))
      below.unshift({ offset, path: here, message: 'this key occurs twice', hint: 'keep one of the two' });
    seen.add(text);
    return below;
  });
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
