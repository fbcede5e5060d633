import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { type IngestSource, Personal } from '@countersign/kernel/events/ingest-source.ts'
import { envelopeFacts, pollUpstream, upstreamEvent } from '@countersign/kernel/events/upstream-event.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { EVENT_TYPES } from '../contract.ts'
import { merchantSchema } from '../merchant/merchant.ts'
import { transactionSchema } from '../transaction/transaction.ts'

const MERCHANT_TYPES: Readonly<Record<string, string>> = {
  'merchant.created': EVENT_TYPES.merchantCreated,
  'merchant.activated': EVENT_TYPES.merchantActivated,
  'merchant.suspended': EVENT_TYPES.merchantSuspended,
}

/**
 * Merchants as they change, and what is paid to them. The address of whoever a merchant is written to is sealed. What is said of
 * settlements and balances is kept by finance and not here (P-11).
 */
export function merchantsEvents(http: UpstreamHttp): IngestSource {
  return {
    source: 'merchants',
    map(raw) {
      const event = upstreamEvent.parse(raw)
      const common = envelopeFacts(event)
      const merchantType = MERCHANT_TYPES[event.type]
      if (merchantType !== undefined) {
        const { contact, ...record } = merchantSchema.parse(event.data)
        const subject = { kind: 'merchant', id: record.id }
        return {
          ...common,
          type: merchantType,
          stream: `platform.merchant/${record.id}`,
          refs: [subject],
          payload: {
            version: event.subject_version,
            state: record.state,
            record: { ...record, contact: { email: redacted(contact.email, 'email') } },
            personal: { email: new Personal(contact.email, 'email', subject) },
          },
        }
      }
      if (event.type === 'transaction.recorded') {
        const record = transactionSchema.parse(event.data)
        return {
          ...common,
          type: EVENT_TYPES.transactionRecorded,
          stream: `platform.transaction/${record.id}`,
          refs: [
            { kind: 'transaction', id: record.id },
            { kind: 'merchant', id: record.merchant_id },
          ],
          payload: { version: event.subject_version, state: record.status, record },
        }
      }
      return undefined
    },
    poll: (after, signal) => pollUpstream(http, after, signal),
  }
}
