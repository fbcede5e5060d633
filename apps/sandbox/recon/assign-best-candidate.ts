import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { text } from '../http/fields.ts'
import { minorUnits } from '../http/money.ts'
import { refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { bind } from './assign-exception.ts'
import { type Change, changeException, unlessOpen } from './changed-exception.ts'
import { candidatesNow } from './read-exception.ts'

export const AssignBestRequest = z.strictObject({
  at_least: z.number().min(0).max(1).meta({ description: 'The score that the best candidate must have.' }),
  by: text(200, 1).meta({ description: 'Who had it assigned.' }),
  reason: text(200, 1),
  note: text(4_000).optional(),
})

/** Binds a line to its best candidate of this moment, where that is good enough, no other is as good, and it comes to the line exactly. */
export function assignBestCandidate(
  tx: Transaction,
  id: string,
  { at_least, ...asked }: z.infer<typeof AssignBestRequest>,
  change: Change,
): Promise<Outcome> {
  return changeException(tx, id, change, async (held) => {
    const refused = unlessOpen(held)
    if (refused) return refused
    const [best, second] = await candidatesNow(tx, id)
    if (!best || best.score < at_least) {
      const has = best ? `Its best candidate has ${best.score.toFixed(2)}` : 'It has no candidate'
      return refuse('no_best_candidate', `${has}; at least ${at_least.toFixed(2)} was asked for.`)
    }
    if (second?.score === best.score) {
      return refuse(
        'no_best_candidate',
        `${best.id} and ${second.id} are as good as one another: a person has to choose.`,
      )
    }
    const partners = best.partners ?? []
    const sum = partners.reduce((total, { open }) => total + minorUnits(open), 0n)
    if (sum !== BigInt(held.amount_minor)) {
      return refuse(
        'no_best_candidate',
        `${best.id} is not of the line's amount: a person has to say what becomes of the rest.`,
      )
    }
    const parts = partners.map(({ id: of, open }) => ({ id: of, amount: open }))
    return bind(tx, held, { parts, ...asked }, change)
  })
}
