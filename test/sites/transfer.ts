// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import type { NodeName, TwoSites } from './two-sites.js';

const BYTES = 20_000_000;
const TIMEOUT_ms = 60_000;
const PORT = '5201';
const program = fileURLToPath(new URL('tcp.js', import.meta.url));

/** All that one host sends another by TCP arrives. */
export async function transfer(
  t: ExecutionContext,
  sites: TwoSites,
  from: NodeName,
  to: NodeName,
  address: string,
): Promise<void> {
  const receiving = sites.must(to, [process.execPath, program, 'receive', PORT], TIMEOUT_ms);
  await sites.must(from, [process.execPath, program, 'send', PORT, address, String(BYTES)], TIMEOUT_ms);
  t.is(Number(await receiving), BYTES);
}
