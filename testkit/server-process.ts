import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'
import { programArguments } from '@countersign/tools/programs/programs.mjs'
import { freePort } from './free-port.ts'
import type { Product } from './product.ts'

/** A further server of the same product, in a process of its own. */
export type ServerProcess = {
  readonly url: string
  /** What it has said, line by line. */
  readonly said: readonly string[]
  /** How it ended: a signal's name, or its exit code. */
  readonly ended: Promise<string>
  readonly stop: () => Promise<void>
  /** As a crash would. */
  readonly kill: () => Promise<void>
}

/** @param environment variables beside those of the product's server, such as a fault point */
export async function startServerProcess(
  product: Product,
  environment: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  const port = await freePort()
  const child = spawn(process.execPath, programArguments('apps/server/main.ts'), {
    cwd: REPOSITORY_ROOT,
    env: { PATH: process.env.PATH, ...product.serverEnvironment, ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const said: string[] = []
  const lines = createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  const served = once(lines, 'line')
  await Promise.race([
    served,
    ended.then(([code]) => Promise.reject(new Error(`The server ended with ${code} before it served.`))),
  ])
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal)
    await ended
  }
  return {
    url: `http://127.0.0.1:${port}`,
    said,
    ended: ended.then(([code, signal]) => String(signal ?? code)),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}
