/** Thrown by the readers of sanctions lists for a file's own fault, and the only thing they throw for it: nothing of it is kept. */
export class ListRefusal extends Error {
  readonly file: string
  /** From 1. */
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(file: string, line: number | undefined, column: number | undefined, message: string) {
    const place = [
      file,
      line === undefined ? '' : `line ${line}`,
      column === undefined ? '' : `column ${column}`,
    ]
    super(`${place.filter(Boolean).join(', ')}: ${message}.`)
    this.name = 'ListRefusal'
    this.file = file
    this.line = line
    this.column = column
  }
}
