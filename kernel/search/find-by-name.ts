import type { Kernel } from '../kernel.ts'
import type { Found } from './find-entities.ts'
import { emailToken, joinedWords, nameWords, typedTokens } from './name-tokens.ts'

/** Names that one way of meeting gives, before they are ranked: reading more would cost time and help nobody. */
const CANDIDATES_MAX = 400
/** What a typed word is worth by how it met a word of the name. */
const WORTH = { exact: 1, beginning: 0.9, near: 0.8, far: 0.65, joined: 1.7 } as const

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
  const { blind } = kernel.sealer
  const values: unknown[] = [options.consoles, options.tenants, options.limit]
  const meets = (tokens: readonly string[]) => {
    values.push(tokens)
    return `s.tokens && $${values.length}::bigint[]`
  }
  let known: string | undefined
  /** No personal data, or this person may have it shown. A value that is sent must stand in the statement. */
  const mayKnow = () => {
    if (known === undefined) {
      values.push(options.revealable)
      known = `(s.subject IS NULL OR s.kind = ANY ($${values.length}))`
    }
    return known
  }
  const meetsWord = (whole: readonly string[], beginning: readonly string[]) =>
    beginning.length === 0
      ? meets(whole)
      : `(${meets([...whole, ...beginning])} AND (${mayKnow()} OR ${meets(whole)}))`
  const email = options.typed.includes('@')
  if (email && options.slips) return []
  const words = email ? [] : nameWords(options.typed)
  if (!isNameLike(options.typed)) return []
  const terms = words.map((word) => typedTokens(word, blind))
  const exact = terms.map(({ exact }) => meets(exact))
  const begun = terms.map(({ beginning }) => `(${meets(beginning)} AND ${mayKnow()})`)
  const near = options.slips ? terms.map(({ near }) => meets(near)) : []
  const far = options.slips ? terms.map(({ far }) => meets(far)) : []
  const joined = joinedWords(words).map((word) => meets([blind(`W ${word}`)]))

  // Every value that is sent must stand in the statement.
  const written =
    options.slips && words.length === 1
      ? []
      : terms.map(({ exact, beginning }) => meetsWord(exact, beginning))
  const ways = email
    ? [meets([emailToken(options.typed, blind)])]
    : options.slips
      ? [
          // A slip in any word; but a lone word of three letters with one of them wrong is another word.
          ...(words.length > 1 || (words[0]?.length ?? 0) > 3
            ? [
                terms.map(({ exact, beginning, near, far }) =>
                  meetsWord([...exact, ...near, ...far], beginning),
                ),
              ]
            : []),
          // One word altogether wrong, or left out of the name.
          ...(words.length > 1 ? terms.map((_, n) => written.toSpliced(n, 1)) : []),
          // A space too many.
          ...joined.map((pair, n) => [pair, ...written.toSpliced(n, 2)]),
        ].map((each) => each.join(' AND '))
      : [written.join(' AND ')]
  if (ways.length === 0) return []
  const worth = [
    '0',
    ...terms.map(
      (_, n) =>
        `CASE WHEN ${exact[n]} THEN ${WORTH.exact} WHEN ${begun[n]} THEN ${WORTH.beginning}
              ${options.slips ? `WHEN ${near[n]} THEN ${WORTH.near} WHEN ${far[n]} THEN ${WORTH.far}` : ''} ELSE 0 END`,
    ),
    ...joined.map((pair) => `CASE WHEN ${pair} THEN ${WORTH.joined} ELSE 0 END`),
  ].join(' + ')
  const { rows } = await kernel.pool.query<Omit<Found, 'why'>>(
    `SELECT best.kind, best.id, n.title, n.related
       FROM (SELECT met.kind, met.id, max(met.worth) AS worth, min(met.words) AS words,
                    bool_or(met.part = 'name') AS own
               FROM (${ways
                 .map(
                   (
                     way,
                   ) => `(SELECT s.kind, s.id, s.part, s.subject, s.words, ${worth} AS worth FROM kernel.search_name s
                        WHERE ${way} AND s.console = ANY ($1) AND (s.tenant_id IS NULL OR s.tenant_id = ANY ($2))
                        LIMIT ${CANDIDATES_MAX})`,
                 )
                 .join(' UNION ALL ')}) met
              WHERE met.subject IS NULL
                 OR EXISTS (SELECT FROM kernel.subject_key k WHERE k.subject = met.subject)
                    AND NOT EXISTS (SELECT FROM kernel.subject_erasure e WHERE e.subject = met.subject)
              GROUP BY met.kind, met.id) best
       JOIN kernel.search_entity n ON n.kind = best.kind AND n.id = best.id
      ORDER BY best.worth DESC, abs(best.words - ${words.length}), best.own DESC, best.kind, best.id
      LIMIT $3`,
    values,
  )
  const why = email ? 'e-mail' : options.slips ? 'similar name' : 'name'
  return rows.map((row) => ({ ...row, why }))
}

/** Whether what is typed can be an e-mail address or a name; ids and amounts for the most part cannot. */
export function isNameLike(typed: string): boolean {
  return typed.includes('@') || nameWords(typed).some((word) => /^\p{L}{2,}$/u.test(word))
}
