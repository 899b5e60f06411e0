// SPDX-License-Identifier: Apache-2.0

/** Counters of the adapter; `show statistics` prints them in this order. */
export const ADAPTER_COUNTER_NAMES = [
  'effectsRefused', // the sum of the next five
  'mapCacheFull',
  'localEidsFull',
  'locatorSetsFull',
  'locatorsFull',
  'mapErrors', // the kernel refused a write, though the table was not full
  'locatorsIgnored', // more locators in a mapping than a locator-set holds
  'adoptedBroken', // pinned entries that were invalid and were removed
  'punts',
  'puntsMalformed',
  'puntsTooOld',
  'neighbourPuntsSent', // encapsulated packets given to the kernel, which resolves their next hop
  'injected',
  'injectedEncapsulated',
  'injectedNative',
  'injectDropped', // dropped by the programs, which count the reason
  'injectErrors',
  'originated', // ICMP errors and fragments, which are counted as injected..., too
  'originateErrors', // on an interface that is gone
  'interfacesChanged', // an interface has a new MAC address or index, or has come back
  'interfacesGone',
  'sendErrors', // the kernel refused a packet
  'sendBadPackets', // not a complete IP packet, or its TTL is used up
] as const;
export type AdapterCounterName = (typeof ADAPTER_COUNTER_NAMES)[number];

export class AdapterCounters {
  readonly #counts = new Map<AdapterCounterName, number>(ADAPTER_COUNTER_NAMES.map((name) => [name, 0]));

  add(name: AdapterCounterName, n = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + n);
  }

  snapshot(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
