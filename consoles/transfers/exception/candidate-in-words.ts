import { counted, say, type Text, together } from '@countersign/kernel/languages/say.ts'
import { isBankReference } from './bank-reference.ts'
import type { Candidate, Ground } from './exception.ts'

/** Why a partner is proposed: each thing that speaks for it or against it. In Recon's own words where it gives nothing else. */
export function candidateInWords({ grounds = [], why }: Pick<Candidate, 'grounds' | 'why'>): Text {
  const words = grounds.map(groundInWords)
  return words.length === 0 || words.includes(undefined)
    ? why
    : together(
        words.filter((one) => one !== undefined),
        ', ',
      )
}

function groundInWords({ ground, amount, text, count }: Ground): Text | undefined {
  switch (ground) {
    case 'same_amount':
      return say`same amount`
    case 'amount_differs':
      return amount && say`amount differs by ${amount}`
    case 'same_reference':
      return say`same reference`
    case 'reference_has':
      return text !== undefined && isBankReference(text)
        ? say`reference has ${text}`
        : say`one reference stands in the other`
    case 'reference_mistyped':
      return say`reference differs in ${counted(count ?? 0, 'one {# character} other {# characters}')}`
    case 'no_reference':
      return say`no reference on the statement`
    case 'other_reference':
      return say`other reference`
    case 'days_apart':
      return say`${counted(count ?? 0, 'one {# day} other {# days}')}`
    case 'sum':
      return say`sum of ${count ?? 0}`
    case 'sum_of_one_party':
      return say`sum of ${count ?? 0}, same party`
    default:
      return undefined
  }
}
