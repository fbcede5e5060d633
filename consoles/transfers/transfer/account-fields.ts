import type { FieldError } from '@countersign/kernel/actions/failure.ts'
import { personal } from '@countersign/kernel/actions/seal-input.ts'
import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Transfer } from './transfer.ts'

/** Nacha Operating Rules, Appendix Three: field lengths of an entry; IBAN (ISO 13616), and the name of ISO 20022 as banks carry it. */
const LONGEST = { account: { ach: 17, iso: 34 }, name: { ach: 22, iso: 70 } } as const

/** An account number or IBAN as somebody types it: letters and digits, with blanks and hyphens only between them. */
export const accountNumber = personal(
  z
    .string()
    .regex(
      /^[0-9A-Za-z]([0-9A-Za-z -]{0,32}[0-9A-Za-z])?$/,
      written(
        say`must be an account number or IBAN: at most ${LONGEST.account.iso} letters and digits, with blanks and hyphens only between them`,
      ),
    ),
  'account',
)

/** The name on an account, in what a payment can carry: no dots that look like a hidden name, nothing that is not seen. */
export const holderName = personal(
  z
    .string()
    .regex(
      /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,'’&()/+:-]{0,69}$/u,
      written(
        say`must be the name on the account: at most ${LONGEST.name.iso} characters, beginning with a letter or digit, of letters, digits, blanks, apostrophes and . , & ( ) / + : -`,
      ),
    ),
  'name',
)

/** What this rail cannot carry of what was given, by field. */
export function railFaults(
  { rail }: Pick<Transfer, 'rail'>,
  given: { readonly account?: string | undefined; readonly name?: string | undefined },
): FieldError[] {
  const kind = rail === 'ach' ? 'ach' : 'iso'
  return (['account', 'name'] as const).flatMap((field) => {
    const value = given[field]
    if (value === undefined) return []
    if (value.length > LONGEST[field][kind]) {
      return [
        {
          field: `input.${field}`,
          message: say`must have at most ${LONGEST[field][kind]} characters by ACH`,
        },
      ]
    }
    return kind === 'ach' && !/^[\x20-\x7e]*$/.test(value)
      ? [
          {
            field: `input.${field}`,
            message: say`must be written without accents and other alphabets by ACH`,
          },
        ]
      : []
  })
}
