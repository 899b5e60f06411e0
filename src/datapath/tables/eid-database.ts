// SPDX-License-Identifier: Apache-2.0
import { type EidPrefix, formatEidPrefix } from '#addr/index.js';
import type { LocalEid } from '#control/contract/forwarding.js';
import type { EidTries } from './eid-tries.js';
import type { LocatorSetTable } from './locator-set-table.js';
import type { LocalEidRecord } from '#datapath/records/local-eid.js';

/** The tries of local, dynamic and away EIDs. */
export class EidDatabase {
  readonly #tries: EidTries<LocalEidRecord>;
  readonly #sets: LocatorSetTable;
  /** Locator status bits sent with packets from local EIDs; undefined: none are sent. */
  readonly #statusBits: number | undefined;
  readonly #records = new Map<string, LocalEidRecord>();

  constructor(tries: EidTries<LocalEidRecord>, sets: LocatorSetTable, statusBits: number | undefined) {
    this.#tries = tries;
    this.#sets = sets;
    this.#statusBits = statusBits;
  }

  /** @throws TableFull; then nothing is changed */
  set(eid: EidPrefix, entry: LocalEid): void {
    const record = this.#record(entry);
    try {
      this.#tries.set(eid, record);
    } catch (error) {
      this.#releaseSet(record);
      throw error;
    }
    const before = this.#records.get(formatEidPrefix(eid));
    this.#records.set(formatEidPrefix(eid), record);
    this.#releaseSet(before);
  }

  delete(eid: EidPrefix): void {
    const record = this.#records.get(formatEidPrefix(eid));
    if (record === undefined) return;
    this.#tries.delete(eid);
    this.#records.delete(formatEidPrefix(eid));
    this.#releaseSet(record);
  }

  /** Adopts a record of an earlier agent. @returns undefined if the record is invalid */
  adopt(eid: EidPrefix, record: LocalEidRecord): LocalEid | undefined {
    const locators = record.locatorSet === undefined ? [] : this.#sets.adopt(record.locatorSet);
    if (locators === undefined) return undefined;
    this.#records.set(formatEidPrefix(eid), record);
    switch (record.kind) {
      case 'local':
        return { kind: 'local', ifindex: record.ifindex, dynamic: record.learnt };
      case 'dynamic':
        return { kind: 'dynamic' };
      case 'away':
        return { kind: 'away', locators };
    }
  }

  #record(entry: LocalEid): LocalEidRecord {
    const none = { ifindex: undefined, locatorSet: undefined, learnt: false, statusBits: undefined };
    switch (entry.kind) {
      case 'local':
        return {
          ...none,
          kind: 'local',
          ifindex: entry.ifindex,
          learnt: entry.dynamic,
          statusBits: this.#statusBits,
        };
      case 'dynamic':
        return { ...none, kind: 'dynamic' };
      case 'away':
        if (entry.locators.length === 0) return { ...none, kind: 'away' };
        return { ...none, kind: 'away', locatorSet: this.#sets.acquire(entry.locators) };
    }
  }

  #releaseSet(record: LocalEidRecord | undefined): void {
    if (record?.locatorSet !== undefined) this.#sets.release(record.locatorSet);
  }
}
