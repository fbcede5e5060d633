/** SQLSTATE classes by which the database refuses a value: one too many, one it cannot hold, a check, something too long. */
const DATA_ERROR_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '54'])

/** Whether the database refused a value, so that trying again is no use; anything else is a fault of the moment or of ours. */
export function isAboutTheData(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && code.length === 5 && DATA_ERROR_CLASSES.has(code.slice(0, 2))
}
