// SPDX-License-Identifier: Apache-2.0
// Writes src/datapath/generated/layout.ts from the built BPF objects. scripts/build runs it between the two compilers.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderLayout } from './render.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const OBJECT = 'bpf/build/eid_ingress.bpf.o';
/** Whose structs and enums the agent shares: all headers but those of the programs alone, which are in bpf/lib. */
const HEADER_FOLDERS = ['bpf', 'bpf/layout'];

export const LAYOUT_FILE = 'src/datapath/generated/layout.ts';

function headers(): string[] {
  return HEADER_FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith('.h'))
      .sort()
      .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
  );
}

/** What the file has to be for the objects as they are built. */
export function currentLayout(): string {
  return renderLayout(readFileSync(join(ROOT, OBJECT)), headers());
}

/** Leaves the file alone when it is right, so that nothing is compiled anew. */
function writeLayout(): void {
  const path = join(ROOT, LAYOUT_FILE);
  const layout = currentLayout();
  if (existsSync(path) && readFileSync(path, 'utf8') === layout) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, layout);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeLayout();
