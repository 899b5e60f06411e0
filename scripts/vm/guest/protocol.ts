// SPDX-License-Identifier: Apache-2.0
// The protocol between host and guest on a virtio port: one JSON object a line.

/** `id` names a process for as long as the connection lasts. */
export type Request =
  | {
      readonly do: 'spawn';
      readonly id: number;
      readonly command: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
      /** Output goes to the end of this file, and the process outlives the connection. */
      readonly log?: string;
    }
  | { readonly do: 'input'; readonly id: number; /** Base64; absent at the end. */ readonly data?: string }
  | { readonly do: 'signal'; readonly id: number; readonly signal: NodeJS.Signals }
  | { readonly do: 'clock'; readonly id: number };

/** The guest speaks first: with 'ready'. */
export type Answer =
  | { readonly is: 'ready' }
  | {
      readonly is: 'output';
      readonly id: number;
      readonly stream: OutputStream;
      /** Base64. */ readonly data: string;
    }
  | { readonly is: 'exit'; readonly id: number; readonly code: number }
  | { readonly is: 'clock'; readonly id: number; readonly monotonic_ms: number };

export type OutputStream = 'stdout' | 'stderr';

/** Ports of a guest: the first for the process that booted it, the others for `exec`. */
export const PORTS = 4;

export function portName(port: number): string {
  return `xtrd.${port}`;
}
