#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The rest is imported when the Node is known to be new enough: an older one fails while it links the modules.
import { refuseOldNode } from '#start/node-version.js';

refuseOldNode('xtrctl');
void import('./xtrctl.js');
