// SPDX-License-Identifier: Apache-2.0
// The inner half of RemoteProcess: runs the methods that the test calls.

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Methods = Record<string, (...args: never[]) => unknown>;

/** Sends a line to the test. */
export function say(what: string): void {
  process.send?.({ heard: what });
}

/** Calls one of `methods`, or else a method of `object()`. */
export function serve(methods: Methods, object: () => object): void {
  process.on('message', ({ id, method, args }: Call) => {
    const call = methods[method] ?? (object() as unknown as Methods)[method]?.bind(object());
    Promise.resolve()
      .then(() => call?.(...(args as never[])))
      .then(
        (result) => process.send?.({ id, result }),
        (reason: unknown) => {
          const { code, message } = reason as Error & { code?: string };
          process.send?.({ id, error: code ?? message });
        },
      );
  });
  process.on('disconnect', () => process.exit(0));
}
