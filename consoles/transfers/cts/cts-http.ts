import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import {
  deliveryOf,
  readBackOperation,
  readKeyRetentionMs,
  readList,
  readRecord,
} from '@countersign/kernel/connectors/upstream-reading.ts'
import { transferSchema } from '../transfer/transfer.ts'
import type { Cts } from './cts-port.ts'
import { stagedFileSchema } from './staged-file.ts'

/** CTS over HTTP. Class A: it deduplicates by key for as long as it says, and can be asked about a key. */
export function makeCtsHttp(http: UpstreamHttp): Cts {
  return {
    transfer: (id, signal) =>
      readRecord(http, `/transfers/${encodeURIComponent(id)}`, transferSchema, signal),
    transfers: (query, signal) =>
      readList(http, { path: '/transfers', member: 'transfers', schema: transferSchema, query, signal }),
    returnTransfer: async (id, request, { key, ifMatch, signal }) =>
      deliveryOf(
        await http.write({
          method: 'POST',
          path: `/transfers/${encodeURIComponent(id)}/returns`,
          key,
          body: request,
          ...(ifMatch === null ? {} : { ifMatch }),
          signal,
        }),
        (body) => {
          const { transfer } = body as { transfer: { id: string; version: number; state: string } }
          return { transfer: transfer.id, version: transfer.version, state: transfer.state }
        },
      ),
    stagedFile: (sha256, signal) => readRecord(http, `/files/${sha256}`, stagedFileSchema, signal),
    commitFile: async (sha256, { key, ifMatch, signal }) =>
      deliveryOf(
        await http.write({
          method: 'POST',
          path: `/files/${sha256}/commit`,
          key,
          body: {},
          ...(ifMatch === null ? {} : { ifMatch }),
          signal,
        }),
        (body) => {
          const { created } = body as { created: Record<string, number> }
          return { created }
        },
      ),
    operation: (key, signal) => readBackOperation(http, key, signal),
    keyRetentionMs: (signal) => readKeyRetentionMs(http, signal),
  }
}
