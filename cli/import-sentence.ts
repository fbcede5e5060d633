import type { ImportReport, ReportedSum } from '@countersign/transfers/import/import-file.ts'
import type { ImportError } from '@countersign/transfers/import/import-refusal.ts'
import { grouped } from './import-progress.ts'

const OUTCOME_WORDS = {
  imported: 'imported',
  unchanged: 'unchanged (this file was imported before)',
  quarantined: 'imported, with a statement quarantined',
  refused: 'REFUSED',
} as const

/** What became of a file, for a person: one line, and one more for each error. */
export function importSentence(report: ImportReport): string {
  return lines(report).map(visible).join('\n')
}

/** What a file holds moves no cursor and turns no text of the terminal around. */
export function visible(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

function lines(report: ImportReport): string[] {
  const head = `${report.file}: ${OUTCOME_WORDS[report.outcome]}`
  if (report.outcome === 'refused') return [`${head}.`, ...report.errors.map(errorLine)]
  const figures = [
    `${report.format}, ${grouped(report.entries)} ${report.entries === 1 ? 'entry' : 'entries'}`,
    `debit ${sumText(report.debit)}`,
    `credit ${sumText(report.credit)}`,
    codesText('returns', report.returns),
    codesText('corrections', report.corrections),
  ].filter((part) => part !== '')
  return [`${head}: ${figures.join(', ')}.`, ...report.errors.map(errorLine)]
}

function errorLine(error: ImportError): string {
  if ('path' in error) {
    const line = error.line === undefined ? '' : ` (line ${error.line})`
    return `  ${error.path}${line}: ${error.message}`
  }
  const column = error.column === undefined ? '' : `, column ${error.column}`
  return `  line ${error.line}${column}: ${error.message}`
}

function sumText(sum: ReportedSum): string {
  if (typeof sum === 'string') return sum
  return Object.entries(sum)
    .map(([currency, amount]) => `${amount} ${currency}`)
    .join(' + ')
}

function codesText(what: string, codes: Readonly<Record<string, number>>): string {
  const list = Object.entries(codes).map(([code, count]) => `${code} × ${count}`)
  return list.length === 0 ? '' : `${what} ${list.join(' ')}`
}
