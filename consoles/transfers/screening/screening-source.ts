import { Personal } from '@countersign/kernel/events/ingest-source.ts'
import type { Found, LocalSource, Looking } from '@countersign/kernel/events/local-source.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { EVENT_TYPES } from '../contract.ts'
import { hitStream } from '../hit/hit-events.ts'
import type { HitRecord } from '../hit/own-hit.ts'
import { LIST_NAMES } from './list-names.ts'
import { indexOf, keepIndexesOf, type ListToScreen, listsToScreen } from './lists-to-screen.ts'
import { findingsOf, hitOf, screenStep } from './screen-step.ts'
import { partiesOf } from './screened-parties.ts'

/** Hits that are raised in one step. */
const RAISED_AT_ONCE = 100
const RULE = 'names_'

/** A hit to be raised, with the party's data in clear: it is sealed as it is kept. */
type Raised = {
  readonly record: Omit<HitRecord, 'screened_name'>
  readonly tenant: string | null
  readonly name: string
  readonly born: string | null
}

/** Every party compared with every list in force: who is new, who changes, and everybody when a list does (T-13). */
export const screeningSource: LocalSource = {
  source: 'screening',
  map(raw) {
    const { record, tenant, name, born } = raw as unknown as Raised
    const subject = { kind: 'party', id: record.party_id }
    const person = record.party_kind === 'person'
    return {
      ...{ id: record.id, type: EVENT_TYPES.hitRaised, schemaVersion: 1 },
      stream: hitStream(record.id),
      refs: [{ kind: 'hit', id: record.id }, subject],
      occurredAt: new Date(record.raised_at),
      ...(tenant === null ? {} : { tenantId: tenant }),
      payload: {
        ...{ version: record.version, state: record.state, score: record.score },
        record: {
          ...record,
          programs: [...record.programs],
          listed: JSON.parse(JSON.stringify(record.listed)),
          screened_name: person ? redacted(name, 'name') : name,
        },
        personal: {
          ...(person ? { screened_name: new Personal(name, 'name', subject) } : {}),
          ...(born === null ? {} : { date_of_birth: new Personal(born, 'date', subject) }),
        },
      },
    }
  },
  async look(looking) {
    const lists = await listsToScreen(looking.pool)
    keepIndexesOf(lists)
    // What is found is told before more is looked for, so that nobody waits for the end of a long run.
    for (const list of lists.filter(({ inForce }) => inForce)) {
      const found = await raiseDue(looking, list)
      if (found.events.length > 0) return found
    }
    for (const list of lists) {
      if (looking.signal.aborted) break
      if (await screenStep(looking, list)) return { events: [], more: true }
    }
    return { events: [], more: false }
  },
}

/** Hits of what was found and has not been raised, though its score is the rule's. */
async function raiseDue({ pool, sealer }: Looking, list: ListToScreen): Promise<Found> {
  const { rows: due } = await pool.query<{ party_id: string; uid: string; hit_id: string }>({
    name: 'findings-due',
    text: `SELECT f.party_id, f.uid, f.hit_id FROM transfers.screening_finding f
            WHERE f.version = $1 AND f.score >= $2 AND f.raised_at IS NULL
            ORDER BY f.score DESC, f.party_id, f.uid LIMIT ${RAISED_AT_ONCE}`,
    values: [list.version, list.threshold],
  })
  if (due.length === 0) return { events: [], more: false }
  const index = await indexOf(pool, list)
  if (index === undefined) return { events: [], more: false }
  const parties = await partiesOf(pool, sealer, [...new Set(due.map(({ party_id }) => party_id))])
  const raised: Raised[] = due.flatMap(({ party_id, uid, hit_id }) => {
    const party = parties.get(party_id)
    // It changed since, or was erased: the next step finds what it is now.
    if (party === undefined || hitOf(sealer, party, index, uid) !== hit_id) return []
    const finding = findingsOf(party, index).find((one) => one.uid === uid)
    const entry = index.entries.get(uid)
    if (finding === undefined || entry === undefined) return []
    const { matched } = finding
    return [
      {
        ...{ tenant: party.tenantId, name: party.name, born: party.born ?? null },
        record: {
          ...{ id: hit_id, version: 1, party_id, party_kind: party.kind, uid, programs: entry.programs },
          ...{ list: LIST_NAMES[list.list], list_id: list.list, list_version: list.published },
          ...{ list_digest: list.version, listed_name: matched.name, matched_at: matched.at },
          ...{ matched_of: matched.of, weak: matched.weak, listed: entry.identifiers },
          ...{ country: party.country ?? null, score: finding.score, rule_id: `${RULE}${list.list}` },
          ...{ state: 'open', raised_at: new Date().toISOString() },
        },
      },
    ]
  })
  return {
    events: JSON.parse(JSON.stringify(raised)),
    async kept() {
      await pool.query(
        `UPDATE transfers.screening_finding f SET raised_at = clock_timestamp()
           FROM unnest($2::text[], $3::text[], $4::text[]) AS done (party_id, uid, hit_id)
          WHERE f.version = $1 AND f.party_id = done.party_id AND f.uid = done.uid AND f.hit_id = done.hit_id`,
        [
          list.version,
          due.map(({ party_id }) => party_id),
          due.map(({ uid }) => uid),
          due.map(({ hit_id }) => hit_id),
        ],
      )
    },
    more: true,
  }
}
