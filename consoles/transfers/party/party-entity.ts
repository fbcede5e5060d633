import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { erasable } from '@countersign/kernel/erasure/erasable.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { freezeReasons } from './freeze-reasons.ts'
import type { Party } from './party.ts'
import { partyHits } from './party-hits.ts'

export const party: EntityType<Party, Upstreams> = {
  kind: 'party',
  console: 'transfers',
  async read(id, { compliance }, { signal, ask }) {
    const reading = await compliance.party(id, signal)
    if (reading.status !== 'found') return reading
    const hits = await ask(({ pool }) => partyHits(pool, id))
    return { ...reading, state: { ...reading.state, hits } }
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
      hits: (record.hits ?? []).map((one) => ({ ...one })),
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
}

/** With what is kept here of its people. */
export const keptParty = erasable(party)

export const partyEntity = defineEntity(keptParty, {
  sql: (id) => `SELECT version, at, record AS state FROM transfers.party WHERE id = ${id}`,
})
