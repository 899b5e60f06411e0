// SPDX-License-Identifier: Apache-2.0
// An installation of a made-up next version of xtrd. Its state has another layout, for which its programs and agent are
// built, and it has an adopter for the current state.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';
import ts from 'typescript';
import { xtr_constants } from '#datapath/generated/layout.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const LAYOUT = 'src/datapath/generated/layout';
export const NEXT_STATE_VERSION = xtr_constants.XTR_STATE_VERSION + 1;

/** The change of the state: bytes of a new first field, by struct. */
const FIELDS = { xtr_mapping: 8, xtr_local_eid: 4, xtr_locator_set: 4 } as const;
/** The maps that have these structs. */
const GROWN = {
  xtr_map_cache_v4: FIELDS.xtr_mapping,
  xtr_map_cache_v6: FIELDS.xtr_mapping,
  xtr_eid_db_v4: FIELDS.xtr_local_eid,
  xtr_eid_db_v6: FIELDS.xtr_local_eid,
  xtr_locator_sets: FIELDS.xtr_locator_set,
} as const;

export interface Installation {
  readonly bpfDirectory: string;
  /** The module of its agent, for a process inside a namespace. */
  readonly agent: string;
}

export function installNextVersion(t: ExecutionContext): Installation {
  const root = mkdtempSync(join(tmpdir(), 'xtrt-next-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const copy = (path: string): void => cpSync(join(ROOT, path), join(root, path), { recursive: true });
  [
    'bpf',
    'scripts/build-bpf',
    'build/src',
    'build/test/datapath',
    'build/test/native',
    'build/scripts/layout',
    'package.json',
  ].forEach(copy);
  for (const path of ['native', 'node_modules']) symlinkSync(join(ROOT, path), join(root, path));
  changeHeaders(join(root, 'bpf'));
  rmSync(join(root, 'bpf/build'), { recursive: true });
  execFileSync(join(root, 'scripts/build-bpf'), { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync(process.execPath, [join(root, 'build/scripts/layout/main.js')]);
  const layout = readFileSync(join(root, `${LAYOUT}.ts`), 'utf8');
  const { outputText } = ts.transpileModule(layout, { compilerOptions: { module: ts.ModuleKind.ESNext } });
  writeFileSync(join(root, `build/${LAYOUT}.js`), outputText);
  writeFileSync(join(root, 'build/src/datapath/programs/adopters.js'), adopters());
  return {
    bpfDirectory: join(root, 'bpf/build'),
    agent: pathToFileURL(join(root, 'build/test/datapath/agent-inside.js')).href,
  };
}

function changeHeaders(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.h')) continue;
    const path = join(entry.parentPath, entry.name);
    const header = readFileSync(path, 'utf8');
    let changed = header.replace(/(XTR_STATE_VERSION = )\d+/, `$1${NEXT_STATE_VERSION}`);
    for (const [name, bytes] of Object.entries(FIELDS))
      changed = changed.replace(`struct ${name} {\n`, `struct ${name} {\n\t__u8 made_up[${bytes}];\n`);
    if (changed !== header) writeFileSync(path, changed);
  }
}

function adopters(): string {
  return `
const grown = (bytes) => (key, value) => [key, Uint8Array.of(...new Uint8Array(bytes).fill(0xee), ...value)];
const sizes = ${JSON.stringify(GROWN)};
const entries = Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, grown(bytes)]));
export const ADOPTERS = [{ from: ${xtr_constants.XTR_STATE_VERSION}, entries }];
`;
}
