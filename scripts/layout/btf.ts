// SPDX-License-Identifier: Apache-2.0
// Types of a .BTF section (Documentation/bpf/btf.rst of the kernel), so that no tool is needed to read them.
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
const KIND = { PTR: 2, ARRAY: 3, STRUCT: 4, ENUM: 6, VAR: 14, DATASEC: 15, DECL_TAG: 17 } as const;

interface BtfMember {
  readonly name: string;
  /** Type ID of a struct's field, value of an enum's member. */
  readonly value: number;
  /** Of a struct's field: bits, and in structs with bit fields the field's size in the high byte. */
  readonly offset: number;
}

interface BtfType {
  readonly kind: number;
  readonly name: string;
  /** Of a struct: its bytes. Of a pointer, variable or tag: the ID of its type. */
  readonly size: number;
  readonly hasBitFields: boolean;
  readonly members: readonly BtfMember[];
  /** Elements of an array, and the ID of their type. */
  readonly elements: number;
  readonly elementType: number;
}

export interface Struct {
  readonly kind: 'struct';
  readonly name: string;
  readonly bytes: number;
  /** Offsets in bytes. */
  readonly fields: readonly { readonly name: string; readonly offset: number; readonly type: string }[];
}

export interface Enum {
  readonly kind: 'enum';
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly value: number }[];
}

/** A BPF map as SEC(".maps") declares it. */
export interface MapDeclaration {
  readonly name: string;
  /** enum bpf_map_type */
  readonly type: number;
  /** Before the agent sets another one. */
  readonly maxEntries: number;
  /** Of key and value; undefined where it declares none. */
  readonly key: string | undefined;
  readonly value: string | undefined;
  /** Its btf_decl_tag. */
  readonly tag: string | undefined;
}

/** The types of an object file's .BTF section. */
export class Btf {
  /** By type ID; 0 is void. */
  readonly #types: readonly (BtfType | undefined)[];

  /** @throws Error when it is not BTF, or of a kind not known here */
  constructor(section: Section) {
    this.#types = [undefined, ...parseTypes(section)];
  }

  /** Named structs and enums. */
  types(): (Struct | Enum)[] {
    return this.#types.flatMap((type): (Struct | Enum)[] => {
      if (type?.kind === KIND.STRUCT) return [this.#struct(type)];
      if (type?.kind === KIND.ENUM) return [{ kind: 'enum', name: type.name, members: type.members }];
      return [];
    });
  }

  /** In the order of BTF, which is that of their first use. */
  maps(): MapDeclaration[] {
    const section = this.#types.find((type) => type?.kind === KIND.DATASEC && type.name === '.maps');
    return (section?.members ?? []).map(({ value: id }) => {
      const { name, size } = this.#type(id);
      const { members } = this.#type(size);
      return {
        name,
        type: this.#number(members, 'type'),
        maxEntries: this.#number(members, 'max_entries'),
        key: this.#pointedTo(members, 'key'),
        value: this.#pointedTo(members, 'value'),
        tag: this.#types.find((type) => type?.kind === KIND.DECL_TAG && type.size === id)?.name,
      };
    });
  }

  /** What __uint(name, value) declared: a pointer to an array of so many elements. */
  #number(members: readonly BtfMember[], name: string): number {
    const member = members.find((each) => each.name === name);
    if (member === undefined) throw new Error(`a map without ${name}`);
    return this.#type(this.#type(member.value).size).elements;
  }

  /** What __type(name, type) declared: a pointer to the type. */
  #pointedTo(members: readonly BtfMember[], name: string): string | undefined {
    const member = members.find((each) => each.name === name);
    return member && this.#typeName(this.#type(member.value).size);
  }

  #struct({ name, size, members, hasBitFields }: BtfType): Struct {
    const bytes = (offset: number): number => (hasBitFields ? offset & 0xff_ffff : offset) / 8;
    const fields = members.map((member) => ({
      name: member.name,
      offset: bytes(member.offset),
      type: this.#typeName(member.value),
    }));
    return { kind: 'struct', name, bytes: size, fields };
  }

  /** As C has it: 'struct xtr_member[16]'. */
  #typeName(id: number): string {
    if (id === 0) return 'void';
    const type = this.#type(id);
    if (type.kind === KIND.PTR) return `${this.#typeName(type.size)} *`;
    if (type.kind === KIND.ARRAY) return `${this.#typeName(type.elementType)}[${type.elements}]`;
    return type.kind === KIND.STRUCT ? `struct ${type.name}` : type.name;
  }

  #type(id: number): BtfType {
    const type = this.#types[id];
    if (type === undefined) throw new Error(`no BTF type ${id}`);
    return type;
  }
}

function parseTypes({ bytes: btf, littleEndian }: Section): BtfType[] {
  const u32 = (at: number): number => btf.getUint32(at, littleEndian);
  if (btf.getUint16(0, littleEndian) !== BTF_MAGIC) throw new Error('not BTF');
  const header = u32(4);
  const [types, typeBytes, strings] = [u32(8), u32(12), u32(16)];
  const name = (at: number): string => text(btf, header + strings + u32(at));

  const found: BtfType[] = [];
  for (let at = header + types; at < header + types + typeBytes;) {
    const info = u32(at + 4);
    const kind = (info >>> 24) & 0x1f;
    const memberCount = info & 0xffff;
    const trailer = TRAILERS[kind];
    if (trailer === undefined) throw new Error(`BTF kind ${kind} is not known`);
    const [fixed, eachMember] = trailer;
    const members = Array.from({ length: memberCount }, (_, index): BtfMember => {
      const member = at + TYPE_BYTES + fixed + index * eachMember;
      // a variable of a section begins with its type ID, all other members with their name
      if (kind === KIND.DATASEC) return { name: '', value: u32(member), offset: u32(member + 4) };
      return { name: name(member), value: u32(member + 4), offset: eachMember > 8 ? u32(member + 8) : 0 };
    });
    found.push({
      ...{ kind, members, name: name(at), size: u32(at + 8), hasBitFields: info >>> 31 === 1 },
      elements: kind === KIND.ARRAY ? u32(at + TYPE_BYTES + 8) : 0,
      elementType: kind === KIND.ARRAY ? u32(at + TYPE_BYTES) : 0,
    });
    at += TYPE_BYTES + fixed + memberCount * eachMember;
  }
  return found;
}
