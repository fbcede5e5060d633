import { withoutValues } from '@countersign/kernel/db/data-error.ts'
import { type Logger, pino } from 'pino'

/**
 * Structured JSON lines. Of an error its kind, words and place are kept: a database error's `detail` and `where` repeat
 * the values of rows, which may be personal data, and so do some errors' words, in quotation marks.
 */
export function makeLogger(level: string, process: string): Logger {
  return pino({
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
          constraint: error.constraint,
          stack: error.stack?.replace(error.message, () => message),
        }
      },
    },
  })
}
