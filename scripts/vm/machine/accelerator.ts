// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { capture } from '#scripts/kit/shell.js';
import type { Kernel } from '#scripts/vm/kernel/install.js';

export type Accelerator = 'kvm' | 'tcg';

/** What was found out since the machine started. */
const FOUND = '/run/xtrd-vm-accelerator';
/** A guest that works is done in one or two seconds; there are machines whose KVM hangs. */
const PROBE_TIMEOUT_ms = 20_000;

/** Emulated, an interrupt in the middle of cmpxchg16b ruins the flags (qemu 7.2; one boot in some dozens panicked). */
const EMULATED_CPU = 'max,cx16=off';

export function acceleratorArguments(accelerator: Accelerator): string[] {
  return accelerator === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host']
    : ['-accel', 'tcg,thread=multi', '-cpu', EMULATED_CPU];
}

/**
 * Node in a guest. Where instructions are emulated, code that is made while it runs is translated again and again: the
 * interpreter alone starts a program in a third of the time.
 */
export function nodeCommand(accelerator: Accelerator): string[] {
  return accelerator === 'kvm' ? [process.execPath] : [process.execPath, '--jitless', '--no-expose-wasm'];
}

async function kvmWorks({ image }: Kernel, initramfs: string): Promise<boolean> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return false;
  }
  const { code } = await capture(
    [
      ...['qemu-system-x86_64', '-M', 'q35', ...acceleratorArguments('kvm'), '-m', '256', '-nodefaults'],
      // A guest that panics reboots until the time-out: with -no-reboot qemu would exit with code 0 after a panic.
      ...['-no-user-config', '-display', 'none', '-kernel', image, '-initrd', initramfs],
      ...['-append', 'quiet panic=-1 -- probe'],
    ],
    { timeout_ms: PROBE_TIMEOUT_ms },
  );
  return code === 0;
}

/** KVM if a guest boots with it, which is tried once; else TCG, which is emulation. XTRD_ACCELERATOR decides by hand. */
export async function accelerator(kernel: Kernel, initramfs: string): Promise<Accelerator> {
  const wanted = process.env['XTRD_ACCELERATOR'] ?? '';
  if (wanted === 'kvm' || wanted === 'tcg') return wanted;
  if (wanted !== '') throw new Error(`XTRD_ACCELERATOR is kvm or tcg, not '${wanted}'`);
  const found = await readFile(FOUND, 'utf8').catch(() => '');
  if (found === 'kvm' || found === 'tcg') return found;
  const works = (await kvmWorks(kernel, initramfs)) ? 'kvm' : 'tcg';
  await writeFile(FOUND, works);
  return works;
}
