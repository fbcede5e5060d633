import { rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '@countersign/testkit/free-port.ts'
import { roomForDatabases } from '@countersign/testkit/room-for-databases.ts'
import { unnamedUpstreams } from '@countersign/testkit/tested-consoles.ts'
import { LISTENERS } from '@countersign/tools/home/ports.ts'
import { startProduct } from '@countersign/tools/product/start-product.ts'
import type { FullConfig } from '@playwright/test'

/**
 * Starts a product for each worker, as `npm start` does, on free ports and with a home of its own, and ends them after the
 * last test. Tests find theirs by `COUNTERSIGN_URL`; commands of the command line by `COUNTERSIGN_HOME`.
 */
export default async function startEverything({ workers }: FullConfig): Promise<() => Promise<void>> {
  const started: Started[] = []
  // One after the other: the first builds what the others serve too.
  for (let at = 0; at < workers; at += 1) started.push(await startOne())
  process.env.COUNTERSIGN_PRODUCTS = JSON.stringify(started.map(({ variables }) => variables))
  return async () => {
    await Promise.all(started.map(({ stop }) => stop()))
  }
}

type Started = { readonly variables: NodeJS.ProcessEnv; readonly stop: () => Promise<void> }

async function startOne(): Promise<Started> {
  // Not the system's own place for temporary files: as root, PostgreSQL's account must be able to enter.
  const directory = await mkdtemp(join(roomForDatabases(), 'countersign-e2e-'))
  await chmod(directory, 0o711)
  const ports: NodeJS.ProcessEnv = {}
  for (const { variable } of Object.values(LISTENERS)) ports[variable] = String(await freePort())
  const env = {
    ...unnamedUpstreams(process.env),
    ...process.env,
    NODE_ENV: 'development',
    COUNTERSIGN_HOME: directory,
    SANDBOX_TRICKLE: 'off',
    ...ports,
  }
  const product = await startProduct({ env, report: (message) => process.stdout.write(`${message}\n`) })
  return {
    variables: {
      COUNTERSIGN_HOME: directory,
      COUNTERSIGN_URL: product.address,
      COUNTERSIGN_SANDBOX_URL: `http://127.0.0.1:${ports[LISTENERS.sandbox.variable]}`,
    },
    async stop() {
      await product.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
