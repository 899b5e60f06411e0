// SPDX-License-Identifier: Apache-2.0

/**
 * Works on all, at most `atOnce` at a time, in their order. One that fails does not keep the others from being worked on.
 * @returns as Promise.allSettled does
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const waiting = items.entries();
  const settled: PromiseSettledResult<Result>[] = [];
  const worker = async (): Promise<void> => {
    for (const [i, item] of waiting) [settled[i]] = await Promise.allSettled([work(item)]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return settled;
}
