import type { Kernel } from '../kernel.ts'
import { fromWritten, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { shapeOf } from './shape-of.ts'

/** Of the letters of a kind, so many are named on its page. */
const NAMED_MAX = 50

/** One dead letter, or all of one source and one error: `transfers.cts.<uuid>`, `transfers.cts.k<hash of the error>`. */
const DEAD_LETTER_ID =
  /^([a-z]+)\.([a-z]+)\.(?:k([0-9a-f]{16})|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))$/

export type DeadLetterState = 'waiting' | 'replaying' | 'replayed' | 'discarded'

/** `at`: when it came first, RFC 3339. */
export type NamedLetter = { readonly id: string; readonly at: string }

export type DeadLetters = {
  readonly id: string
  readonly source: string
  readonly error: Text
  /** How many are in each state. */
  readonly letters: Readonly<Record<DeadLetterState, number>>
  /** How often they were sent, all in all. */
  readonly times: number
  /** RFC 3339. */
  readonly firstAt: string
  readonly lastAt: string
  readonly tried: number
  /** What was sent, without its values; of a kind, the newest of it. */
  readonly shape: Json
  /** Of a single letter: what a replay made of it. */
  readonly single: { readonly became: string | null } | undefined
  /** The newest of a kind. */
  readonly newest: readonly NamedLetter[]
}

const ASKED_FOR = `m.source = $1 AND ($2::text IS NULL OR m.error_key = $2)
                              AND ($3::uuid IS NULL OR m.dead_letter_id = $3)`

export function deadLetterId(console: string, source: string, which: string): string {
  return `${console}.${source}.${which}`
}

/** The dead letters of this id, or undefined where there are none. */
export async function loadDeadLetters(
  kernel: Pick<Kernel, 'pool' | 'sealer' | 'consoles'>,
  id: string,
): Promise<DeadLetters | undefined> {
  const [, console = '', source = '', errorKey = null, letter = null] = DEAD_LETTER_ID.exec(id) ?? []
  if (!sourcesOf(kernel, console).includes(source)) return undefined
  const { rows } = await kernel.pool.query<{
    error: string
    waiting: number
    replaying: number
    replayed: number
    discarded: number
    times: number
    first_at: string
    last_at: string
    tried: number
    became: string | null
    newest: NamedLetter[]
    body: string
  }>({
    name: 'dead-letters',
    text: `SELECT min(error) AS error,
                  count(*) FILTER (WHERE state = 'waiting')::integer AS waiting,
                  count(*) FILTER (WHERE state = 'replaying')::integer AS replaying,
                  count(*) FILTER (WHERE state = 'replayed')::integer AS replayed,
                  count(*) FILTER (WHERE state = 'discarded')::integer AS discarded,
                  sum(times)::float8 AS times, kernel.rfc3339(min(received_at)) AS first_at,
                  kernel.rfc3339(max(last_at)) AS last_at, max(tried) AS tried, min(became) AS became,
                  (SELECT jsonb_agg(jsonb_build_object('id', n.dead_letter_id, 'at', kernel.rfc3339(n.received_at))
                                    ORDER BY n.received_at DESC, n.dead_letter_id DESC)
                     FROM (SELECT m.dead_letter_id, m.received_at FROM kernel.dead_letter m WHERE ${ASKED_FOR}
                            ORDER BY m.received_at DESC, m.dead_letter_id DESC LIMIT ${NAMED_MAX}) n) AS newest,
                  (SELECT m.body_sealed FROM kernel.dead_letter m WHERE ${ASKED_FOR}
                    ORDER BY m.received_at DESC, m.dead_letter_id DESC LIMIT 1) AS body
             FROM kernel.dead_letter
            WHERE source = $1 AND ($2::text IS NULL OR error_key = $2) AND ($3::uuid IS NULL OR dead_letter_id = $3)
           HAVING count(*) > 0`,
    values: [source, errorKey, letter],
  })
  const row = rows[0]
  if (!row) return undefined
  const { waiting, replaying, replayed, discarded } = row
  return {
    id,
    source,
    error: fromWritten(row.error),
    letters: { waiting, replaying, replayed, discarded },
    times: row.times,
    firstAt: row.first_at,
    lastAt: row.last_at,
    tried: row.tried,
    shape: shapeOf(kernel.sealer.openForInstallation(row.body)),
    single: letter === null ? undefined : { became: row.became },
    newest:
      letter === null
        ? row.newest.map(({ id: one, at }) => ({ id: deadLetterId(console, source, one), at }))
        : [],
  }
}

/** Whose events a console takes, itself where it finds out by itself. */
export function sourcesOf(kernel: Pick<Kernel, 'consoles'>, console: string): string[] {
  return kernel.consoles
    .filter(({ name }) => name === console)
    .flatMap(({ ingest, finds = [] }) => [...ingest, ...finds].map(({ source }) => source))
}
