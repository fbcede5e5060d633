import { readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findHome, HOME_ENTRIES, homeDirectory } from '../home/home.ts'
import { settledStarter, stopLeftovers } from './process-record.ts'

/** `npm run reset`: removes what the product has written to its home, and nothing else that may lie there. */
export async function resetCommand(): Promise<void> {
  const home = findHome(process.env)
  if (!home) {
    console.log(`Nothing to forget: there is no installation in ${homeDirectory(process.env)}.`)
    return
  }
  const running = await settledStarter(home.processes)
  if (running !== undefined) {
    console.error(`Countersign is running (process ${running}). Stop it with Ctrl C there, then reset.`)
    process.exitCode = 1
    return
  }
  await stopLeftovers(home.processes)
  rmSync(home.postgres, { recursive: true, force: true })
  for (const entry of HOME_ENTRIES) rmSync(join(home.directory, entry), { recursive: true, force: true })
  if (readdirSync(home.directory).length === 0) rmdirSync(home.directory)
  console.log(`Forgotten: ${home.directory}. npm start begins anew.`)
}
