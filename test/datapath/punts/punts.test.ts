// SPDX-License-Identifier: Apache-2.0
// Reading the ring buffer: records that are not passed on to the control plane.
import test from 'ava';
import type { Punt } from '#control/contract/inputs.js';
import { AdapterCounters } from '#datapath/adapter-counters.js';
import { xtr_interface, xtr_settings } from '#datapath/generated/layout.js';
import { DEFAULT_PUNT_LIMITS } from '#datapath/index.js';
import { loadNative, type Native } from '#datapath/native.js';
import { PacketSender } from '#datapath/punts/packet-sender.js';
import { Punts } from '#datapath/punts/punts.js';
import { encodeInterface, encodeInterfaceKey, encodeSettings } from '#datapath/records/interface.js';
import { u32, u64 } from '#test/native/addon.js';
import { compileBpf } from '#test/native/compile.js';
import { ethernet, ipv4Udp } from '#test/native/packets.js';

const native = loadNative();
const LOOPBACK = 1;

/** Resolves when `count` records were read, to the counters and the punts that were passed on. */
function reading(
  clock: Pick<Native, 'monotonicNs'>,
  map: ReturnType<ReturnType<Native['loadObject']>['map']>,
  count: number,
): Promise<{ counters: Record<string, number>; punts: readonly Punt[] }> {
  const counters = new AdapterCounters();
  const handedOn: Punt[] = [];
  return new Promise((resolve) => {
    const openRingBuffer: Native['openRingBuffer'] = (ring, batch, listener) =>
      native.openRingBuffer(ring, batch, (records) => {
        listener(records);
        if (counters.snapshot()['punts'] !== count) return;
        punts.close();
        resolve({ counters: counters.snapshot(), punts: handedOn });
      });
    const watched = { ...native, ...clock, openRingBuffer };
    const punts = new Punts(watched, map, new PacketSender(native, counters), counters);
    punts.listen((batch) => handedOn.push(...batch));
  });
}

test('a malformed record is counted', async (t) => {
  const object = native.loadObject(compileBpf('test/native/probe.bpf.c'));
  object.program('probe_record').testRun(new Uint8Array(64));
  const { counters, punts } = await reading(native, object.map('probe_ring'), 1);
  t.like(counters, { punts: 1, puntsMalformed: 1 });
  t.deepEqual(punts, []);
  object.close();
});

for (const [age_ms, fate] of [
  [0, 'handed on'],
  [4_000, 'handed on'],
  [6_000, 'dropped'],
] as const)
  test(`a punt of ${age_ms} ms ago is ${fate}`, async (t) => {
    const object = native.loadObject('bpf/build/eid_ingress.bpf.o');
    const lo = {
      name: 'lo',
      ifindex: LOOPBACK,
      mac: new Uint8Array(6),
      roles: ['eid'],
      instanceId: 0,
    } as const;
    object.map('xtr_settings').update(u32(0), encodeSettings(DEFAULT_PUNT_LIMITS, 0));
    object.map('xtr_interfaces').update(encodeInterfaceKey(LOOPBACK), encodeInterface(lo));
    object.map('xtr_eid_db_v4').update(u32(32, 0, 0), u32(2, 0, 0xffffffff, 0, 0)); // all of instance 0 is dynamic
    const frame = ethernet(ipv4Udp('5.5.5.5', '1.1.1.1', 9, Buffer.from('hello')));
    object.program('xtr_eid_ingress').testRun(frame, { ingressIfindex: LOOPBACK });
    const monotonicNs = (): bigint => native.monotonicNs() + BigInt(age_ms) * 1_000_000n;
    const { counters, punts } = await reading({ monotonicNs }, object.map('xtr_punts'), 1);
    t.is(counters['puntsTooOld'], fate === 'dropped' ? 1 : 0);
    t.deepEqual(
      punts.map(({ reason }) => reason),
      fate === 'dropped' ? [] : ['eid-detected'],
    );
    object.close();
  });

test('settings and interfaces have the sizes of their structs', (t) => {
  t.is(encodeSettings(DEFAULT_PUNT_LIMITS, 0).length, xtr_settings.bytes);
  const eth = {
    name: 'eth0',
    ifindex: 2,
    mac: Uint8Array.of(1, 2, 3, 4, 5, 6),
    roles: ['eid', 'rloc'],
    instanceId: 7,
  };
  const bytes = encodeInterface(eth as never);
  t.is(bytes.length, xtr_interface.bytes);
  t.deepEqual(bytes, Uint8Array.of(...u64(7n | (3n << 32n)), 1, 2, 3, 4, 5, 6, 0, 0));
});
