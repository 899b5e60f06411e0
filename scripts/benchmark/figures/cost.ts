// SPDX-License-Identifier: Apache-2.0
import { differences, type Figure } from '#scripts/benchmark/figure.js';
import { costStage } from '#scripts/benchmark/stages/cost.js';
import { type Mix, MIXES, mixName } from '#scripts/benchmark/stages/mixes.js';

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

/** Not in a quick run, which looks at IPv4 over IPv4 alone: each series has a program to load. */
function slow(figure: Figure): Figure {
  return { ...figure, slow: true };
}

function inMixes(what: string, title: string, restored: (mix: Mix) => string, how?: string): Figure[] {
  return MIXES.map((mix) => {
    const figure = own(`${what}-${mixName(mix)}`, `${title} ${mixName(mix)}`, restored(mix), how);
    return mix.eid === 4 && mix.rloc === 4 ? figure : slow(figure);
  });
}

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
    reasonIfShort:
      "where the kernel guards each return of a function ('Safe RET', row mitigations) it was seen to take more than twice what it takes elsewhere, and so was a bare redirect",
  },
  own('bare-v4', 'Bare parse and redirect, IPv4', 'v4'),
  slow(own('bare-v6', 'Bare parse and redirect, IPv6', 'v6')),
  ...inMixes('encapsulate', 'Encapsulation', ({ eid }) => `v${eid}`),
  ...inMixes('decapsulate', 'Decapsulation', mixName),
  ...inMixes('reencapsulate', 'Re-encapsulation of a stale packet', mixName, SUPPRESSED),
  own('miss-v4', 'Miss with its punt suppressed, IPv4', 'v4', SUPPRESSED),
  slow(own('miss-v6', 'Miss with its punt suppressed, IPv6', 'v6', SUPPRESSED)),
  {
    ...{ ...shared, name: 'cost-restore', title: 'Restoring the packet (taken off above)' },
    ...{ how: 'a run that restores and does nothing else', series: ['nothing-v4'] },
    values: (samples) => samples.get('nothing-v4') ?? [],
  },
];
