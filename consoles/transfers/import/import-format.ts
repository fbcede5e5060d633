import { ctsFiles } from '../cts/cts-files-http.ts'
import { reconFiles } from '../recon/recon-files-http.ts'
import { reconStatements } from '../recon/recon-statement.ts'
import type { AchEntry } from './ach-entry.ts'
import { readCamt } from './camt.ts'
import type { HttpConnection } from './http-json.ts'
import type { ImportError } from './import-refusal.ts'
import { readMt940 } from './mt940.ts'
import { readNacha } from './nacha.ts'
import type { Statement, StatementItem, StatementReading } from './statement.ts'
import type { UpstreamFiles } from './upstream-files-http.ts'

export const IMPORT_KINDS = ['ach', 'camt', 'mt940'] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

export type ImportUpstream = 'cts' | 'recon'

/** What a file came to, whatever its format. Sums in minor units by currency. */
export type FileFigures = {
  format: string
  entries: number
  debit: ReadonlyMap<string, bigint>
  credit: ReadonlyMap<string, bigint>
  returns: Record<string, number>
  corrections: Record<string, number>
  /** One for each statement that is quarantined. */
  quarantined: ImportError[]
}

/** One reading of a file. `figures` and `send` are for after the first reading has come to its end. */
export type FileReading<Element> = {
  groups: AsyncIterable<readonly Element[]>
  figures: () => FileFigures
  /** The format as far as it is known, also of a file that was refused. */
  format: () => string
  /** How a chunk goes to the upstream. Takes elements of any reading of the same file. */
  send: (connection: HttpConnection, sha256: string, n: number, chunk: readonly Element[]) => Promise<void>
}

/** A kind of file: how it is read, how much an element weighs, and which upstream takes it. */
export type ImportFormat<Element> = {
  upstream: ImportUpstream
  /** How much of a file's lines an element holds. */
  weightOf: (element: Element) => number
  files: (connection: HttpConnection) => Pick<UpstreamFiles<never>, 'announce' | 'created' | 'discard'>
  read: (stream: AsyncIterable<Buffer>) => FileReading<Element>
}

/** More than a line or a payment has by far: only texts without end weigh by their characters. */
const CHARACTERS_OF_WEIGHT = 1_000

const achFormat: ImportFormat<AchEntry> = {
  upstream: 'cts',
  weightOf: (entry) => 1 + entry.addenda.length,
  files: ctsFiles,
  read(stream) {
    const { entries, totals } = readNacha(stream)
    return {
      groups: entries,
      format: () => 'nacha',
      figures() {
        const { debit, credit, ...rest } = totals()
        return {
          format: 'nacha',
          entries: rest.entries,
          debit: new Map([['USD', debit]]),
          credit: new Map([['USD', credit]]),
          returns: rest.returns,
          corrections: rest.corrections,
          quarantined: [],
        }
      },
      send: (connection, sha256, n, chunk) => ctsFiles(connection).sendChunk(sha256, n, chunk),
    }
  },
}

function statementFormat(
  readStatements: (stream: AsyncIterable<Buffer>) => StatementReading,
): ImportFormat<StatementItem> {
  return {
    upstream: 'recon',
    weightOf: (item) =>
      Math.max(
        1 + (item.line?.details.transactions?.length ?? 0),
        Math.floor(JSON.stringify(item).length / CHARACTERS_OF_WEIGHT),
      ),
    files: reconFiles,
    read(stream) {
      const { items, totals } = readStatements(stream)
      return {
        groups: items,
        format: () => totals().format,
        figures() {
          const { statements, transactionDetails: _details, ...rest } = totals()
          return { ...rest, corrections: {}, quarantined: statements.flatMap(quarantineOf) }
        },
        send: (connection, sha256, n, chunk) =>
          reconFiles(connection).sendChunk(sha256, n, reconStatements(chunk, totals().statements)),
      }
    },
  }
}

function quarantineOf({ place, verdict }: Statement): ImportError[] {
  return verdict.state === 'quarantined' ? [{ ...place, message: `Quarantined: ${verdict.reason}` }] : []
}

const camtFormat = statementFormat(readCamt)
const mt940Format = statementFormat(readMt940)

/** What to do with a format, for whoever does not need to know its elements. */
export type FormatUse<Result> = <Element>(format: ImportFormat<Element>) => Result

/** Looks up the format of a kind and uses it. */
export function withFormat<Result>(kind: ImportKind, use: FormatUse<Result>): Result {
  switch (kind) {
    case 'ach':
      return use(achFormat)
    case 'camt':
      return use(camtFormat)
    case 'mt940':
      return use(mt940Format)
  }
}
