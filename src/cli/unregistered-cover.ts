// SPDX-License-Identifier: Apache-2.0
import { BlockList } from 'node:net';
import type { RegistrationView } from '#api/protocol.js';

interface ParsedPrefix {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly length: number;
}

/** The agent has checked that the text is an EID. */
function parse(eid: string): ParsedPrefix {
  const [address = '', length] = eid.split('/');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return { address, family, length: Number(length ?? (family === 'ipv4' ? 32 : 128)) };
}

function covers(outer: ParsedPrefix, inner: ParsedPrefix): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.length, outer.family);
  return list.check(inner.address, inner.family);
}

/** The longest configured prefix without a registration that contains the EID: one row, or none. */
export function unregisteredCover(rows: readonly RegistrationView[], eid: string): RegistrationView[] {
  const wanted = parse(eid);
  return rows
    .filter((row) => !row.registered && covers(parse(row.eid), wanted))
    .sort((a, b) => parse(b.eid).length - parse(a.eid).length)
    .slice(0, 1);
}
