// SPDX-License-Identifier: Apache-2.0
import type { ExecutionContext } from 'ava';
import { counted, type Outcome, type Router, XDP_REDIRECT } from './router.js';
import { EID, type Port, SITE } from './site.js';
import type { Entry } from './tables.js';

export interface Fixture {
  readonly frame: Uint8Array;
  /** Ingress port; by default EID. */
  readonly port?: Port;
  /** Added to SITE; later entries win. */
  readonly entries?: readonly Entry[];
  readonly verdict: number;
  /** Packets by reason, without zeros. */
  readonly counters: Readonly<Record<string, number>>;
  /** Gives the expected output frame. By default it must be unchanged; the output of dropped frames is not checked. */
  readonly after?: (frame: Uint8Array) => Uint8Array;
}

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Sends the frame twice: the second one may use the caches. Both results must be the same, and counters doubled. */
async function checkAgain(
  t: ExecutionContext,
  router: Router,
  fixture: Fixture,
  first: Outcome,
): Promise<void> {
  const { frame, port = EID, entries = [] } = fixture;
  const sent = { frame, ifindex: port.ifindex };
  const outcome = await router.run({ entries: [...SITE, ...entries], frames: [sent, sent] });
  const results = outcome.runs.map(({ verdict, frame: result }) => [verdict, toHex(result)]);
  const [run] = first.runs;
  t.deepEqual(results, Array(2).fill([run?.verdict, toHex(run?.frame ?? new Uint8Array())]));
  for (const table of ['reasons', 'outcomes', 'mappings', 'locators'] as const)
    t.deepEqual(
      outcome[table],
      first[table].map(([packets, bytes]) => [2 * packets, 2 * bytes] as const),
    );
}

/** Checks verdict, frame and counters: each packet is counted by one reason, with the length of the frame. */
export async function check(t: ExecutionContext, router: Router, fixture: Fixture): Promise<Outcome> {
  const { frame, port = EID, entries = [], verdict, counters, after } = fixture;
  const outcome = await router.run({
    entries: [...SITE, ...entries],
    frames: [{ frame, ifindex: port.ifindex }],
  });
  const [run] = outcome.runs;
  if (!run) throw new Error('no run');
  t.deepEqual(counted(outcome), counters);
  t.is(run.verdict, verdict);
  if (after) t.is(toHex(run.frame), toHex(after(run.frame)));
  else if (verdict === 2) t.is(toHex(run.frame), toHex(frame));
  const [exits] = outcome.reasons.filter(([packets]) => packets > 0);
  t.is(exits?.[1], frame.length);
  if (verdict === XDP_REDIRECT) await checkAgain(t, router, fixture, outcome);
  return outcome;
}
