// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import { type AgentService, EVENT_BACKLOG, type EventView } from './protocol.js';

const BATCH = 64;

/**
 * Writes the kept events, then each new one, as fast as the reader reads. A reader that is EVENT_BACKLOG events behind is
 * disconnected: `onSlow` is called and the connection destroyed.
 */
export function streamEvents(service: AgentService, id: number, socket: Socket, onSlow: () => void): void {
  const waiting: EventView[] = [...service.recentEvents()];
  let blocked = false;
  const pump = (): void => {
    while (!blocked && waiting.length > 0) {
      const lines = waiting.splice(0, BATCH).map((event) => `${JSON.stringify({ id, event })}\n`);
      blocked = !socket.write(lines.join(''));
    }
  };
  const stop = service.onEvent((event) => {
    waiting.push(event);
    pump();
    if (waiting.length <= EVENT_BACKLOG) return;
    onSlow();
    socket.destroy();
    stop();
  });
  socket.on('drain', () => {
    blocked = false;
    pump();
  });
  socket.once('close', stop);
  socket.once('end', () => socket.end());
  socket.resume(); // ignores what the reader sends, but notices the end of the connection
  pump();
}
