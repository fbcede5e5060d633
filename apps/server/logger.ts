import { withoutValues } from '@countersign/kernel/db/data-error.ts'
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'

const CAUSES_MAX = 4

/**
 * Structured JSON lines. Of an error its kind, words and place are kept: a database error's `detail` and `where` repeat
 * the values of rows, which may be personal data, and so do some errors' words, in quotation marks.
 *
 * @param to default: standard output
 */
export function makeLogger(level: string, process: string, to?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: {
      err: (error: Error & { code?: string; constraint?: string }) => {
        const message = withoutValues(error)
        return {
          type: error.name,
          message,
          code: error.code,
          causes: causesOf(error),
          constraint: error.constraint,
          stack: error.stack?.replace(error.message, () => message),
        }
      },
    },
  }
  return to ? pino(options, to) : pino(options)
}

/** What led to it, nearest first: of a `fetch failed` the system's own words, a certificate's fault among them. */
function causesOf(error: Error): string[] | undefined {
  const causes: string[] = []
  for (let { cause } = error; cause instanceof Error && causes.length < CAUSES_MAX; { cause } = cause) {
    causes.push(withoutValues(cause))
  }
  return causes.length === 0 ? undefined : causes
}
