import { buildObjects } from './objects.js';
import { removeStale } from './site/network.js';
import { throughputStage } from './stages/throughput.js';
import { distribution } from './statistics.js';
buildObjects();
await removeStale();
const s = await throughputStage.run({ has: () => true } as never, { quick: true, cpu: 1, say: console.log });
for (const [n, v] of s) { const d = distribution(v); console.log(n, Math.round(d.median), Math.round(d.p25), Math.round(d.p75)); }
