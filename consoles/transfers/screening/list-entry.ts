import type { NameKind } from './fold-name.ts'
import type { ListedName } from './name-index.ts'

export type EntryKind = 'individual' | 'entity' | 'vessel' | 'aircraft'

export type EntryAlias = {
  readonly name: string
  /** Also, formerly, now known as. */
  readonly as: 'aka' | 'fka' | 'nka'
  /** The list itself says that it tells little. */
  readonly weak: boolean
}

/** A day, a month, a year or a span of time, both ends included, as `YYYY-MM-DD`. */
export type Span = { readonly from: string; readonly to: string }

/** What a list tells of an entry besides its names. */
export type EntryIdentifiers = {
  readonly born: readonly Span[]
  readonly places: readonly string[]
  /** Nationalities and citizenships, as the list names them. */
  readonly nationalities: readonly string[]
  readonly passports: readonly string[]
}

/** Somebody or something on a sanctions list. */
export type ListEntry = {
  /** As the list numbers it. */
  readonly uid: string
  readonly kind: EntryKind
  readonly name: string
  readonly aliases: readonly EntryAlias[]
  readonly programs: readonly string[]
  readonly identifiers: EntryIdentifiers
  readonly addresses: readonly string[]
  readonly remarks: string | null
}

export const nameKind = (kind: EntryKind): NameKind => (kind === 'individual' ? 'person' : 'other')

/** All the names of an entry as they are screened against. */
export function namesOf({ uid, kind, name, aliases }: ListEntry): ListedName[] {
  const common = { entry: uid, kind: nameKind(kind) }
  return [
    { ...common, name, weak: false },
    ...aliases.map((alias) => ({ ...common, name: alias.name, weak: alias.weak })),
  ]
}
