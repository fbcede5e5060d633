import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below what the systems we run on take for the near end of a connection that somebody opens (Linux from 32768 on,
 * the others from 49152): a port found free there is still free when whoever asked listens on it, however many
 * connections are opened meanwhile.
 */
const FIRST = 15_000
const BEYOND = 32_000

/** Of those that other test processes look for at the same time, few are the same. */
const handedOut = new Set<number>()

/** A TCP port that was free a moment ago, and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, BEYOND)
    if (handedOut.has(port) || !(await isFree(port))) continue
    handedOut.add(port)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? done(false) : fail(error),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}
