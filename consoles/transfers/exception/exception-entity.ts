import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import type { Upstreams } from '../upstreams.ts'
import type { ReconException, Statement } from './exception.ts'

export const exception: EntityType<ReconException, Upstreams> = {
  kind: 'exception',
  console: 'transfers',
  read: (id, { recon }, { signal }) => recon.exception(id, signal),
  present: (record) => ({
    title: `${record.kind === 'posting' ? 'Posting' : 'Statement line'} ${record.amount.amount} ${record.amount.currency}`,
    state: record.state,
    data: {
      kind: record.kind,
      side: record.side ?? null,
      amount: record.amount,
      date: record.date,
      reference: record.reference,
      counterparty: record.counterparty ? redacted(record.counterparty, 'name') : null,
      account: redacted(record.account, 'account'),
      candidates: record.candidates,
      raised_at: record.raised_at ?? null,
    },
    related: [
      ...record.candidates.map(({ kind, id, why }) => ({ kind, id, title: why, relation: 'candidate' })),
      ...(record.statement_id
        ? [{ kind: 'statement', id: record.statement_id, title: record.statement_id, relation: 'stands in' }]
        : []),
    ],
  }),
}

export const exceptionEntity = defineEntity(exception)

export const statement: EntityType<Statement, Upstreams> = {
  kind: 'statement',
  console: 'transfers',
  read: (id, { recon }, { signal }) => recon.statement(id, signal),
  present: (record) => ({
    title: `Statement ${record.id} · ${record.currency}`,
    state: record.state,
    data: {
      account: redacted(record.account, 'account'),
      currency: record.currency,
      from: record.from ?? null,
      to: record.to ?? null,
      reason: record.reason ?? null,
    },
    banners:
      record.state === 'quarantined'
        ? [{ tone: 'warning', text: record.reason ?? 'Opening plus entries does not equal closing.' }]
        : [],
  }),
}

export const statementEntity = defineEntity(statement)
