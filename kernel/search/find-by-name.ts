import type { Kernel } from '../kernel.ts'
import type { Found } from './find-entities.ts'
import { asWritten, wholeAddress, withSlips } from './name-conditions.ts'
import { nameWords } from './name-tokens.ts'

/** Names that one way of meeting gives, before they are ranked: reading more would cost time and help nobody. */
const CANDIDATES_MAX = 400

/**
 * Records by a name or an e-mail address, through keyed hashes: no name is read, here or in the database.
 *
 * @param options.slips false: every word as it is written, the last as far as it is; true: with a slip in one or more of
 * them, or with one word wrong altogether
 * @param options.revealable kinds of records whose personal data this person may reveal: of others, a beginning of a
 * person's name meets nothing, as letter by letter it would tell the name (docs/adr/0003-names-in-the-index.md)
 */
export async function findByName(
  kernel: Pick<Kernel, 'pool' | 'sealer'>,
  options: {
    readonly consoles: readonly string[]
    readonly tenants: readonly string[]
    readonly typed: string
    readonly limit: number
    readonly slips: boolean
    readonly revealable: readonly string[]
  },
): Promise<Found[]> {
  const { typed, slips, revealable } = options
  const { blind } = kernel.sealer
  const sent = [options.consoles, options.tenants, options.limit, revealable]
  const email = typed.includes('@')
  const words = email ? [] : nameWords(typed)
  if ((email && slips) || !isNameLike(typed)) return []
  const { ways, worth, values } = email
    ? wholeAddress(typed, blind, sent)
    : slips
      ? withSlips(words, blind, sent, revealable)
      : asWritten(words, blind, sent, revealable)
  if (ways.length === 0) return []
  const { rows } = await kernel.pool.query<Omit<Found, 'why'>>(
    `SELECT best.kind, best.id, n.title, n.related
       FROM (SELECT met.kind, met.id, max(met.worth) AS worth, min(met.words) AS words,
                    bool_or(met.part = 'name') AS own
               FROM (SELECT s.*, ${worth} AS worth
                       FROM kernel.names_met($${values.length + 1}, $1, $2, $4, ${CANDIDATES_MAX}) AS s) met
              WHERE met.subject IS NULL
                 OR EXISTS (SELECT FROM kernel.subject_key k WHERE k.subject = met.subject)
                    AND NOT EXISTS (SELECT FROM kernel.subject_erasure e WHERE e.subject = met.subject)
              GROUP BY met.kind, met.id) best
       JOIN kernel.search_entity n ON n.kind = best.kind AND n.id = best.id
      ORDER BY best.worth DESC, abs(best.words - ${words.length}), best.own DESC, best.kind, best.id
      LIMIT $3`,
    [...values, JSON.stringify(ways)],
  )
  const why = email ? 'e-mail' : slips ? 'similar name' : 'name'
  return rows.map((row) => ({ ...row, why }))
}

/** Whether what is typed can be an e-mail address or a name; ids and amounts for the most part cannot. */
export function isNameLike(typed: string): boolean {
  return typed.includes('@') || nameWords(typed).some((word) => /^\p{L}{2,}$/u.test(word))
}
