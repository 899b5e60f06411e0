// SPDX-License-Identifier: Apache-2.0

/** The run cannot begin: says why, and what to do about it. */
export class Refused extends Error {}
