import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
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
    related: record.transfer_id
      ? [{ kind: 'transfer', id: record.transfer_id, title: record.transfer_id, relation: 'posts' }]
      : [],
  }),
}

export const postingEntity = defineEntity(posting)
