import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type IngestSource, Personal } from '@countersign/kernel/events/ingest-source.ts'
import { envelopeFacts, pollUpstream, upstreamEvent } from '@countersign/kernel/events/upstream-event.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { EVENT_TYPES } from '../contract.ts'
import { exceptionSchema, statementSchema } from '../exception/exception.ts'

const EXCEPTION_TYPES = {
  'exception.raised': EVENT_TYPES.exceptionRaised,
  'exception.resolved': EVENT_TYPES.exceptionResolved,
  'exception.reopened': EVENT_TYPES.exceptionReopened,
  'exception.assigned': EVENT_TYPES.exceptionAssigned,
  'exception.unassigned': EVENT_TYPES.exceptionUnassigned,
  'exception.withdrawn': EVENT_TYPES.exceptionWithdrawn,
  'exception.written_off': EVENT_TYPES.exceptionWrittenOff,
  'exception.write_off_reversed': EVENT_TYPES.exceptionWriteOffReversed,
} as const

/** Of what was assigned or is no more, the transfers and postings tell as well. */
const TOLD_OF_PARTNERS: readonly string[] = ['exception.assigned', 'exception.unassigned']

const STATEMENT_TYPES = {
  'statement.imported': EVENT_TYPES.statementImported,
  'statement.quarantined': EVENT_TYPES.statementQuarantined,
  'statement.acknowledged': EVENT_TYPES.statementAcknowledged,
  'statement.reconciled': EVENT_TYPES.statementReconciled,
  'statement.reopened': EVENT_TYPES.statementReopened,
} as const

/** Exceptions and statements, as Recon raises, resolves and quarantines them. */
export function reconEvents(http: UpstreamHttp): IngestSource {
  return {
    source: 'recon',
    map(raw) {
      const event = upstreamEvent.parse(raw)
      const common = envelopeFacts(event)
      switch (event.type) {
        case 'exception.raised':
        case 'exception.resolved':
        case 'exception.reopened':
        case 'exception.assigned':
        case 'exception.unassigned':
        case 'exception.withdrawn':
        case 'exception.written_off':
        case 'exception.write_off_reversed': {
          const record = exceptionSchema.parse(event.data)
          const subject = { kind: 'exception', id: record.id }
          const best = record.candidates[0]
          return {
            ...common,
            type: EXCEPTION_TYPES[event.type],
            stream: `transfers.exception/${record.id}`,
            refs: [
              subject,
              ...(record.statement_id ? [{ kind: 'statement', id: record.statement_id }] : []),
              ...(record.residual_of ? [{ kind: 'exception', id: record.residual_of }] : []),
              ...(TOLD_OF_PARTNERS.includes(event.type) ? event.refs.filter(isPartner) : []),
            ],
            payload: {
              version: event.subject_version,
              state: record.state,
              reference: record.reference || undefined,
              score: best?.score,
              record: {
                id: record.id,
                version: record.version,
                kind: record.kind,
                side: record.side,
                amount: record.amount,
                date: record.date,
                reference: record.reference,
                description: record.description && redacted(record.description, 'free_text'),
                counterparty: record.counterparty && redacted(record.counterparty, 'name'),
                account: redacted(record.account, 'account'),
                state: record.state,
                statement_id: record.statement_id,
                raised_at: record.raised_at ?? event.occurred_at,
                // Whose names they have is read with the record, and never kept.
                candidates: record.candidates.map(({ id, kind, score, why, with: others }) => ({
                  ...{ id, kind, score, why },
                  ...(others ? { with: others } : {}),
                })),
                parts: record.parts,
                residual_of: record.residual_of,
                residual: record.residual,
                write_off: record.write_off,
              },
              personal: {
                account: new Personal(record.account, 'account', subject),
                ...(record.counterparty
                  ? { counterparty: new Personal(record.counterparty, 'name', subject) }
                  : {}),
                ...(record.description
                  ? { description: new Personal(record.description, 'free_text', subject) }
                  : {}),
              },
            },
          }
        }
        case 'statement.imported':
        case 'statement.quarantined':
        case 'statement.acknowledged':
        case 'statement.reconciled':
        case 'statement.reopened': {
          const record = statementSchema.parse(event.data)
          return {
            ...common,
            type: STATEMENT_TYPES[event.type],
            stream: `transfers.statement/${record.id}`,
            refs: [
              { kind: 'statement', id: record.id },
              ...(record.file_id ? [{ kind: 'file', id: record.file_id }] : []),
            ],
            payload: {
              version: event.subject_version,
              state: record.state,
              why: record.reason,
              record: {
                id: record.id,
                version: record.version,
                state: record.state,
                bank_id: record.bank_id,
                currency: record.currency,
                to: record.to ?? event.occurred_at.slice(0, 10),
                imported_at: event.occurred_at,
              },
              personal: {
                account: new Personal(record.account, 'account', { kind: 'statement', id: record.id }),
              },
            },
          }
        }
        default:
          return undefined
      }
    },
    poll: (after, signal) => pollUpstream(http, after, signal),
  }
}

function isPartner({ kind }: { readonly kind: string }): boolean {
  return kind === 'transfer' || kind === 'posting'
}
