import { configFromEnvironment } from './config.ts'
import { startSandbox } from './start-sandbox.ts'

const END_TIMEOUT_MS = 10_000

try {
  const sandbox = await startSandbox(configFromEnvironment(process.env))
  process.stdout.write(`sandbox listening on ${sandbox.url}\n`)
  let ending = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (ending) return
      ending = true
      // A transaction that outlives this is rolled back by the end of the process.
      setTimeout(() => process.exit(1), END_TIMEOUT_MS).unref()
      void sandbox.close().then(() => process.exit(0))
    })
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
}
