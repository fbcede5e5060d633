import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/**
 * A disk of its own at `directory`, of so many KiB, to fill. Only who may mount has one: tests that need it say
 * `test.skipIf(!disk)`, so that they show as skipped.
 */
export function smallDisk(directory: string, kib: number): { readonly eject: () => void } | undefined {
  mkdirSync(directory)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', directory])
  if (status !== 0) return undefined
  return { eject: () => execFileSync('umount', [directory]) }
}
