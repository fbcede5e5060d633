// Plain JavaScript: nothing need be installed for what is only deleted.
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** The entries this product makes in its home, and so the only ones that are removed; the last says that it is one. */
const HOME_ENTRIES = [
  'postgres',
  'secrets',
  'logs',
  'witness',
  'evidence',
  'processes.json',
  'ports.json',
  'installation-id',
]

/**
 * Where PostgreSQL's files are when its account could not enter the home.
 *
 * @param {string} installation the id of the installation
 */
export function postgresElsewhere(installation) {
  return `/var/tmp/countersign-${installation}`
}

/**
 * Removes what the product has written to its home, and nothing else that may lie there. Nothing of it may run.
 *
 * @param {string} directory
 */
export function forgetHome(directory) {
  const id = join(directory, 'installation-id')
  if (existsSync(id)) {
    rmSync(postgresElsewhere(readFileSync(id, 'utf8').trim()), { recursive: true, force: true })
  }
  for (const entry of HOME_ENTRIES) rmSync(join(directory, entry), { recursive: true, force: true })
  if (readdirSync(directory).length === 0) rmdirSync(directory)
  console.log(`Forgotten: ${directory}. npm start begins anew.`)
}
