// SPDX-License-Identifier: Apache-2.0
import { labCommand } from './command.js';
import { networkNamespaces } from '#scripts/testbed/netns/index.js';
import { vagrantMachines } from '#scripts/testbed/vagrant/index.js';

const [first, ...rest] = process.argv.slice(2);
if (first === '--vagrant') await labCommand(vagrantMachines, 'story/usage.txt', rest);
else await labCommand(networkNamespaces, 'story/usage.txt', process.argv.slice(2));
