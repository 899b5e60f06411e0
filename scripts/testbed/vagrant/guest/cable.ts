// SPDX-License-Identifier: Apache-2.0
// lab-cable PORT OTHER...: PORT goes up and the others down. Prints CLOCK_MONOTONIC in ms from before.
import { execFileSync } from 'node:child_process';
import { monotonic_ms } from '#scripts/kit/clock.js';

const [port = '', ...others] = process.argv.slice(2);
const input = [...others.map((other) => `link set ${other} down\n`), `link set ${port} up\n`].join('');
const pulled_ms = monotonic_ms();
execFileSync('ip', ['-batch', '-'], { input });
console.log(pulled_ms);
