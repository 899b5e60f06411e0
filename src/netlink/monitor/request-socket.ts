// SPDX-License-Identifier: Apache-2.0
// Requests to the kernel, one at a time, over the `netlink` package. Used by the monitor process only.
import { getSystemErrorName } from 'node:util';
import { createNetlink, type NetlinkMessage, type NetlinkSocket } from 'netlink';
import { LITTLE_ENDIAN } from '#netlink/rtnetlink/attributes.js';
import { NLM_F_DUMP, NLM_F_DUMP_INTR, NLMSG_ERROR } from '#netlink/rtnetlink/constants.js';

/** Number of attempts to get a consistent dump (without NLM_F_DUMP_INTR). After that the dump is used as it is. */
const DUMP_ATTEMPTS = 5;

/** The kernel refused a request; `code` is the errno's name. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: string;
  constructor(code: string, request: string) {
    super(`${request}: ${code}`);
    this.code = code;
  }
}

/**
 * A socket without group memberships. At most one request is pending, so replies never overrun its receive buffer: the
 * kernel produces a dump only as fast as it is read.
 */
export class RequestSocket {
  readonly #socket: NetlinkSocket;
  #last: Promise<unknown> = Promise.resolve();

  /** @param protocol NETLINK_ROUTE, NETLINK_GENERIC */
  constructor(protocol: number) {
    this.#socket = createNetlink(protocol, { ref: true, recvBufferSize: 0, sendBufferSize: 0 });
  }

  /** @throws RequestError */
  request(name: string, type: number, flags: number, payload: Uint8Array): Promise<NetlinkMessage[]> {
    const result = this.#last.then(() => this.#exchange(name, type, flags, payload));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** All entries of a table. @throws RequestError */
  async dump(name: string, type: number, payload: Uint8Array): Promise<NetlinkMessage[]> {
    for (let attempt = 1; ; attempt++) {
      const messages = await this.request(name, type, NLM_F_DUMP, payload);
      const interrupted = messages.some((message) => (message.flags & NLM_F_DUMP_INTR) !== 0);
      if (!interrupted || attempt === DUMP_ATTEMPTS) return messages;
    }
  }

  async #exchange(name: string, type: number, flags: number, payload: Uint8Array): Promise<NetlinkMessage[]> {
    const [messages] = await this.#socket.request(type, payload, { flags, checkError: false });
    const [first] = messages;
    if (first?.type !== NLMSG_ERROR) return messages;
    // struct nlmsgerr: a negative errno, or 0 for an acknowledgement
    const view = new DataView(first.data.buffer, first.data.byteOffset, first.data.byteLength);
    const errno = view.getInt32(0, LITTLE_ENDIAN);
    if (errno !== 0) throw new RequestError(getSystemErrorName(errno), name);
    return [];
  }
}
