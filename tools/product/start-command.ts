import { relative } from 'node:path'
import { findHome, homeDirectory } from '../home/home.ts'
import { startProduct } from './start-product.ts'

const PARENT_POLL_MS = 200

/** `npm start`: starts everything, prints one address, and ends it all at Ctrl C or SIGTERM. */
export async function startCommand(): Promise<void> {
  const giveUp = new AbortController()
  const asked = new Promise<void>((done) => {
    const stop = () => {
      if (giveUp.signal.aborted) return
      console.log('Stopping …')
      giveUp.abort(new Error('Stopped while starting.'))
      done()
    }
    // Whoever read our lines may have gone first (`npm start | less`); that must not end us before our children.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', stop)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
    whenNpmEnds(stop)
  })
  const started = Date.now()
  if (process.env.DATABASE_URL) {
    console.log('DATABASE_URL is set; npm start leaves it alone and runs a PostgreSQL of its own.')
  }
  try {
    if (!findHome(process.env)) console.log(`Setting up a new installation in ${homeDirectory(process.env)}.`)
    const product = await startProduct({
      env: process.env,
      report: (message) => console.log(message),
      signal: giveUp.signal,
    })
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    const logs = shortPath(product.installation.home.logs)
    console.log(
      `\nCountersign is ready after ${seconds} s (logs in ${logs}; Ctrl C stops it):\n\n  ${product.address}\n`,
    )
    await asked
    await product.stop()
    console.log('Stopped. The data is kept; npm run reset forgets it.')
    process.exit(0)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
}

/** As a person in this directory would write it. */
function shortPath(path: string): string {
  const below = relative(process.cwd(), path)
  return below.startsWith('..') ? path : below
}

/**
 * npm passes SIGTERM to the shell between it and us, which ends without a word to us: so a parent that has gone
 * is a request to stop. Only under npm; whoever starts us directly may leave us in the background.
 */
function whenNpmEnds(stop: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) stop()
  }, PARENT_POLL_MS).unref()
}
