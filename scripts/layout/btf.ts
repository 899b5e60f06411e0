// SPDX-License-Identifier: Apache-2.0
// Structs and enums of a .BTF section (Documentation/bpf/btf.rst of the kernel), so that no tool is needed to read them.
import { type Section, text } from './elf.js';

const BTF_MAGIC = 0xeb9f;
const TYPE_BYTES = 12;

/** Bytes that follow the type itself, by kind: fixed, and for each of its members. */
const TRAILERS: readonly (readonly [fixed: number, eachMember: number])[] = [
  [0, 0], // void
  [4, 0], // int
  [0, 0], // ptr
  [12, 0], // array
  [0, 12], // struct
  [0, 12], // union
  [0, 8], // enum
  [0, 0], // fwd
  [0, 0], // typedef
  [0, 0], // volatile
  [0, 0], // const
  [0, 0], // restrict
  [0, 0], // func
  [0, 8], // func_proto
  [4, 0], // var
  [0, 12], // datasec
  [0, 0], // float
  [4, 0], // decl_tag
  [0, 0], // type_tag
  [0, 12], // enum64
];
const KIND_STRUCT = 4;
const KIND_ENUM = 6;

export interface Struct {
  readonly kind: 'struct';
  readonly name: string;
  readonly bytes: number;
  /** Offsets in bytes. */
  readonly fields: readonly { readonly name: string; readonly offset: number }[];
}

export interface Enum {
  readonly kind: 'enum';
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly value: number }[];
}

/** The named structs and enums of a section. @throws Error when it is not BTF, or of a kind not known here */
export function parseBtf({ bytes: btf, littleEndian }: Section): (Struct | Enum)[] {
  const u32 = (at: number): number => btf.getUint32(at, littleEndian);
  if (btf.getUint16(0, littleEndian) !== BTF_MAGIC) throw new Error('not BTF');
  const header = u32(4);
  const [types, typeBytes, strings] = [u32(8), u32(12), u32(16)];
  const name = (at: number): string => text(btf, header + strings + u32(at));

  const found: (Struct | Enum)[] = [];
  for (let at = header + types; at < header + types + typeBytes;) {
    const info = u32(at + 4);
    const kind = (info >>> 24) & 0x1f;
    const memberCount = info & 0xffff;
    const trailer = TRAILERS[kind];
    if (trailer === undefined) throw new Error(`BTF kind ${kind} is not known`);
    const member = (index: number): number => at + TYPE_BYTES + index * trailer[1];
    const members = Array.from({ length: memberCount }, (_, index) => member(index));
    if (kind === KIND_STRUCT) {
      // the high byte of a member's offset is the size of a bit field in structs that have some
      const offset = (field: number): number =>
        (info >>> 31 ? u32(field + 8) & 0xff_ffff : u32(field + 8)) / 8;
      const fields = members.map((field) => ({ name: name(field), offset: offset(field) }));
      found.push({ kind: 'struct', name: name(at), bytes: u32(at + 8), fields });
    } else if (kind === KIND_ENUM) {
      const values = members.map((value) => ({ name: name(value), value: u32(value + 4) }));
      found.push({ kind: 'enum', name: name(at), members: values });
    }
    at += TYPE_BYTES + trailer[0] + memberCount * trailer[1];
  }
  return found;
}
