import type { ListReport } from '@countersign/transfers/import/import-list.ts'
import { LIST_NAMES } from '@countersign/transfers/screening/list-names.ts'
import { grouped } from './import-progress.ts'
import { visible } from './import-sentence.ts'

/** What became of a list, for a person. */
export function listSentence(report: ListReport, consoleUrl: string): string {
  return linesOf(report, consoleUrl).map(visible).join('\n')
}

function linesOf(
  { list, outcome, version, published, entries, names, request, errors }: ListReport,
  consoleUrl: string,
): string[] {
  const name = LIST_NAMES[list]
  const faults = errors.map(({ message }) => `  ${message}`)
  if (outcome === 'refused') return [`${name}: REFUSED. Nothing of it is kept.`, ...faults]
  const figures = `${grouped(entries ?? 0)} entries with ${grouped(names ?? 0)} names, published ${published}, version ${version?.slice(0, 12)}…`
  if (outcome === 'unchanged') return [`${name}: unchanged, this version is in force: ${figures}.`]
  if (outcome === 'quarantined') {
    return [
      `${name}: in QUARANTINE, not in force: ${figures}.`,
      ...faults,
      `  See ${consoleUrl}/app/entities/sanctions_list/${list}`,
    ]
  }
  if (outcome === 'brought') {
    return [
      `${name}: brought, not asked for: ${figures}.`,
      ...faults,
      `  See ${consoleUrl}/app/requests/${request}`,
    ]
  }
  return [
    `${name}: ${figures}.`,
    ...faults,
    `  It is in force once somebody else agrees: ${consoleUrl}/app/requests/${request}`,
  ]
}
