// SPDX-License-Identifier: Apache-2.0
// What one version of the state promises to the next: its maps and all that is in them, as text. It is committed for
// each version. After a change of the state:
//   - XTR_STATE_VERSION counts up when the version before was released,
//   - src/datapath/programs/adopters.ts gets an adopter from each version that was released,
//   - node build/scripts/layout/state.js writes the text of the new version.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Btf, type Enum, type MapDeclaration, type Struct } from './btf.js';
import { findSection } from './elf.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const OBJECT = join(ROOT, 'bpf/build/eid_ingress.bpf.o');

/** What the types of the maps do not mention: records of the ring buffer, values of fields, and indexes of counters. */
const MENTIONED_NOWHERE = [
  ...['xtr_punt', 'xtr_action', 'xtr_eid_kind', 'xtr_eid_flag', 'xtr_reason', 'xtr_punt_reason'],
  'xtr_punt_outcome',
];

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

function renderMap({ name, type, key, value }: MapDeclaration): string {
  return `map ${name}: type ${type}, ${key ?? 'no key'} to ${value ?? 'no value'}\n`;
}

function renderType(type: Struct | Enum): string {
  if (type.kind === 'enum')
    return `\nenum ${type.name}\n${type.members.map(({ name, value }) => `  ${name} = ${value}\n`).join('')}`;
  const fields = type.fields.map((field) => `  ${field.offset}: ${field.type} ${field.name}\n`).join('');
  return `\nstruct ${type.name}, ${type.bytes} bytes\n${fields}`;
}

/** The version of the state that an object has, and its text. */
export function stateOf(object: Uint8Array): { readonly version: number; readonly text: string } {
  const btf = new Btf(findSection(object, '.BTF'));
  const types = new Map(btf.types().map((type) => [type.name, type]));
  const maps = btf
    .maps()
    .filter(({ tag }) => tag === 'state')
    .sort(byName);
  const found = new Map<string, Struct | Enum>();
  const add = (name: string | undefined): void => {
    const type =
      name === undefined ? undefined : types.get(name.replace(/^struct /, '').replace(/\[.*$/, ''));
    if (type === undefined || found.has(type.name)) return;
    found.set(type.name, type);
    if (type.kind === 'struct') for (const field of type.fields) add(field.type);
  };
  for (const { key, value } of maps) [key, value].forEach(add);
  MENTIONED_NOWHERE.forEach(add);
  const constants = types.get('xtr_constants');
  const members = constants?.kind === 'enum' ? constants.members : [];
  return {
    version: members.find(({ name }) => name === 'XTR_STATE_VERSION')?.value ?? 0,
    text: [...maps.map(renderMap), ...[...found.values()].sort(byName).map(renderType)].join(''),
  };
}

/** Where the text of a version is, from the root of the repository. */
function stateFile(version: number): string {
  return `bpf/state/v${version}.txt`;
}

/** What is wrong with the text of this version, and what to do; undefined: it is that of the object. */
export function stateError(object: Uint8Array): string | undefined {
  const { version, text } = stateOf(object);
  const file = stateFile(version);
  const write = 'node build/scripts/layout/state.js';
  if (!existsSync(join(ROOT, file))) return `${file} is missing: write it with ${write}`;
  const known = readFileSync(join(ROOT, file), 'utf8');
  if (known === text) return undefined;
  const changed = text.split('\n').find((line, at) => line !== known.split('\n')[at]);
  return (
    `the state of version ${version} is not what ${file} says, from "${changed ?? 'its end'}" on. ` +
    'If the version was released, count up XTR_STATE_VERSION and add an adopter in src/datapath/programs/adopters.ts; ' +
    `else remove the file. Then: ${write}`
  );
}

function writeState(): void {
  const { version, text } = stateOf(readFileSync(OBJECT));
  const file = join(ROOT, stateFile(version));
  if (existsSync(file)) {
    const error = stateError(readFileSync(OBJECT));
    if (error !== undefined) throw new Error(error);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeState();
