// SPDX-License-Identifier: Apache-2.0

/** A line that is longer than allowed. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
  readonly code = 'ERR_LINE_TOO_LONG';
}

/** Cuts a stream of bytes into lines of UTF-8 text. */
export class LineSplitter {
  readonly #limit: number;
  #parts: Buffer[] = [];
  #length = 0;

  /** @param limit bytes of one line */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The lines that are complete with this chunk. @throws LineTooLongError */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(Buffer.concat(this.#parts).toString('utf8'));
      this.#parts = [];
      this.#length = 0;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > this.#limit) throw new LineTooLongError(`a line is longer than ${this.#limit} bytes`);
    if (part.length > 0) this.#parts.push(part);
  }
}
