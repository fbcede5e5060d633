/**
 * An import that could not be carried out although the file itself may be sound: a server that cannot be reached or that refuses,
 * a file that changes meanwhile. The message says what to do about it.
 */
export class ImportFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ImportFailure'
  }
}
