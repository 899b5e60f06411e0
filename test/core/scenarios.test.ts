// SPDX-License-Identifier: Apache-2.0
// test/scenarios: inputs and their expected effects. After an intended change, update the effects with
//   XTRD_UPDATE_SCENARIOS=1 node_modules/.bin/ava build/test/core/scenarios.test.js
import test from 'ava';
import { playScenario, SCENARIOS, updateScenario } from './scenario.js';

test('there are scenarios', (t) => {
  t.true(SCENARIOS.length > 0);
});

for (const name of SCENARIOS)
  test(name, async (t) => {
    if (process.env['XTRD_UPDATE_SCENARIOS'] === '1') await updateScenario(name);
    const { expected, actual } = await playScenario(name);
    t.deepEqual(actual, expected);
  });
