import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { z } from 'zod'
import { frozenMarks } from '../party/frozen-marks.ts'
import { partyIsFrozen } from '../party/party-is-frozen.ts'
import { compareNames } from '../screening/compare-names.ts'
import { foldName } from '../screening/fold-name.ts'
import { shownCountry } from '../screening/shown-entry.ts'
import type { Upstreams } from '../upstreams.ts'
import { HIT_STATES, type Hit } from './hit.ts'
import { decisionOf } from './hit-decision.ts'
import { hitTitle, namesMasked, shownParty } from './hit-title.ts'
import { type HitRecord, isOwnHit, readOwnHit } from './own-hit.ts'
import { COMPARED_AS } from './same-identifiers.ts'

/** How each word of the two names fared, by our own comparison; the score is that of whoever raised it. */
function compared({ screened_name, listed_name, party_kind, masked }: Hit): Json {
  if (masked) return null
  const kind = party_kind === 'company' ? 'other' : 'person'
  const { screened, listed } = compareNames(foldName(screened_name, kind), foldName(listed_name, kind), kind)
  return { screened: screened.map((part) => ({ ...part })), listed: listed.map((part) => ({ ...part })) }
}

const ownFacts = ({ uid, list_id, list_digest, programs, matched_at, matched_of, weak }: HitRecord) => ({
  ...{ uid, list_id, list_digest, programs: [...programs], matched_at, matched_of, weak },
})

const COUNTRIES: ReadonlySet<string> = new Set(['nationality', 'country'])

/** What it is called, and of countries which they are. */
const shownIdentifier = ({ each, ...one }: Hit['identifiers'][number]): Json => ({
  ...one,
  title: COMPARED_AS[one.name] ?? null,
  ...(COUNTRIES.has(one.name)
    ? { countries: { ours: shownCountry(one.ours), theirs: (each ?? [one.theirs]).map(shownCountry) } }
    : {}),
})

/** The screened name is shown beside the listed one: comparing them is the whole work of this page. */
export const hit: EntityType<Hit, Upstreams> = {
  kind: 'hit',
  console: 'transfers',
  sensitive: {
    seenWith: 'transfers.reveal_party',
    // Who is listed, and how a date of birth compares with theirs, tells the person's as well.
    masked: (record) =>
      record.party_kind === 'company'
        ? record
        : {
            ...namesMasked(record),
            masked: true,
            identifiers: [],
            own: undefined,
            entry: undefined,
            entryId: undefined,
            // A note may say who they are.
            decision: record.decision && { ...record.decision, note: undefined },
          },
  },
  async read(id, { compliance }, context) {
    const reading = isOwnHit(id) ? await readOwnHit(id, context) : await compliance.hit(id, context.signal)
    if (reading.status !== 'found') return reading
    const told = await context.ask(async (kernel) => ({
      partyFrozen: await partyIsFrozen(kernel.pool, reading.state.party_id),
      decision: reading.state.state === 'open' ? undefined : await decisionOf(kernel, reading.state),
    }))
    return { ...reading, state: { ...reading.state, ...told } }
  },
  present: (record) => ({
    title: hitTitle(record),
    state: record.state,
    data: {
      party_id: record.party_id,
      party_kind: record.party_kind,
      raised_here: isOwnHit(record.id),
      party_frozen: record.partyFrozen ?? false,
      masked: record.masked ?? false,
      screened_name: record.screened_name,
      listed_name: record.listed_name,
      compared: compared(record),
      list: record.list,
      list_version: record.list_version,
      score: record.score,
      rule_id: record.rule_id,
      identifiers: record.identifiers.map(shownIdentifier),
      raised_at: record.raised_at ?? null,
      ...(record.own === undefined ? {} : ownFacts(record.own)),
      entry: record.entry === undefined ? null : { ...record.entry },
      entry_id: record.entryId ?? null,
      decision: record.decision === undefined ? null : { ...record.decision },
      pair_rule: record.pairRule === undefined ? null : { ...record.pairRule },
      history: (record.history ?? []).map((one) => ({ ...one })),
    },
    banners: record.partyFrozen
      ? [
          {
            tone: 'danger',
            text:
              record.party_kind === 'company'
                ? say`Frozen: no transfer of this company leaves or is returned until that ends.`
                : say`Frozen: no transfer of this person leaves or is returned until that ends.`,
          },
        ]
      : [],
    related: [{ kind: 'party', id: record.party_id, title: shownParty(record), relation: say`screened` }],
  }),
  list: {
    filters: z.object({ state: z.enum(HIT_STATES).optional(), party_id: entityId.optional() }),
    page: (query, { compliance }, signal) => compliance.hits(query, signal),
  },
  marks: frozenMarks('hit'),
}

export const hitEntity = defineEntity(hit)
