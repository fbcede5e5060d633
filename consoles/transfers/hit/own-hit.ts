import type { ReadContext } from '@countersign/kernel/actions/define-action.ts'
import type { Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Sealed } from '@countersign/kernel/personal-data/sealing.ts'
import { compareIdentifiers, fitsOf } from '../screening/compare-identifiers.ts'
import type { EntryIdentifiers } from '../screening/list-entry.ts'
import { listEntryId } from '../screening/list-entry-entity.ts'
import { listInForce } from '../screening/list-in-force.ts'
import type { ListId } from '../screening/list-names.ts'
import { openedList } from '../screening/opened-list.ts'
import { shownEntry } from '../screening/shown-entry.ts'
import type { Hit, HitState } from './hit.ts'
import { hitStream } from './hit-events.ts'
import { type PairRulePayload, pairOf, pairRuleOf, pairStream } from './pair-rule.ts'

const OWN = 'scr_'

/** A hit of our own screening, by its id; others are Compliance's. */
export const isOwnHit = (id: string): boolean => id.startsWith(OWN)

/** Of a hit that is named to Compliance: it knows its own alone, and what becomes of ours is known from what was carried out. */
export const theirs = <Named extends Readonly<Record<string, string | undefined>>>(
  named: Named,
): Partial<Record<keyof Named, string>> =>
  Object.fromEntries(Object.entries(named).filter(([, id]) => id !== undefined && !isOwnHit(id))) as Partial<
    Record<keyof Named, string>
  >

/** The same of what was compared is the same hit, however often it is found. */
export const ownHitId = (digest: string): string => `${OWN}${digest}`

/** What screening keeps of a hit in its event, beside the party's personal data: what is public, or names nobody. */
export type HitRecord = {
  readonly id: string
  readonly version: number
  readonly party_id: string
  readonly party_kind: 'person' | 'company'
  /** A person's redacted. */
  readonly screened_name: string
  readonly list: string
  readonly list_id: ListId
  readonly list_version: string
  readonly list_digest: string
  readonly uid: string
  readonly listed_name: string
  /** Which of the entry's names that is: 0 its own, then its aliases. */
  readonly matched_at: number
  readonly matched_of: number
  readonly weak: boolean
  readonly programs: readonly string[]
  readonly listed: EntryIdentifiers
  readonly country: string | null
  readonly score: number
  readonly rule_id: string
  readonly state: HitState
  readonly raised_at: string
}

/** What is sealed under the party's key. */
type SealedPart = { readonly screened_name?: Sealed; readonly date_of_birth?: Sealed }

/** A decision on the pair of a party and an entry that was made before. */
export type EarlierHit = {
  readonly id: string
  readonly state: HitState
  readonly raised_at: string
  readonly decided_at: string | null
  readonly decided_by: string | null
}

/** Earlier hits of a pair that are told. */
const HISTORY_MAX = 10

/** As it stands by its events, with the party's data opened where it has not been erased. */
export async function readOwnHit(id: string, context: ReadContext): Promise<Reading<Hit>> {
  const stream = hitStream(id)
  const events = await context.events<{ record: HitRecord; personal?: SealedPart }>(stream)
  const raised = events[0]?.payload
  const record = events.at(-1)?.payload.record
  if (raised === undefined || record === undefined) return { status: 'missing' }
  const subject = { kind: 'party', id: record.party_id }
  const { screened_name, date_of_birth } = raised.personal ?? {}
  const [name, born, history, listed] = await context.ask(async ({ pool, sealer }) => [
    screened_name && (await sealer.open(subject, screened_name)),
    date_of_birth && (await sealer.open(subject, date_of_birth)),
    await earlierHits(pool, record),
    await listedAs(pool, record),
  ])
  const compared = compareIdentifiers({ born, nationality: record.country ?? undefined }, record.listed)
  return {
    status: 'found',
    version: String(events.length),
    stream: { name: stream, version: events.length },
    state: {
      ...{ id, version: record.version, party_id: record.party_id, party_kind: record.party_kind },
      screened_name: name ?? record.screened_name,
      listed_name: record.listed_name,
      ...{ list: record.list, list_version: record.list_version, score: record.score },
      ...{ rule_id: record.rule_id, state: record.state, raised_at: record.raised_at },
      identifiers: compared.map(({ what, match, ours, theirs }) => ({
        ...{ name: what, ours, theirs: theirs.join(' · '), match },
        ...(what === 'nationality' ? { each: theirs } : {}),
      })),
      ...listed,
      fits: fitsOf(compared),
      own: record,
      history,
      pairRule: pairRuleOf(await context.events<PairRulePayload>(pairStream(pairOf(record)))),
    },
  }
}

/** The entry as the version has it that it was found on; and its record, where it is on the version in force. */
async function listedAs(
  pool: Kernel['pool'],
  { list_id, list_digest, uid }: HitRecord,
): Promise<Pick<Hit, 'entry' | 'entryId'>> {
  const inForce = await listInForce(pool, list_id)
  const entry = (await openedList(pool, list_digest))?.byUid.get(uid)
  const now = inForce && (await openedList(pool, inForce.version))?.byUid.get(uid)
  return {
    entry: entry && shownEntry(entry),
    entryId: now && listEntryId(list_id, uid),
  }
}

async function earlierHits(
  pool: Kernel['pool'],
  { id, party_id, uid, list }: HitRecord,
): Promise<EarlierHit[]> {
  const { rows } = await pool.query<EarlierHit>({
    name: 'earlier-hits-of-pair',
    text: `SELECT h.hit_id AS id, h.state, kernel.rfc3339(h.raised_at) AS raised_at, kernel.rfc3339(h.decided_at) AS decided_at,
                  coalesce(p.display_name, h.decided_by) AS decided_by
             FROM transfers.screening_hit h LEFT JOIN kernel.person p ON p.person_id = h.decided_by
            WHERE h.party_id = $1 AND h.uid = $2 AND h.list = $3 AND h.hit_id <> $4
            ORDER BY h.raised_at DESC, h.hit_id LIMIT ${HISTORY_MAX}`,
    values: [party_id, uid, list, id],
  })
  return rows
}
