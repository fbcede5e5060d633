import type { AchEntry } from './ach-entry.ts'
import { refusedAt } from './import-refusal.ts'
import type { OpenEntry } from './nacha-entry.ts'
import type { BatchHeader } from './nacha-records.ts'

/** The addenda that a forward IAT entry must have, in this order. */
const IAT_MANDATORY = ['10', '11', '12', '13', '14', '15', '16'] as const

/** Refuses an entry whose addenda are not those that it announces, and a forward IAT entry without its mandatory ones. */
export function checkAddendaPresent(header: BatchHeader, open: OpenEntry, types: readonly string[]): void {
  const { entry, announcesAddenda, addendaAnnounced } = open
  if (announcesAddenda !== types.length > 0) {
    const found = types.length === 0 ? 'none follow' : `${types.length} follow`
    throw refusedAt(
      entry.line,
      79,
      `The addenda record indicator is ${announcesAddenda ? 1 : 0}, but ${found}.`,
    )
  }
  if (entry.return || entry.change) return
  if (addendaAnnounced !== undefined && addendaAnnounced !== types.length) {
    throw refusedAt(
      entry.line,
      55,
      `The entry announces ${addendaAnnounced} addenda; ${types.length} follow.`,
    )
  }
  if (header.secCode === 'IAT') checkInternationalAddenda(entry, types)
}

function checkInternationalAddenda(entry: AchEntry, types: readonly string[]): void {
  for (const [index, type] of IAT_MANDATORY.entries()) {
    if (types[index] === type) continue
    throw refusedAt(
      entry.line + index + 1,
      2,
      `An IAT entry is followed by addenda 10 to 16 in order; expected ${type}, found ${types[index] ?? 'none'}.`,
    )
  }
}
