// SPDX-License-Identifier: Apache-2.0
// Which packages make a kernel of a version. Debian's names have the release in them: linux-image-6.12.73+deb13-amd64.

/** A kernel as `uname -r` says it: 6.12.73+deb13-amd64. */
export type Release = string;

const IMAGE = 'linux-image-';

function numbers(text: string): number[] {
  return [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
}

function compareNumbers(a: Release, b: Release): number {
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((each, i) => each !== right[i]);
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}

/**
 * The newest release of a version: of 6.12, or of 6.12.73 exactly.
 * @param packages names of packages, linux-image-...
 */
export function newestRelease(version: string, packages: readonly string[]): Release | undefined {
  return packages
    .map((name) => name.slice(IMAGE.length))
    .filter((release) => release.endsWith('-amd64') && !/cloud|rt-/.test(release))
    .filter((release) => release.startsWith(version) && !/^\d/.test(release.slice(version.length)))
    .sort(compareNumbers)
    .at(-1);
}

/** From 6.19 on the image is an empty package that needs these. */
export function packagesOf(release: Release, packages: readonly string[]): string[] {
  const parts = ['binary', 'modules', 'base'].map((part) => `linux-${part}-${release}`);
  return parts.every((name) => packages.includes(name)) ? parts : [IMAGE + release];
}
