// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';

/** Root of the repository with a slash at its end, seen from build/scripts/kit. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
