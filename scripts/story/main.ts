// SPDX-License-Identifier: Apache-2.0
import { labCommand } from './command.js';
import { networkNamespaces } from './netns/index.js';

await labCommand(networkNamespaces, 'story/usage.txt', process.argv.slice(2));
