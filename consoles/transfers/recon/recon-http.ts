import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import {
  deliveryOf,
  readBackOperation,
  readKeyRetentionMs,
  readList,
  readRecord,
} from '@countersign/kernel/connectors/upstream-reading.ts'
import { z } from 'zod'
import { stagedFileSchema } from '../cts/staged-file.ts'
import { exceptionSchema, statementSchema } from '../exception/exception.ts'
import { partnerSchema } from '../exception/partner.ts'
import type { Recon } from './recon-port.ts'

const foundPartners = z
  .object({ partners: z.array(partnerSchema) })
  .transform((found) => ({ ...found, version: 0 }))

/** Recon over HTTP. Class A: it deduplicates by key for as long as it says, and can be asked about a key. */
export function makeReconHttp(http: UpstreamHttp): Recon {
  return {
    exception: (id, signal, partners = []) => {
      const named = partners.length === 0 ? '' : `?partners=${partners.map(encodeURIComponent).join(',')}`
      return readRecord(http, `/exceptions/${encodeURIComponent(id)}${named}`, exceptionSchema, signal)
    },
    findPartners: async (id, typed, signal) => {
      const asked = `/exceptions/${encodeURIComponent(id)}/partners?q=${encodeURIComponent(typed)}`
      // A search has no version of its own.
      const found = await readRecord(http, asked, foundPartners, signal)
      return found.status === 'found' ? { ...found, state: found.state.partners } : found
    },
    changeException: async (id, { verb, ...body }, { key, ifMatch, signal }) =>
      deliveryOf(
        await http.write({
          method: 'POST',
          path: `/exceptions/${encodeURIComponent(id)}/${verb}`,
          key,
          body,
          ...(ifMatch === null ? {} : { ifMatch }),
          signal,
        }),
        (answer) => {
          const { exception } = z.object({ exception: exceptionSchema }).parse(answer)
          return {
            exception: exception.id,
            version: exception.version,
            state: exception.state,
            ...(exception.parts
              ? { parts: exception.parts.map(({ id: of, amount }) => ({ id: of, amount })) }
              : {}),
            ...(exception.residual ? { residual: exception.residual.id } : {}),
            ...(exception.write_off ? { posting: exception.write_off.posting_id } : {}),
          }
        },
      ),
    statement: (id, signal) =>
      readRecord(http, `/statements/${encodeURIComponent(id)}`, statementSchema, signal),
    exceptions: (query, signal) =>
      readList(http, { path: '/exceptions', member: 'exceptions', schema: exceptionSchema, query, signal }),
    statements: (query, signal) =>
      readList(http, { path: '/statements', member: 'statements', schema: statementSchema, query, signal }),
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
    acknowledgeStatement: async (id, request, { key, ifMatch, signal }) =>
      deliveryOf(
        await http.write({
          method: 'POST',
          path: `/statements/${encodeURIComponent(id)}/acknowledge`,
          key,
          body: request,
          ...(ifMatch === null ? {} : { ifMatch }),
          signal,
        }),
        (body) => {
          const { statement } = body as { statement: { id: string; version: number; state: string } }
          return { statement: statement.id, version: statement.version, state: statement.state }
        },
      ),
    operation: (key, signal) => readBackOperation(http, key, signal),
    keyRetentionMs: (signal) => readKeyRetentionMs(http, signal),
  }
}
