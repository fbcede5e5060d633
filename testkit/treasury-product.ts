import { makeUpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { mountConsole } from '@countersign/kernel/console.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import { mountPlatform } from '@countersign/platform/mount-platform.ts'
import { TEST_API_KEY } from '@countersign/sandbox/sandbox-for-tests.ts'
import { mountTreasury } from '@countersign/treasury/mount-treasury.ts'
import { type PlatformSandbox, startPlatformSandbox } from './platform-product.ts'
import { type Product, startProduct } from './product.ts'

/** The treasury console beside the platform console, on upstreams of their own: what one closes, the other must not open. */
export async function startTreasury(): Promise<{ product: Product; sandbox: PlatformSandbox }> {
  const sandbox = await startPlatformSandbox()
  const connect = (name: string) =>
    makeUpstreamHttp({ name, baseUrl: `${sandbox.url()}/${name}`, key: TEST_API_KEY })
  const consoles = [mountConsole(kernelConsole, undefined), mountPlatform(connect), mountTreasury(connect)]
  return { product: await startProduct({ consoles }), sandbox }
}
