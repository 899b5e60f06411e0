// SPDX-License-Identifier: Apache-2.0
import { formatAddress, formatEidPrefix, sameAddress } from '#addr/index.js';
import { MAX_LOCATORS } from '#wire/eid-record.js';
import { eachRepeated } from './check-duplicates.js';
import { type Draft, eidOf } from './draft.js';
import type { Report } from './problem.js';
import type { Located } from './sections.js';

type Entry = Draft['mapCache'][number];

export function checkMapCache(draft: Draft, report: Report): void {
  const dynamic = new Set(draft.dynamicEids.map(({ value }) => formatEidPrefix(eidOf(value))));
  for (const entry of draft.mapCache) {
    const { value, path } = entry;
    if ((value.action === undefined) === (value.locators === undefined))
      report(path, 'an entry has either an action or locators', 'write one of the two');
    if (dynamic.has(formatEidPrefix(eidOf(value))))
      report([...path, 'eid-prefix'], 'a dynamic-EID prefix makes this entry itself', 'delete this entry');
    if (value.locators) checkLocators(draft, entry, value.locators, report);
  }
}

function checkLocators(
  draft: Draft,
  { path }: Located<Entry['value']>,
  locators: NonNullable<Entry['value']['locators']>,
  report: Report,
): void {
  const here = [...path, 'locators'];
  if (locators.length === 0)
    report(here, 'there is no locator in it', 'write action: drop to drop the packets');
  if (locators.length > MAX_LOCATORS)
    report(here, `${locators.length} locators are too many`, `write at most ${MAX_LOCATORS}`);
  eachRepeated(
    [...locators.entries()],
    ([, { rloc }]) => formatAddress(rloc),
    ([i, { rloc }]) => {
      report([...here, i, 'rloc'], `${formatAddress(rloc)} occurs twice`, 'keep one of the two');
    },
  );
  for (const [i, { rloc }] of locators.entries()) {
    if (draft.rlocs.some(({ value }) => sameAddress(value.address, rloc)))
      report(
        [...here, i, 'rloc'],
        `${formatAddress(rloc)} is an RLOC of this node`,
        'name the RLOC of another xTR',
      );
    else if (
      !draft.sections.broken('rlocs') &&
      !draft.rlocs.some(({ value }) => value.address.family === rloc.family)
    )
      report(
        [...here, i, 'rloc'],
        `this node has no IPv${rloc.family} RLOC to send from`,
        `add an IPv${rloc.family} address to rlocs, or name an RLOC of the other family`,
      );
  }
}
