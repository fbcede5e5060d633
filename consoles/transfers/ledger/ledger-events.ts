import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { envelopeFacts, pollUpstream, upstreamEvent } from '@countersign/kernel/events/upstream-event.ts'
import { EVENT_TYPES } from '../contract.ts'
import { postingSchema } from './posting.ts'

/** Postings as they are made; they stand on the timeline of their transfer. */
export function ledgerEvents(http: UpstreamHttp): IngestSource {
  return {
    source: 'ledger',
    map(raw) {
      const event = upstreamEvent.parse(raw)
      if (event.type !== 'posting.recorded') return undefined
      const posting = postingSchema.parse(event.data)
      return {
        ...envelopeFacts(event),
        type: EVENT_TYPES.postingRecorded,
        stream: `transfers.posting/${posting.id}`,
        refs: [
          { kind: 'posting', id: posting.id },
          ...(posting.transfer_id ? [{ kind: 'transfer', id: posting.transfer_id }] : []),
          ...(posting.exception_id ? [{ kind: 'exception', id: posting.exception_id }] : []),
        ],
        payload: {
          version: event.subject_version,
          description: posting.description,
          transfer_id: posting.transfer_id,
          id: posting.id,
          at: posting.at,
          postings: posting.lines,
        },
      }
    },
    poll: (after, signal) => pollUpstream(http, after, signal),
  }
}
