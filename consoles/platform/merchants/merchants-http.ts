import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import {
  deliveryOf,
  readBackOperation,
  readKeyRetentionMs,
  readList,
  readRecord,
} from '@countersign/kernel/connectors/upstream-reading.ts'
import { merchantSchema } from '../merchant/merchant.ts'
import { transactionSchema } from '../transaction/transaction.ts'
import type { Merchants } from './merchants-port.ts'

/** Merchants over HTTP. Class A: it deduplicates by key for as long as it says, and can be asked about a key. */
export function makeMerchantsHttp(http: UpstreamHttp): Merchants {
  const move = async (
    id: string,
    what: 'activate' | 'suspend',
    body: object,
    { key, ifMatch, signal }: Parameters<Merchants['activate']>[1],
  ) =>
    deliveryOf(
      await http.write({
        method: 'POST',
        path: `/merchants/${encodeURIComponent(id)}/${what}`,
        ...{ key, body, signal },
        ...(ifMatch === null ? {} : { ifMatch }),
      }),
      merchantMoved,
    )
  return {
    merchant: (id, signal) =>
      readRecord(http, `/merchants/${encodeURIComponent(id)}`, merchantSchema, signal),
    merchants: (query, signal) =>
      readList(http, { path: '/merchants', member: 'merchants', schema: merchantSchema, query, signal }),
    transaction: (id, signal) =>
      readRecord(http, `/transactions/${encodeURIComponent(id)}`, transactionSchema, signal),
    create: async (body, { key, signal }) =>
      deliveryOf(
        await http.write({ method: 'POST', path: '/merchants', ...{ key, body, signal } }),
        merchantMoved,
      ),
    activate: (id, write) => move(id, 'activate', {}, write),
    suspend: (id, request, write) => move(id, 'suspend', request, write),
    operation: (key, signal) => readBackOperation(http, key, signal),
    keyRetentionMs: (signal) => readKeyRetentionMs(http, signal),
  }
}

/** What of an answer is kept. */
function merchantMoved(answer: unknown) {
  const { merchant } = answer as { merchant: { id: string; version: number; state: string } }
  return { merchant: merchant.id, version: merchant.version, state: merchant.state }
}
