import { forgetHome } from '../home/forget-home.mjs'
import { findHome, homeDirectory } from '../home/home.ts'
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
  forgetHome(home.directory)
}
