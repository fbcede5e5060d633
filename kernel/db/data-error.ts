/** SQLSTATE classes by which the database refuses a value: one too many, one it cannot hold, a check, something too long. */
const DATA_ERROR_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '54'])

/** Whether the database refused a value, so that trying again is no use; anything else is a fault of the moment or of ours. */
export function isAboutTheData(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && code.length === 5 && DATA_ERROR_CLASSES.has(code.slice(0, 2))
}

/**
 * SQLSTATE classes of what comes and goes by itself: connection, transaction rolled back, resources, an object in use, an
 * operator's intervention, a system error.
 */
const MOMENT_CLASSES: ReadonlySet<string> = new Set(['08', '40', '53', '55', '57', '58'])

/** Whether the same may well succeed if only it is tried again: the fault is not what was tried. */
export function isOfTheMoment(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string') return code.length !== 5 || MOMENT_CLASSES.has(code.slice(0, 2))
  return (
    typeof message === 'string' &&
    /^(Connection terminated|Client has encountered a connection error)/.test(message)
  )
}

/**
 * What an error says, without the value that it says it of: `invalid input syntax for type date: "…"`,
 * `Unexpected token … "…" is not valid JSON`. The value may be somebody's.
 */
export function withoutValues(error: Error): string {
  const repeats = isAboutTheData(error) || error instanceof SyntaxError
  return repeats ? error.message.replace(/".*"/s, '"…"') : error.message
}
