import { createServer } from 'node:net'

/** The system hands out the same one twice where nobody has opened it in between. */
const handedOut = new Set<number>()

/** A TCP port that was free a moment ago, and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await freeNow()
    if (handedOut.has(port)) continue
    handedOut.add(port)
    return port
  }
}

function freeNow(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => done(port))
    })
  })
}
