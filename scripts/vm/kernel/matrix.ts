// SPDX-License-Identifier: Apache-2.0

/** Of Debian 11 to 13 and their backports: what `scripts/kernels` runs without a version. */
export const MATRIX = ['5.10', '6.1', '6.12', '6.16', '6.17', '6.18', '7.2', '7.3'] as const;

/** Of stable Debian, for machines of the lab. */
export const LAB_KERNEL = '6.12';
