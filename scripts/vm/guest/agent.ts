// SPDX-License-Identifier: Apache-2.0
// Runs in a guest and does what its host asks for on the virtio ports.
import { serveOnce } from './port.js';
import { PORTS } from './protocol.js';
import { Session } from './session.js';

async function servePort(port: number): Promise<never> {
  for (;;) {
    let session: Session | undefined;
    await serveOnce(port, (connection) => {
      session = new Session(connection);
      void session.serve();
    });
    session?.end();
  }
}

await Promise.all(Array.from({ length: PORTS }, (_, port) => servePort(port)));
