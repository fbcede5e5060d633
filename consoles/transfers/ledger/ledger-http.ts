import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { readList, readRecord } from '@countersign/kernel/connectors/upstream-reading.ts'
import type { Ledger } from './ledger-port.ts'
import { postingSchema } from './posting.ts'

export function makeLedgerHttp(http: UpstreamHttp): Ledger {
  return {
    posting: (id, signal) => readRecord(http, `/postings/${encodeURIComponent(id)}`, postingSchema, signal),
    postings: (query, signal) =>
      readList(http, { path: '/postings', member: 'postings', schema: postingSchema, query, signal }),
  }
}
