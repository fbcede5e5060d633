import type { PersonalDataClass } from '../personal-data/sealing.ts'

/** A field of a record that holds personal data: shown redacted everywhere, and in clear only after a reveal. */
export type PersonalField<State> = {
  /** Where it stands on the record: `originator.name`. */
  readonly path: string
  /** Decides its redacted form. */
  readonly class: PersonalDataClass
  /** The value in clear; undefined where this record has none, or it is no personal data (a company's name). */
  readonly value: (state: State) => string | undefined
}
