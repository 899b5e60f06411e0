// SPDX-License-Identifier: Apache-2.0

/** What the adapter itself counts; `show statistics` prints them in this order. */
export const ADAPTER_COUNTER_NAMES = [
  'effectsRefused', // for one of the five reasons that follow
  'mapCacheFull',
  'localEidsFull',
  'locatorSetsFull',
  'locatorsFull',
  'mapErrors', // the kernel refused a write for another reason than want of room
  'locatorsIgnored', // beyond what a locator-set holds
  'adoptedBroken', // pinned entries that made no sense and were removed
  'punts',
  'puntsMalformed',
  'puntsTooOld',
  'neighbourPuntsSent', // encapsulated packets whose next hop the kernel resolves
  'injected',
  'injectedEncapsulated',
  'injectedNative',
  'injectDropped', // by the programs; their reasons say why
  'injectErrors',
  'interfacesChanged', // another MAC address or index, or back
  'interfacesGone',
  'sendErrors', // the kernel took a packet not
  'sendBadPackets', // no whole IP packet, or one whose TTL is used up
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
