// SPDX-License-Identifier: Apache-2.0
// lab-clock: answers every line with CLOCK_MONOTONIC in ms, until its input ends.
import { createInterface } from 'node:readline';
import { monotonic_ms } from '#scripts/kit/clock.js';

createInterface({ input: process.stdin }).on('line', () => console.log(monotonic_ms()));
