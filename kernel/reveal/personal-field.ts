import type { EntityRef } from '../entities/entity-ref.ts'
import type { Text } from '../languages/say.ts'
import type { PersonalDataClass } from '../personal-data/sealing.ts'

/** A field of a record that holds personal data: shown redacted everywhere, and in clear only after a reveal. */
export type PersonalField<State> = {
  /** Where it stands on the record: `originator.name`. */
  readonly path: string
  /** What it is called; absent: as its path reads. */
  readonly title?: Text
  /** Decides its redacted form. */
  readonly class: PersonalDataClass
  /** The value in clear; undefined where this record has none, or it is no personal data (a company's name). */
  readonly value: (state: State) => string | undefined
  /** Whose data it is, where it is not the record's own: the party of a transfer. */
  readonly subject?: (state: State) => EntityRef
  /** RFC 3339: when it was erased here; undefined where it was not. */
  readonly erasedAt?: (state: State) => string | undefined
}
