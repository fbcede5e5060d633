import { rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '@countersign/testkit/free-port.ts'
import { unnamedUpstreams } from '@countersign/testkit/tested-consoles.ts'
import { LISTENERS } from '@countersign/tools/home/ports.ts'
import { startProduct } from '@countersign/tools/product/start-product.ts'

/**
 * Starts the product as `npm start` does, on free ports and with a home of its own, and ends it after the last test.
 * Tests find it by `COUNTERSIGN_URL`; commands of the command line by `COUNTERSIGN_HOME`.
 */
export default async function startEverything(): Promise<() => Promise<void>> {
  // Not the system's own place for temporary files: as root, PostgreSQL's account must be able to enter.
  const directory = await mkdtemp(join('/var/tmp', 'countersign-e2e-'))
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
  Object.assign(process.env, {
    COUNTERSIGN_HOME: directory,
    COUNTERSIGN_URL: product.address,
    COUNTERSIGN_SANDBOX_URL: `http://127.0.0.1:${ports[LISTENERS.sandbox.variable]}`,
  })
  return async () => {
    await product.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}
