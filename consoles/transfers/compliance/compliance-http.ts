import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import {
  deliveryOf,
  readBackOperation,
  readKeyRetentionMs,
  readList,
  readRecord,
} from '@countersign/kernel/connectors/upstream-reading.ts'
import type { CtsWrite } from '../cts/cts-port.ts'
import { hitSchema } from '../hit/hit.ts'
import { partySchema } from '../party/party.ts'
import type { Compliance } from './compliance-port.ts'

/** Compliance over HTTP. Class A: it deduplicates by key for as long as it says, and can be asked about a key. */
export function makeComplianceHttp(http: UpstreamHttp): Compliance {
  const move = async (partyId: string, what: 'freeze' | 'unfreeze', body: object, write: CtsWrite) =>
    deliveryOf(
      await http.write({
        method: 'POST',
        path: `/parties/${encodeURIComponent(partyId)}/${what}`,
        key: write.key,
        body,
        ...(write.ifMatch === null ? {} : { ifMatch: write.ifMatch }),
        signal: write.signal,
      }),
      (answer) => {
        const { party } = answer as { party: { id: string; version: number; frozen: boolean } }
        return { party: party.id, version: party.version, frozen: party.frozen }
      },
    )
  const decide = async (id: string, what: 'clear' | 'confirm', body: object, write: CtsWrite) =>
    deliveryOf(
      await http.write({
        method: 'POST',
        path: `/hits/${encodeURIComponent(id)}/${what}`,
        key: write.key,
        body,
        ...(write.ifMatch === null ? {} : { ifMatch: write.ifMatch }),
        signal: write.signal,
      }),
      (answer) => {
        const { hit } = answer as { hit: { id: string; version: number; state: string } }
        return { hit: hit.id, version: hit.version, state: hit.state }
      },
    )
  return {
    party: (id, signal) => readRecord(http, `/parties/${encodeURIComponent(id)}`, partySchema, signal),
    hit: (id, signal) => readRecord(http, `/hits/${encodeURIComponent(id)}`, hitSchema, signal),
    parties: (query, signal) =>
      readList(http, { path: '/parties', member: 'parties', schema: partySchema, query, signal }),
    hits: (query, signal) =>
      readList(http, { path: '/hits', member: 'hits', schema: hitSchema, query, signal }),
    freeze: (id, request, write) => move(id, 'freeze', request, write),
    clearHit: (id, request, write) => decide(id, 'clear', request, write),
    confirmHit: (id, request, write) => decide(id, 'confirm', request, write),
    unfreeze: (id, request, write) => move(id, 'unfreeze', request, write),
    operation: (key, signal) => readBackOperation(http, key, signal),
    keyRetentionMs: (signal) => readKeyRetentionMs(http, signal),
  }
}
