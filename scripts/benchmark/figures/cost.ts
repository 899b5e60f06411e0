// SPDX-License-Identifier: Apache-2.0
import { differences, type Figure } from '../figure.js';
import { costStage } from '../stages/cost.js';
import { MIXES, mixName } from '../stages/mixes.js';

const shared = { group: 'Cost per packet, test runs', stage: costStage, unit: 'ns' } as const;
const RESTORED = 'a run of the program, minus a run that only restores the packet';

function difference(name: string, title: string, how: string, a: string, b: string): Figure {
  return { ...shared, name, title, how, series: [a, b], values: (samples) => differences(samples, a, b) };
}

function own(name: string, title: string, restored: string, how = RESTORED): Figure {
  return difference(`cost-${name}`, title, how, name, `nothing-${restored}`);
}

/** One punt in all that time, so that its cost is in no value. */
const SUPPRESSED = `${RESTORED}; a punt interval of an hour for each EID, so that all punts but the first are suppressed`;

const HOT = 'encapsulate-v4-in-v4';

export const costFigures: readonly Figure[] = [
  {
    ...difference(
      'cost-added',
      'Hot encapsulation, added to a bare redirect',
      'a run of eid_ingress with packets to one EID, minus a run of the bare redirect (v4-in-v4)',
      HOT,
      'bare-v4',
    ),
    target: { most: 45 },
  },
  own('bare-v4', 'Bare parse and redirect, IPv4', 'v4'),
  own('bare-v6', 'Bare parse and redirect, IPv6', 'v6'),
  ...MIXES.map((mix) => {
    const name = mixName(mix);
    return own(`encapsulate-${name}`, `Encapsulation ${name}`, `v${mix.eid}`);
  }),
  ...MIXES.map(mixName).map((mix) => own(`decapsulate-${mix}`, `Decapsulation ${mix}`, mix)),
  ...MIXES.map(mixName).map((mix) =>
    own(`reencapsulate-${mix}`, `Re-encapsulation of a stale packet ${mix}`, mix, SUPPRESSED),
  ),
  own('miss-v4', 'Miss with its punt suppressed, IPv4', 'v4', SUPPRESSED),
  own('miss-v6', 'Miss with its punt suppressed, IPv6', 'v6', SUPPRESSED),
  {
    ...{ ...shared, name: 'cost-restore', title: 'Restoring the packet (taken off above)' },
    ...{ how: 'a run that restores and does nothing else', series: ['nothing-v4'] },
    values: (samples) => samples.get('nothing-v4') ?? [],
  },
];
