import { NotReadable } from '@countersign/kernel/audit/verify-log.mjs'
import { type Command, CommanderError } from 'commander'

/** The command ran, and the answer is no: a file refused, a log not as signed, a request that failed. */
const FAILED = 1
/** Nothing was tried: nothing answers, or what was given is not what it should be. */
const NOT_TRIED = 2

/** Nothing answers where the product should; nothing was sent. */
export class NothingAnswers extends Error {
  /** @param variable that says where else it might be */
  constructor(address: string, variable: string) {
    super(
      `Nothing answers at ${address}. Start the product with npm start (or set ${variable}). Nothing was sent.`,
    )
    this.name = 'NothingAnswers'
  }
}

/** None of the files that were named is there; nothing was sent. */
export class NoSuchFile extends Error {
  constructor(files: readonly string[]) {
    super(`There is no file ${files.join(', ')}. Nothing was sent.`)
    this.name = 'NoSuchFile'
  }
}

/** Has a refused command line thrown, so that its exit status is decided where every other is. */
export function throwRefusals(command: Command): void {
  command.exitOverride()
  for (const each of command.commands) throwRefusals(each)
}

/** What a person is told of a command that ended in an error, and the status that a script sees. */
export function failedCommand(error: unknown): { message: string; exitCode: number } {
  // It has been said already: what is wrong with the command line, or the help that was asked for.
  if (error instanceof CommanderError) {
    return { message: '', exitCode: error.exitCode === 0 ? 0 : NOT_TRIED }
  }
  if (error instanceof NothingAnswers || error instanceof NoSuchFile || error instanceof NotReadable) {
    return { message: error.message, exitCode: NOT_TRIED }
  }
  if (!(error instanceof Error)) return { message: String(error), exitCode: FAILED }
  const { code, address, port, path } = firstCause(error)
  // The only sockets that commands open by themselves are the database's.
  if (code === 'ECONNREFUSED') {
    const message = `Nothing answers at ${address}:${port} (PostgreSQL). Start the product with npm start, or name another database with --database-url.`
    return { message, exitCode: NOT_TRIED }
  }
  if (code === 'ENOENT' && path !== undefined) {
    return { message: `There is no file ${path}.`, exitCode: NOT_TRIED }
  }
  if (code === 'EISDIR')
    return { message: 'A file is wanted, and a directory was given.', exitCode: NOT_TRIED }
  return { message: error.message, exitCode: FAILED }
}

type SystemError = Error & { code?: string; address?: string; port?: number; path?: string }

/** A name with several addresses fails once for each. */
function firstCause(error: Error): SystemError {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  return first instanceof Error ? first : error
}
