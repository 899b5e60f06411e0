// SPDX-License-Identifier: Apache-2.0
// lab-traffic send ADDRESS RATE | lab-traffic receive ADDRESS QUIET_ms
import { constants, setPriority } from 'node:os';
import { receive } from './receive.js';
import { send } from './send.js';

// The measurement is about the network, not about scheduling on this node.
setPriority(constants.priority.PRIORITY_HIGHEST);

const [mode, address = '', number = ''] = process.argv.slice(2);
if (mode === 'send') send(address, Number(number));
else if (mode === 'receive') receive(address, Number(number));
else
  throw new Error(
    `lab-traffic send ADDRESS RATE | lab-traffic receive ADDRESS QUIET_ms, not '${mode ?? ''}'`,
  );
