import { type MappedEvent, Personal } from '@countersign/kernel/events/ingest-source.ts'
import type { Found, LocalSource, Looking } from '@countersign/kernel/events/local-source.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { EVENT_TYPES } from '../contract.ts'
import { hitStream } from '../hit/hit-events.ts'
import type { HitRecord } from '../hit/own-hit.ts'
import { PAIR_RULE_SUPPRESSED, type PairRulePayload, pairOf, pairStream } from '../hit/pair-rule.ts'
import { LIST_NAMES } from './list-names.ts'
import { indexOf, keepIndexesOf, type ListToScreen, listsToScreen } from './lists-to-screen.ts'
import type { ScreeningList } from './screen-party.ts'
import { findingsOf, hitOf, screenStep } from './screen-step.ts'
import { forgetFindingsBut, type PartyToScreen, partiesOf } from './screened-parties.ts'
import { ruleOfList } from './screening-rule.ts'
import {
  happenedSince,
  hitsDecidedByFreezes,
  type Settled,
  settledEvent,
  settledUpTo,
  supersededHits,
} from './settled-hits.ts'
import { type TuningDue, tuningDue, tuningDueEvent } from './tuning-due.ts'

/** Hits that are raised in one step. */
const RAISED_AT_ONCE = 100

/** A hit to be raised, with the party's data in clear: it is sealed as it is kept. */
type Raised = {
  readonly what: 'raised'
  readonly record: Omit<HitRecord, 'screened_name'>
  readonly tenant: string | null
  readonly name: string
  readonly born: string | null
}
/** One that the rule for its pair keeps back. */
type Suppressed = {
  readonly what: 'suppressed'
  readonly id: string
  readonly at: string
  readonly tenant: string | null
  readonly pair: string
  readonly rule: PairRulePayload
}
type Told =
  | Raised
  | Suppressed
  | ({ readonly what: 'settled' } & Settled)
  | ({ readonly what: 'tuning' } & TuningDue)

/**
 * Every party compared with every list in force: who is new, who changes, and everybody when a list does (T-13); and what
 * freezes have decided of the hits.
 */
export const screeningSource: LocalSource = {
  source: 'screening',
  map(raw) {
    const told = raw as unknown as Told
    if (told.what === 'raised') return raisedEvent(told)
    if (told.what === 'tuning') return tuningDueEvent(told)
    return told.what === 'settled' ? settledEvent(told) : suppressedEvent(told)
  },
  async look(looking) {
    const settled = await settleNext(looking)
    if (settled !== undefined) return settled
    const lists = await listsToScreen(looking.pool)
    keepIndexesOf(lists)
    await forgetFindingsBut(
      looking.pool,
      lists.map(({ version }) => version),
    )
    // What is found is told before more is looked for, so that nobody waits for the end of a long run.
    for (const list of lists.filter(({ inForce }) => inForce)) {
      const found = await raiseDue(looking, list)
      if (found !== undefined) return found
    }
    for (const list of lists) {
      if (looking.signal.aborted) break
      if (await screenStep(looking, list)) return { events: [], more: true }
    }
    return { events: [], more: false }
  },
}

/** What followed from what has happened to hits and frozen parties; undefined where nothing has since the last look. */
async function settleNext({ pool }: Looking): Promise<Found | undefined> {
  const happened = await happenedSince(pool)
  if (happened === undefined) return undefined
  const { hits, freezes, upTo } = happened
  const settled = [...(await hitsDecidedByFreezes(pool, freezes)), ...(await supersededHits(pool, hits))]
  const due = await tuningDue(pool, hits)
  return {
    events: [
      ...settled.map((one) => told({ what: 'settled', ...one })),
      ...due.map((one) => told({ what: 'tuning', ...one })),
    ],
    kept: () => settledUpTo(pool, upTo),
    more: true,
  }
}

const told = (one: Told): Json => JSON.parse(JSON.stringify(one))

function raisedEvent({ record, tenant, name, born }: Raised): MappedEvent {
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
}

const suppressedEvent = ({ id, at, tenant, pair, rule }: Suppressed): MappedEvent => ({
  ...{ id, type: PAIR_RULE_SUPPRESSED, schemaVersion: 1, stream: pairStream(pair), occurredAt: new Date(at) },
  ...(tenant === null ? {} : { tenantId: tenant }),
  refs: [{ kind: 'party', id: rule.party_id }],
  payload: { ...rule },
})

type Due = {
  readonly party_id: string
  readonly uid: string
  readonly hit_id: string
  readonly tenant: string | null
  readonly score: number
  /** Raised for another version of the list: nothing that was compared has changed. */
  readonly known: boolean
  readonly until: string | null
}

