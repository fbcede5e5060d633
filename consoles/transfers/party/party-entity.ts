import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { erasable } from '@countersign/kernel/erasure/erasable.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { freezeReasons } from './freeze-reasons.ts'
import { frozenMarks } from './frozen-marks.ts'
import { namedHits } from './named-hit.ts'
import type { Party } from './party.ts'
import { partyHits } from './party-hits.ts'
import { waitingTransfers } from './waiting-transfers.ts'

/** The hits that a freeze, or its end, names. */
const NAMED = z.object({ hit_id: z.string().optional(), override_hit_id: z.string().optional() })
function namedIn(input: unknown): string[] {
  const { data } = NAMED.safeParse(input)
  return [data?.hit_id, data?.override_hit_id].filter((one) => one !== undefined)
}

export const party: EntityType<Party, Upstreams> = {
  kind: 'party',
  console: 'transfers',
  async read(id, { compliance }, context) {
    const { signal, ask, input } = context
    const reading = await compliance.party(id, signal)
    if (reading.status !== 'found') return reading
    const ids = namedIn(input)
    const [hits, waiting, named] = await Promise.all([
      ask(({ pool }) => partyHits(pool, id, ids)),
      // Only what is asked for is told what it stops.
      input === undefined ? undefined : ask(({ pool }) => waitingTransfers(pool, id)),
      namedHits(ids, compliance, context),
    ])
    return {
      ...reading,
      state: { ...reading.state, hits, named, ...(waiting === undefined ? {} : { waiting }) },
    }
  },
  personal: [
    {
      path: 'name',
      title: say`name`,
      class: 'name',
      value: ({ kind, name }) => (kind === 'company' ? undefined : name),
    },
    {
      path: 'date_of_birth',
      title: say`date of birth`,
      class: 'date',
      value: (record) => record.date_of_birth,
    },
  ],
  present: (record) => ({
    title: record.kind === 'company' ? record.name : redacted(record.name, 'name'),
    state: record.frozen ? 'frozen' : 'active',
    data: {
      kind: record.kind,
      name: record.kind === 'company' ? record.name : redacted(record.name, 'name'),
      country: record.country,
      date_of_birth: record.date_of_birth ? redacted(record.date_of_birth, 'date') : null,
      frozen: record.frozen,
      frozen_since: record.frozen_since ?? null,
      freeze_reason: record.freeze_reason ?? null,
      // In words where the code is one of ours; others freeze at Compliance too, for reasons of their own.
      freeze_reason_title: freezeReasons.find(({ code }) => code === record.freeze_reason)?.title ?? null,
      hits: (record.hits ?? []).map(({ listed_name, ...one }) => ({
        ...one,
        listed_name:
          listed_name === null || record.kind === 'company' ? listed_name : redacted(listed_name, 'name'),
      })),
    },
    banners: record.frozen
      ? [
          {
            tone: 'danger',
            text:
              record.kind === 'company'
                ? say`Frozen: no transfer of this company leaves or is returned until that ends.`
                : say`Frozen: no transfer of this person leaves or is returned until that ends.`,
          },
        ]
      : [],
  }),
  list: { filters: z.object({}), page: (query, { compliance }, signal) => compliance.parties(query, signal) },
  marks: frozenMarks('party'),
}

/** With what is kept here of its people. */
export const keptParty = erasable(party)

export const partyEntity = defineEntity(keptParty, {
  sql: (id) => `SELECT version, at, record AS state FROM transfers.party WHERE id = ${id}`,
})
