import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { FoundBefore } from './back-test.ts'
import type { ListId } from './list-names.ts'

/** Decisions of one week on a rule's hits. */
export type RuleWeek = { readonly week: string; readonly decided: number; readonly cleared: number }

/** Something that was found, or decided, in the last 90 days. */
export type FoundOne = {
  /** Empty where no hit was raised. */
  readonly hit_id: string | null
  readonly party_id: string
  /** As it is shown. */
  readonly party: string
  readonly uid: string
  readonly score: number
  readonly became: FoundBefore['became']
}

const DAYS = 90
/** What a figure opens: more than anybody reads, and no more. */
const ONES_MAX = 500

/** By week, oldest first: what was decided of a rule's hits in the last 90 days, and how much of that was an override of it. */
export async function ruleWeeks(pool: Kernel['pool'], rule: string): Promise<RuleWeek[]> {
  const { rows } = await pool.query<RuleWeek>({
    name: 'weeks-of-rule',
    text: `SELECT to_char(date_trunc('week', decided_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week, count(*)::int AS decided,
                  (count(*) FILTER (WHERE state = 'cleared'))::int AS cleared
             FROM transfers.screening_hit
            WHERE rule_id = $1 AND decided_at > clock_timestamp() - interval '${DAYS} days'
            GROUP BY 1 ORDER BY 1`,
    values: [rule],
  })
  return rows
}

/** Of each thing that was found on a version that was in force, as it was found last. */
const FOUND = `
  SELECT DISTINCT ON (f.hit_id) f.hit_id, f.party_id, f.uid, f.score,
         coalesce(h.state, CASE WHEN f.suppressed_at IS NULL THEN 'not_raised' ELSE 'kept_back' END) AS became, h.hit_id AS raised
    FROM transfers.screening_finding f
    LEFT JOIN transfers.screening_hit h ON h.hit_id = f.hit_id
   WHERE f.list = $1 AND f.found_at > clock_timestamp() - interval '${DAYS} days'
     AND f.version IN (SELECT e.payload ->> 'version' FROM kernel.event e WHERE e.stream = 'transfers.sanctions_list/' || $1)
   ORDER BY f.hit_id, f.found_at DESC`

/** What was found of a list in the last 90 days, by score and by what became of it. */
export async function foundBefore(pool: Kernel['pool'], list: ListId): Promise<FoundBefore[]> {
  const { rows } = await pool.query<FoundBefore>({
    name: 'found-before',
    text: `SELECT (floor(score * 100) / 100)::float8 AS score, became, count(*)::int AS count FROM (${FOUND}) f GROUP BY 1, 2 ORDER BY 1, 2`,
    values: [list],
  })
  return rows
}

/** The same one by one, highest score first. */
export async function foundOnes(pool: Kernel['pool'], list: ListId): Promise<FoundOne[]> {
  const { rows } = await pool.query<FoundOne>({
    name: 'found-ones',
    text: `SELECT f.raised AS hit_id, f.party_id, coalesce(p.record ->> 'name', f.party_id) AS party, f.uid, f.score::float8 AS score, f.became
             FROM (${FOUND}) f LEFT JOIN transfers.party p ON p.id = f.party_id
            ORDER BY f.score DESC, f.party_id, f.uid LIMIT ${ONES_MAX}`,
    values: [list],
  })
  return rows
}
