import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { type Said, say } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import { compareNames } from '../screening/compare-names.ts'
import { foldName } from '../screening/fold-name.ts'
import type { Upstreams } from '../upstreams.ts'
import { HIT_STATES, type Hit } from './hit.ts'
import { type HitRecord, isOwnHit, readOwnHit } from './own-hit.ts'

const screenedName = ({ screened_name, party_kind }: Hit) =>
  party_kind === 'company' ? screened_name : redacted(screened_name, 'name')

/** How each word of the two names fared, by our own comparison; the score is that of whoever raised it. */
function compared({ screened_name, listed_name, party_kind }: Hit): Json {
  const kind = party_kind === 'company' ? 'other' : 'person'
  const { screened, listed } = compareNames(foldName(screened_name, kind), foldName(listed_name, kind), kind)
  return { screened: screened.map((part) => ({ ...part })), listed: listed.map((part) => ({ ...part })) }
}

/** What identifiers are called, ours and those that Compliance is known to compare; others as they come. */
const IDENTIFIERS: Readonly<Record<string, Said>> = {
  born: say`date of birth`,
  date_of_birth: say`date of birth`,
  nationality: say`nationality`,
  country: say`country`,
  passport: say`passport`,
  registration_number: say`registration number`,
}

const ownFacts = ({ uid, list_id, list_digest, programs, matched_at, matched_of, weak }: HitRecord) => ({
  ...{ uid, list_id, list_digest, programs: [...programs], matched_at, matched_of, weak },
})

/** The screened name is shown beside the listed one: comparing them is the whole work of this page. */
export const hit: EntityType<Hit, Upstreams> = {
  kind: 'hit',
  console: 'transfers',
  sensitive: true,
  read: (id, { compliance }, context) =>
    isOwnHit(id) ? readOwnHit(id, context) : compliance.hit(id, context.signal),
  present: (record) => ({
    title: say`${record.list} hit, score ${record.score.toFixed(2)}`,
    state: record.state,
    data: {
      party_id: record.party_id,
      screened_name: record.screened_name,
      listed_name: record.listed_name,
      compared: compared(record),
      list: record.list,
      list_version: record.list_version,
      score: record.score,
      rule_id: record.rule_id,
      identifiers: record.identifiers.map((one) => ({ ...one, title: IDENTIFIERS[one.name] ?? null })),
      raised_at: record.raised_at ?? null,
      ...(record.own === undefined ? {} : ownFacts(record.own)),
      pair_rule: record.pairRule === undefined ? null : { ...record.pairRule },
      history: (record.history ?? []).map((one) => ({ ...one })),
    },
    related: [{ kind: 'party', id: record.party_id, title: screenedName(record), relation: say`screened` }],
  }),
  list: {
    filters: z.object({ state: z.enum(HIT_STATES).optional(), party_id: entityId.optional() }),
    page: (query, { compliance }, signal) => compliance.hits(query, signal),
  },
}

export const hitEntity = defineEntity(hit)
