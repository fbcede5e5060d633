import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import type { Posting } from './posting.ts'

const posting: EntityType<Posting, Upstreams> = {
  kind: 'posting',
  console: 'transfers',
  read: (id, { ledger }, { signal }) => ledger.posting(id, signal),
  present: (record) => ({
    title: record.description,
    state: 'posted',
    data: { at: record.at, description: record.description, lines: record.lines },
    related: [
      ...(record.transfer_id
        ? [{ kind: 'transfer', id: record.transfer_id, title: record.transfer_id, relation: say`posts` }]
        : []),
      ...(record.exception_id
        ? [
            {
              kind: 'exception',
              id: record.exception_id,
              title: record.exception_id,
              relation: say`writes off`,
            },
          ]
        : []),
    ],
  }),
  list: {
    filters: z.object({ transfer_id: entityId.optional() }),
    page: (query, { ledger }, signal) => ledger.postings(query, signal),
  },
}

export const postingEntity = defineEntity(posting)
