import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Writes a file that nobody may see half written and that is never replaced: of two processes that come here
 * at once, one wins and both find the same content afterwards.
 *
 * @param make called only when the file is missing
 */
export function writeOnce(file: string, make: () => string): void {
  if (existsSync(file)) return
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, make(), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!existsSync(file)) throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
