import { ConfigurationError, readWorkerConfig } from './config.ts'
import { work } from './work.ts'

try {
  const worker = work(readWorkerConfig(process.env))
  const stop = () => {
    worker.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The worker could not stop cleanly: ${String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Said last: whoever reads it may end the process at once.
  process.stdout.write('Countersign worker is at work\n')
} catch (error) {
  process.stderr.write(
    error instanceof ConfigurationError
      ? `${error.message}\n`
      : `The worker could not start: ${(error as Error).stack}\n`,
  )
  process.exit(1)
}
