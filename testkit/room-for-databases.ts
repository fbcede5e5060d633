import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { availableMemory } from 'node:process'

/** A run of every test keeps about a tenth of it at a time. */
const NEEDED_BYTES = 6 * 1024 ** 3
/** Shared memory, which Linux has as a file system in memory. */
const IN_MEMORY = '/dev/shm'

/**
 * Where the databases of tests may lie: in memory where there is plenty of it, else on the disk. Hundreds of them are
 * made and dropped in a run, of some five hundred files each, which costs a disk's file system more than what the
 * tests do with them. Tests that prove durability kill processes, never the machine, and lose nothing by it.
 *
 * Never the system's own choice for temporary files: PostgreSQL may run as another account, which must reach it.
 */
export function roomForDatabases(): string {
  if (process.platform === 'win32') return process.env.TEMP ?? '.'
  return hasRoomInMemory() ? IN_MEMORY : '/var/tmp'
}

function hasRoomInMemory(): boolean {
  if (process.platform !== 'linux' || !existsSync(IN_MEMORY)) return false
  try {
    accessSync(IN_MEMORY, constants.W_OK | constants.X_OK)
  } catch {
    return false
  }
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  return bavail * bsize >= NEEDED_BYTES && availableMemory() >= 2 * NEEDED_BYTES
}
