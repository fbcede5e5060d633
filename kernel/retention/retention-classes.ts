import { say, type Text } from '../languages/say.ts'

/** How long records of a class are kept. */
export type RetentionClass = {
  readonly name: string
  readonly title: Text
  /** Calendar months from when it was recorded. */
  readonly months: number
}

/** The class of evidence of which nobody says another (K-35: two years). */
export const EVIDENCE_CLASS_DEFAULT = 'evidence'

/** The classes that evidence may be kept by (K-35); the term is fixed on the day it is attached. */
export const evidenceClasses: readonly RetentionClass[] = [
  { name: EVIDENCE_CLASS_DEFAULT, title: say`Evidence: 2 years`, months: 24 },
  // 31 CFR §1010.430(d): records under the Bank Secrecy Act are kept for five years.
  { name: 'bank_secrecy', title: say`Bank Secrecy Act: 5 years`, months: 60 },
  // Nacha Operating Rules, subsection 1.4.3: records of entries are kept for six years.
  { name: 'entry_records', title: say`ACH entry records: 6 years`, months: 72 },
]
