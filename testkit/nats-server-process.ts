import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'

const START_TIMEOUT_MS = 30_000
const LOOK_EVERY_MS = 25

/** A NATS server with JetStream on loopback; it comes back on the same address, with what it kept. */
export type NatsServer = {
  readonly url: string
  readonly port: number
  /** As a crash would. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  /** Ends it and forgets what it kept. */
  readonly close: () => Promise<void>
}

/** Servers of one cluster, which keep copies of each other's streams. */
export async function startNatsCluster(path: string, size: number): Promise<readonly NatsServer[]> {
  const ports = await Promise.all(Array.from({ length: size }, freePort))
  const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`).join(', ')
  return Promise.all(
    ports.map((port, nth) =>
      startNatsServer(
        path,
        `server_name: "node-${nth}"
         cluster { name: "test", listen: "127.0.0.1:${port}", routes: [${routes}] }`,
      ),
    ),
  )
}

/**
 * @param path of the program
 * @param configuration further lines of its configuration file: authorization, TLS, limits
 */
export async function startNatsServer(path: string, configuration = ''): Promise<NatsServer> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-nats-'))
  const port = await freePort()
  const file = join(directory, 'nats.conf')
  writeFileSync(
    file,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${directory}" }\n${configuration}\n`,
  )
  let running: { readonly end: () => Promise<void> } | undefined
  const start = async () => {
    if (running) return
    const child = spawn(path, ['-c', file], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    running = {
      async end() {
        child.kill('SIGKILL')
        await ended
      },
    }
    await Promise.race([
      listens(port),
      ended.then(([code]) => Promise.reject(new Error(`nats-server ended with ${code} before it listened.`))),
    ])
  }
  const kill = async () => {
    const ending = running
    running = undefined
    await ending?.end()
  }
  await start()
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    start,
    kill,
    async close() {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function listens(port: number): Promise<void> {
  const until = Date.now() + START_TIMEOUT_MS
  for (;;) {
    if (await answers(port)) return
    if (Date.now() > until) throw new Error(`nats-server did not listen within ${START_TIMEOUT_MS} ms.`)
    await sleep(LOOK_EVERY_MS)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
  })
}
