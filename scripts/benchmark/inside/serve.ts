// SPDX-License-Identifier: Apache-2.0
import type { Methods } from './process.js';

/** Answers calls until the parent goes. */
export function serve(methods: Methods): void {
  process.on('message', ({ id, method, args }: { id: number; method: string; args: unknown[] }) => {
    void Promise.resolve()
      .then(() => methods[method]?.(...args))
      .then(
        (result) => process.send?.({ id, result }),
        (error: unknown) =>
          process.send?.({
            id,
            error: error instanceof Error ? (error.stack ?? error.message) : String(error),
          }),
      );
  });
  process.on('disconnect', () => process.exit());
}
