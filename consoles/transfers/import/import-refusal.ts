/** Where a refused file is wrong: a line and column (both from 1), or a path inside an XML document. */
export type ImportError =
  | { line: number; column?: number; message: string }
  | { path: string; line?: number; message: string }

/**
 * Thrown by the readers of bank files, and the only thing they throw for a file's own fault. It ends the stream of entries,
 * so that nothing after the fault is ever handed on; `importFile` turns it into the outcome `refused`.
 */
export class ImportRefusal extends Error {
  readonly errors: readonly ImportError[]

  constructor(errors: readonly ImportError[]) {
    super(errors[0]?.message ?? 'The file is refused.')
    this.name = 'ImportRefusal'
    this.errors = errors
  }
}

/** A refusal with one place. `line` and `column` count from 1. */
export function refusedAt(line: number, column: number, message: string): ImportRefusal {
  return new ImportRefusal([{ line, column, message }])
}
