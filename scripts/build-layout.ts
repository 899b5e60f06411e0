// SPDX-License-Identifier: Apache-2.0
// Writes src/datapath/generated/layout.ts. Run it after changing bpf/layout.h or bpf/reasons.h and building the objects:
//   scripts/build && node build/scripts/build-layout.js && scripts/build
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderLayout } from './layout/render.js';

const ROOT = new URL('../../', import.meta.url);
const path = (name: string): string => fileURLToPath(new URL(name, ROOT));
const read = (name: string): string => readFileSync(path(name), 'utf8');

export const LAYOUT_FILE = 'src/datapath/generated/layout.ts';

/** What the file has to be for the objects as they are built. */
export function currentLayout(): string {
  return renderLayout(readFileSync(path('bpf/build/eid_ingress.bpf.o')), [
    read('bpf/layout.h'),
    read('bpf/layout_index.h'),
    read('bpf/layout_memory.h'),
    read('bpf/reasons.h'),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(path(LAYOUT_FILE), currentLayout());
