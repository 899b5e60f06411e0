// SPDX-License-Identifier: Apache-2.0
// Writes scripts/vagrant/machines.json: node build/scripts/testbed/vagrant/write-machines.js
import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { REPOSITORY } from '#scripts/kit/repository.js';
import { MACHINES } from './machines.js';

const filepath = `${REPOSITORY}scripts/vagrant/machines.json`;
const options = await resolveConfig(filepath);
await writeFile(filepath, await format(JSON.stringify(MACHINES), { ...options, filepath }));
