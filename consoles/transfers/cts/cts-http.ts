import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import {
  deliveryOf,
  readBackOperation,
  readKeyRetentionMs,
  readList,
  readRecord,
} from '@countersign/kernel/connectors/upstream-reading.ts'
import { transferSchema } from '../transfer/transfer.ts'
import type { Cts, CtsWrite } from './cts-port.ts'
import { stagedFileSchema } from './staged-file.ts'

/** CTS over HTTP. Class A: it deduplicates by key for as long as it says, and can be asked about a key. */
export function makeCtsHttp(http: UpstreamHttp): Cts {
  return {
    transfer: (id, signal) =>
      readRecord(http, `/transfers/${encodeURIComponent(id)}`, transferSchema, signal),
    transfers: (query, signal) =>
      readList(http, { path: '/transfers', member: 'transfers', schema: transferSchema, query, signal }),
    returnTransfer: (id, request, write) => decide(http, id, 'returns', request, write),
    dishonourReturn: (id, request, write) => decide(http, id, 'dishonours', request, write),
    contestDishonour: (id, request, write) => decide(http, id, 'contests', request, write),
    acceptDishonour: (id, write) => decide(http, id, 'dishonour-acceptances', {}, write),
    sendAgain: (id, request, write) => decide(http, id, 'resubmissions', request, write),
    answerChange: (id, request, write) => decide(http, id, 'change-answers', request, write),
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

/** One decision on a transfer, under its key. */
async function decide(
  http: UpstreamHttp,
  id: string,
  what: string,
  body: Readonly<Record<string, unknown>>,
  { key, ifMatch, signal }: CtsWrite,
): Promise<Delivery> {
  return deliveryOf(
    await http.write({
      method: 'POST',
      path: `/transfers/${encodeURIComponent(id)}/${what}`,
      key,
      body,
      ...(ifMatch === null ? {} : { ifMatch }),
      signal,
    }),
    (answer) => {
      const { transfer, sent_again_as } = answer as {
        transfer: { id: string; version: number; state: string }
        sent_again_as?: string
      }
      return {
        ...{ transfer: transfer.id, version: transfer.version, state: transfer.state },
        ...(sent_again_as === undefined ? {} : { sent_again_as }),
      }
    },
  )
}
