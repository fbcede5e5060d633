import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { FoundBefore } from './back-test.ts'
import { listInForce } from './list-in-force.ts'
import type { ListId } from './list-names.ts'
import { openedList } from './opened-list.ts'
import { ruleOfList } from './screening-rule.ts'

/** Decisions of one week on a rule's hits. */
export type RuleWeek = { readonly week: string; readonly decided: number; readonly cleared: number }

/** Something that was found, or decided, in the last 90 days. */
export type FoundOne = {
  /** Empty where no hit was raised. */
  readonly hit_id: string | null
  readonly party_id: string
  /** As it is shown. */
  readonly party: string
  readonly party_kind: 'person' | 'company'
  readonly uid: string
  /** The entry's name; of the version in force, null where it is on that no more. */
  readonly listed: string | null
  readonly score: number
  readonly became: FoundBefore['became']
}

const DAYS = 90
/** What a figure opens: more than anybody reads, and no more. */
const ONES_MAX = 500

/** By week, oldest first, each of the last 90 days: what was decided of a rule's hits, and how much of that was an override of it. */
export async function ruleWeeks(pool: Kernel['pool'], rule: string): Promise<RuleWeek[]> {
  const { rows } = await pool.query<RuleWeek>({
    name: 'weeks-of-rule',
    text: `SELECT to_char(w.week, 'YYYY-MM-DD') AS week, count(h.hit_id)::int AS decided,
                  (count(*) FILTER (WHERE h.state = 'cleared'))::int AS cleared
             FROM generate_series(date_trunc('week', (clock_timestamp() - interval '${DAYS} days') AT TIME ZONE 'UTC'),
                                  date_trunc('week', clock_timestamp() AT TIME ZONE 'UTC'), interval '1 week') AS w (week)
             LEFT JOIN transfers.screening_hit h
               ON h.rule_id = $1 AND h.decided_at > clock_timestamp() - interval '${DAYS} days'
              AND date_trunc('week', h.decided_at AT TIME ZONE 'UTC') = w.week
            GROUP BY 1 ORDER BY 1`,
    values: [rule],
  })
  return rows
}

/**
 * The hits of a rule that were raised or decided in that time, each once: of those raised anew the last one. And what is found on the
 * version in force and has never been raised, which is what a lower threshold would raise.
 */
const FOUND = `
  SELECT h.hit_id, h.party_id, h.uid, h.score, h.state AS became
    FROM transfers.screening_hit h
   WHERE h.rule_id = $2 AND h.uid IS NOT NULL AND h.state <> 'superseded'
     AND (h.raised_at > clock_timestamp() - interval '${DAYS} days' OR h.decided_at > clock_timestamp() - interval '${DAYS} days')
  UNION ALL
  SELECT NULL, f.party_id, f.uid, f.score, 'not_raised'
    FROM (SELECT e.payload ->> 'version' AS version FROM kernel.event e
           WHERE e.stream = 'transfers.sanctions_list/' || $1 ORDER BY e.version DESC LIMIT 1) v
    JOIN transfers.screening_finding f ON f.version = v.version AND f.raised_at IS NULL AND f.suppressed_at IS NULL
   WHERE NOT EXISTS (SELECT FROM transfers.screening_hit h WHERE h.hit_id = f.hit_id)`

/** What a rule has found in the last 90 days, by score and by what became of it. */
export async function foundBefore(pool: Kernel['pool'], list: ListId): Promise<FoundBefore[]> {
  const { rows } = await pool.query<FoundBefore>({
    name: 'found-before',
    text: `SELECT (floor(score * 100) / 100)::float8 AS score, became, count(*)::int AS count FROM (${FOUND}) f GROUP BY 1, 2 ORDER BY 1, 2`,
    values: [list, ruleOfList(list)],
  })
  return rows
}

/** The same one by one, highest score first. */
export async function foundOnes(pool: Kernel['pool'], list: ListId): Promise<FoundOne[]> {
  const { rows } = await pool.query<Omit<FoundOne, 'listed'>>({
    name: 'found-ones',
    text: `SELECT f.hit_id, f.party_id, coalesce(p.record ->> 'name', f.party_id) AS party,
                  CASE p.record ->> 'kind' WHEN 'company' THEN 'company' ELSE 'person' END AS party_kind, f.uid,
                  f.score::float8 AS score, f.became
             FROM (SELECT * FROM (${FOUND}) f ORDER BY f.score DESC, f.party_id, f.uid LIMIT ${ONES_MAX}) f
             LEFT JOIN transfers.party p ON p.id = f.party_id
            ORDER BY f.score DESC, f.party_id, f.uid`,
    values: [list, ruleOfList(list)],
  })
  const inForce = await listInForce(pool, list)
  const entries = inForce && (await openedList(pool, inForce.version))?.byUid
  return rows.map((row) => ({ ...row, listed: entries?.get(row.uid)?.name ?? null }))
}
