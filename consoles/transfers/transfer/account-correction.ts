import type { PreviewBody } from '@countersign/kernel/actions/define-action.ts'
import { type Said, say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { shownName } from './shown-party.ts'
import { ACCOUNT_FIELDS, type AccountField, type Transfer } from './transfer.ts'

export type AccountCorrection = Readonly<Partial<Record<AccountField, string | undefined>>>

const LABELS: Readonly<Record<AccountField, Said>> = {
  account: say`Receiver’s account`,
  routing_number: say`Receiver’s bank`,
  account_type: say`Type of account`,
  name: say`Receiver’s name`,
  individual_id: say`Receiver’s identification`,
}

const TYPES: Readonly<Record<string, Said>> = { checking: say`checking`, savings: say`savings` }

/** Shown by their ends, or their initials; of the others nothing is hidden. */
export const HIDDEN_FIELDS = ['account', 'name', 'individual_id'] as const

/** What of the receiver's account would be another than in the transfer. */
export function correctedFields({ receiver }: Transfer, correction: AccountCorrection): AccountField[] {
  return ACCOUNT_FIELDS.filter(
    (field) => correction[field] !== undefined && correction[field] !== receiver[field],
  )
}

/** Old and new beside one another, as they may be shown without a reveal. */
export function correctionLines(
  record: Transfer,
  correction: AccountCorrection,
  /** What of it somebody typed: that may name a person, whatever the receiver is. */
  typed: AccountCorrection = {},
): PreviewBody['changes'] {
  const { receiver } = record
  return correctedFields(record, correction).map((field) => ({
    label: LABELS[field],
    ...(receiver[field] === undefined ? {} : { before: shownField(receiver, field, receiver[field]) }),
    after: unlike(receiver, field, correction[field] ?? '', typed[field] !== undefined),
  }))
}

/** Two accounts may end alike; that they are two is said all the same. */
function unlike(
  receiver: Transfer['receiver'],
  field: AccountField,
  value: string,
  typed: boolean,
): Said | string {
  const after = shownField(typed ? { ...receiver, kind: 'unknown' } : receiver, field, value)
  const before = receiver[field]
  return before !== undefined && after === shownField(receiver, field, before)
    ? say`${after} (another one, though it looks alike here)`
    : after
}

function shownField(receiver: Transfer['receiver'], field: AccountField, value: string): Said | string {
  switch (field) {
    case 'account':
    case 'individual_id':
      return redacted(value, 'account')
    case 'name':
      return shownName({ name: value, kind: receiver.kind })
    case 'account_type':
      return TYPES[value] ?? value
    case 'routing_number':
      return value
  }
}
