import './small-heap.ts'
import { ConfigurationError, readServerConfig } from './config.ts'
import { serve } from './serve.ts'

try {
  const server = await serve(readServerConfig(process.env))
  const stop = () => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The server could not close cleanly: ${String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Said last: whoever reads it may end the process at once.
  process.stdout.write(`Countersign serves ${server.url}\n`)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  process.stderr.write(
    error instanceof ConfigurationError
      ? `${message}\n`
      : code === 'EADDRINUSE'
        ? 'The port is in use by another program: set PORT to a free one.\n'
        : `The server could not start: ${(error as Error).stack}\n`,
  )
  process.exit(1)
}