/** Hits of what was found and has not been raised, though its score is the rule's; undefined where there is none. */
async function raiseDue({ pool, sealer }: Looking, list: ListToScreen): Promise<Found | undefined> {
  const { rows: due } = await pool.query<Due>({
    name: 'findings-due',
    text: `SELECT f.party_id, f.uid, f.hit_id, f.tenant_id AS tenant, f.score::float8 AS score, kernel.rfc3339(r.until) AS until,
                  EXISTS (SELECT FROM kernel.stream s WHERE s.stream = 'transfers.hit/' || f.hit_id) AS known
             FROM transfers.screening_finding f
             LEFT JOIN transfers.pair_rule r
               ON r.party_id = f.party_id AND r.list = f.list AND r.uid = f.uid
              AND r.until > clock_timestamp() AND f.score <= r.score AND f.fits <@ r.fits
            WHERE f.version = $1 AND f.score >= $2 AND f.raised_at IS NULL AND (r.pair IS NULL OR f.suppressed_at IS NULL)
            ORDER BY f.score DESC, f.party_id, f.uid LIMIT ${RAISED_AT_ONCE}`,
    values: [list.version, list.threshold],
  })
  if (due.length === 0) return undefined
  const index = await indexOf(pool, list)
  if (index === undefined) return undefined
  const at = new Date().toISOString()
  const suppressed = due.filter(({ known, until }) => !known && until !== null)
  const raised = due.filter((one) => !suppressed.includes(one))
  const parties = await partiesOf(pool, sealer, [...new Set(raised.map(({ party_id }) => party_id))])
  const hits = raised
    .filter(({ known }) => !known)
    .map((one) => ({ one, hit: hitOfDue(sealer, list, index, one, parties.get(one.party_id), at) }))
  // Of a party that has changed since, what it is now is found when its turn comes; what it was is found no more.
  const past = hits.filter(({ hit }) => hit === undefined).map(({ one }) => one)
  return {
    events: [
      ...hits.flatMap(({ hit }) => (hit === undefined ? [] : [told(hit)])),
      ...suppressed.map(({ party_id, uid, hit_id, tenant, score, until }) =>
        told({
          ...{ what: 'suppressed', at, tenant, pair: pairOf({ party_id, list_id: list.list, uid }) },
          id: `${hit_id}:until:${until}`,
          rule: { party_id, list: list.list, uid, score, until: until ?? at },
        }),
      ),
    ],
    async kept() {
      await noteTold(
        pool,
        list.version,
        'raised_at',
        raised.filter((one) => !past.includes(one)),
      )
      await forgetFindings(pool, list.version, past)
      await noteTold(pool, list.version, 'suppressed_at', suppressed)
    },
    more: true,
  }
}

async function noteTold(
  pool: Looking['pool'],
  version: string,
  column: 'raised_at' | 'suppressed_at',
  done: readonly Due[],
): Promise<void> {
  if (done.length === 0) return
  await pool.query(
    `UPDATE transfers.screening_finding f SET ${column} = clock_timestamp()
       FROM unnest($2::text[], $3::text[], $4::text[]) AS done (party_id, uid, hit_id)
      WHERE f.version = $1 AND f.party_id = done.party_id AND f.uid = done.uid AND f.hit_id = done.hit_id`,
    [
      version,
      done.map(({ party_id }) => party_id),
      done.map(({ uid }) => uid),
      done.map(({ hit_id }) => hit_id),
    ],
  )
}

async function forgetFindings(pool: Looking['pool'], version: string, past: readonly Due[]): Promise<void> {
  if (past.length === 0) return
  await pool.query(
    `DELETE FROM transfers.screening_finding f
      USING unnest($2::text[], $3::text[], $4::text[]) AS past (party_id, uid, hit_id)
      WHERE f.version = $1 AND f.party_id = past.party_id AND f.uid = past.uid AND f.hit_id = past.hit_id`,
    [
      version,
      past.map(({ party_id }) => party_id),
      past.map(({ uid }) => uid),
      past.map(({ hit_id }) => hit_id),
    ],
  )
}

/** Undefined where the party changed since, or was erased. */
function hitOfDue(
  sealer: Looking['sealer'],
  list: ListToScreen,
  index: ScreeningList,
  { party_id, uid, hit_id }: Due,
  party: PartyToScreen | undefined,
  at: string,
): Raised | undefined {
  if (party === undefined || hitOf(sealer, party, index, uid) !== hit_id) return undefined
  const finding = findingsOf(party, index).find((one) => one.uid === uid)
  const entry = index.entries.get(uid)
  if (finding === undefined || entry === undefined) return undefined
  const { matched } = finding
  return {
    ...{ what: 'raised', tenant: party.tenantId, name: party.name, born: party.born ?? null },
    record: {
      ...{ id: hit_id, version: 1, party_id, party_kind: party.kind, uid, programs: entry.programs },
      ...{ list: LIST_NAMES[list.list], list_id: list.list, list_version: list.published },
      ...{ list_digest: list.version, listed_name: matched.name, matched_at: matched.at },
      ...{ matched_of: matched.of, weak: matched.weak, listed: entry.identifiers },
      ...{ country: party.country ?? null, score: finding.score, rule_id: ruleOfList(list.list) },
      ...{ state: 'open', raised_at: at },
    },
  }
}
