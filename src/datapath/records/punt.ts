// SPDX-License-Identifier: Apache-2.0
import { ADDRESS_BITS, type Address, addressFromBytes, MAX_INSTANCE_ID } from '#addr/index.js';
import type { Punt, PuntReason } from '#control/contract/inputs.js';
import { xtr_constants, xtr_punt } from '#datapath/generated/layout.js';
import { StructBytes } from '#datapath/struct-bytes.js';
import { PUNT_REASON_VALUES } from './interface.js';

const REASONS = new Map<number, PuntReason>(
  (Object.entries(PUNT_REASON_VALUES) as [PuntReason, number][]).map(([name, value]) => [value, name]),
);
const NS_PER_ms = 1e6;
const { bytes: header, offset } = xtr_punt;

function addressAt(record: StructBytes, at: number, family: number): Address | undefined {
  if (family !== 4 && family !== 6) return undefined;
  return addressFromBytes(record.slice(at, ADDRESS_BITS[family] / 8));
}

/** struct xtr_punt and the frame after it. Undefined if the bytes are not a valid record. */
export function decodePunt(bytes: Uint8Array): Punt | undefined {
  if (bytes.length < header) return undefined;
  const record = new StructBytes(bytes);
  const u32 = (name: keyof typeof offset): number => record.u32(offset[name]);
  const reason = REASONS.get(u32('reason'));
  const captured = u32('captured_bytes');
  const sourceEid = addressAt(record, offset.source_eid, u32('eid_family'));
  const destinationEid = addressAt(record, offset.destination_eid, u32('eid_family'));
  const outerSource = addressAt(record, offset.outer_source, u32('rloc_family'));
  if (reason === undefined || sourceEid === undefined || destinationEid === undefined) return undefined;
  if (outerSource === undefined && u32('rloc_family') !== 0) return undefined;
  if (captured > bytes.length - header || captured > xtr_constants.XTR_PUNT_BYTES) return undefined;
  if (u32('instance_id') > MAX_INSTANCE_ID) return undefined;
  return {
    reason,
    ifindex: u32('ifindex'),
    instanceId: u32('instance_id'),
    sourceEid,
    destinationEid,
    outerSource,
    ...(u32('mtu_bytes') > 0 && { mtu_bytes: u32('mtu_bytes') }),
    at_ms: Number(record.u64(offset.time_ns)) / NS_PER_ms,
    frame: record.slice(header, captured),
  };
}
