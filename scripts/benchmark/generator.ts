// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { capture } from '#scripts/kit/shell.js';
import type { GeneratorChoice, GeneratorName } from '#scripts/packets/stream.js';
import { Refused } from './refused.js';

export interface Generator {
  readonly name: GeneratorName;
  /** For the report. */
  readonly text: string;
}

const CONTROL = '/proc/net/pktgen/pgctrl';
const LIVE_FRAME = 'live-frame: test runs of an XDP program that writes the header of each packet';
const PKTGEN =
  'pktgen for packets of hosts to single EIDs; live-frame test runs for LISP data packets and for many EIDs, which ' +
  'pktgen cannot build. Frames of IPv6 are 78 bytes with pktgen. Its clock is wall time';

/** Why there is no pktgen; undefined: there is. */
async function missingPktgen(): Promise<string | undefined> {
  if (existsSync(CONTROL)) return undefined;
  const { stderr } = await capture(['modprobe', 'pktgen']);
  if (existsSync(CONTROL)) return undefined;
  return stderr.trim() || `${CONTROL} is not there`;
}

/** @throws Refused when the one that was asked for is not there */
export async function chooseGenerator(choice: GeneratorChoice): Promise<Generator> {
  if (choice === 'live-frame') return { name: 'live-frame', text: LIVE_FRAME };
  const missing = await missingPktgen();
  if (missing === undefined) return { name: 'pktgen', text: PKTGEN };
  if (choice === 'auto') return { name: 'live-frame', text: `${LIVE_FRAME}; no pktgen here (${missing})` };
  throw new Refused(
    `--generator pktgen: this kernel has no pktgen (${missing}); ` +
      'use --generator live-frame, or boot a kernel with CONFIG_NET_PKTGEN',
  );
}
