import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { type IngestSource, Personal } from '@countersign/kernel/events/ingest-source.ts'
import { envelopeFacts, pollUpstream, upstreamEvent } from '@countersign/kernel/events/upstream-event.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import { EVENT_TYPES } from '../contract.ts'
import { hitSchema } from '../hit/hit.ts'
import { partySchema } from '../party/party.ts'

const overrideData = z.object({
  id: entityId,
  hit_id: entityId,
  rule_id: z.string(),
  party_id: entityId,
})
const PARTY_TYPES: Readonly<Record<string, string>> = {
  'party.updated': EVENT_TYPES.partyUpdated,
  'party.frozen': EVENT_TYPES.partyFrozen,
  'party.unfrozen': EVENT_TYPES.partyUnfrozen,
}

/** Parties, freezes, hits and overrides. A person's name is sealed; a company's is no personal data. */
export function complianceEvents(http: UpstreamHttp): IngestSource {
  return {
    source: 'compliance',
    map(raw) {
      const event = upstreamEvent.parse(raw)
      const common = envelopeFacts(event)
      const partyType = PARTY_TYPES[event.type]
      if (partyType) {
        const record = partySchema.parse(event.data)
        const subject = { kind: 'party', id: record.id }
        const person = record.kind === 'person'
        return {
          ...common,
          type: partyType,
          stream: `transfers.party/${record.id}`,
          refs: [subject],
          payload: {
            version: event.subject_version,
            state: record.frozen ? 'frozen' : 'active',
            reason_code: record.freeze_reason,
            record: {
              ...record,
              name: person ? redacted(record.name, 'name') : record.name,
              date_of_birth: record.date_of_birth && redacted(record.date_of_birth, 'date'),
            },
            personal: {
              ...(person ? { name: new Personal(record.name, 'name', subject) } : {}),
              ...(record.date_of_birth
                ? { date_of_birth: new Personal(record.date_of_birth, 'date', subject) }
                : {}),
            },
          },
        }
      }
      if (event.type === 'hit.raised' || event.type === 'hit.decided') {
        const record = hitSchema.parse(event.data)
        const subject = { kind: 'party', id: record.party_id }
        const person = record.party_kind === 'person'
        return {
          ...common,
          type: event.type === 'hit.raised' ? EVENT_TYPES.hitRaised : EVENT_TYPES.hitDecided,
          stream: `transfers.hit/${record.id}`,
          refs: [{ kind: 'hit', id: record.id }, subject],
          payload: {
            version: event.subject_version,
            state: record.state,
            score: record.score,
            record: {
              id: record.id,
              version: record.version,
              party_id: record.party_id,
              screened_name: person ? redacted(record.screened_name, 'name') : record.screened_name,
              // Who is listed tells who the person is.
              listed_name: person ? redacted(record.listed_name, 'name') : record.listed_name,
              list: record.list,
              list_version: record.list_version,
              score: record.score,
              rule_id: record.rule_id,
              state: record.state,
              raised_at: record.raised_at ?? event.occurred_at,
            },
            personal: person ? { screened_name: new Personal(record.screened_name, 'name', subject) } : {},
          },
        }
      }
      if (event.type === 'override.recorded') {
        const record = overrideData.parse(event.data)
        return {
          ...common,
          type: EVENT_TYPES.overrideRecorded,
          stream: `transfers.override/${record.id}`,
          refs: [
            { kind: 'hit', id: record.hit_id },
            { kind: 'party', id: record.party_id },
          ],
          payload: { version: event.subject_version, rule_id: record.rule_id },
        }
      }
      return undefined
    },
    poll: (after, signal) => pollUpstream(http, after, signal),
  }
}
