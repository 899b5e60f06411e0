// SPDX-License-Identifier: Apache-2.0
// One section of an ELF file, which is all that is wanted of one here.

const ELF_MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const DATA_LITTLE_ENDIAN = 1;

/** A section and the byte order of its file. */
export interface Section {
  readonly bytes: DataView;
  readonly littleEndian: boolean;
}

/** @throws Error when it is no 64-bit ELF file or has no such section */
export function findSection(file: Uint8Array, name: string): Section {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0) !== ELF_MAGIC || view.getUint8(4) !== CLASS_64)
    throw new Error('not a 64-bit ELF file');
  const littleEndian = view.getUint8(5) === DATA_LITTLE_ENDIAN;
  const number = (at: number): number => Number(view.getBigUint64(at, littleEndian));

  // e_shoff, e_shentsize, e_shnum, e_shstrndx; then sh_name, sh_offset and sh_size of each section
  const headers = number(40);
  const [size, count, names] = [58, 60, 62].map((at) => view.getUint16(at, littleEndian)) as [
    number,
    number,
    number,
  ];
  const header = (index: number): number => headers + index * size;
  const namesAt = number(header(names) + 24);
  for (let index = 0; index < count; index++) {
    const at = header(index);
    if (text(view, namesAt + view.getUint32(at, littleEndian)) !== name) continue;
    return {
      bytes: new DataView(view.buffer, view.byteOffset + number(at + 24), number(at + 32)),
      littleEndian,
    };
  }
  throw new Error(`no section ${name}`);
}

/** The string that ends with NUL. */
export function text(view: DataView, offset: number): string {
  let end = offset;
  while (view.getUint8(end) !== 0) end++;
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + offset, end - offset));
}
