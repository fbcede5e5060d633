import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import {
  deliveryOf,
  readAnswer,
  readBackOperation,
  readKeyRetentionMs,
  readList,
  readRecord,
} from '@countersign/kernel/connectors/upstream-reading.ts'
import { fromWritten, say, type Text } from '@countersign/kernel/languages/say.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import { allowlistSchema } from '../allowlist/allowlist.ts'
import { rateLimitSchema, wouldLimitSchema } from '../rate-limit/rate-limit.ts'
import type { Edge, VersionsQuery, VersionsReading } from './edge-port.ts'
import { edgeRefusalsSchema } from './edge-refusals.ts'

/** The edge over HTTP. Class A: it deduplicates by key for as long as it says, and can be asked about a key. */
export function makeEdgeHttp(http: UpstreamHttp): Edge {
  const write = async (
    member: 'rate_limit' | 'allowlist',
    path: string,
    body: object,
    { key, ifMatch, signal }: Parameters<Edge['addRateLimit']>[1],
  ): Promise<Delivery> =>
    deliveryOf(
      await http.write({
        ...{ method: 'POST', path, key, body, signal },
        ...(ifMatch === null ? {} : { ifMatch }),
      }),
      (answer) => {
        const { id, version } = (answer as Record<string, { id: string; version: number }>)[member] ?? {}
        return { [member]: id ?? null, version: version ?? null }
      },
    )
  // Whom it is for may have other limits and lists by then; each is a record of its own.
  const unconditional = <Of extends { readonly ifMatch: string | null }>(one: Of) => ({
    ...one,
    ifMatch: null,
  })
  const of = (kind: 'rate-limits' | 'allowlists', id: string) => `/${kind}/${encodeURIComponent(id)}`
  return {
    rateLimit: (id, signal) => readRecord(http, of('rate-limits', id), rateLimitSchema, signal),
    rateLimits: (query, signal) =>
      readList(http, {
        ...{ path: '/rate-limits', member: 'rate_limits', schema: rateLimitSchema },
        ...{ query, signal },
      }),
    rateLimitVersions: (id, query, signal) =>
      readVersions(http, of('rate-limits', id), rateLimitSchema, query, signal),
    async wouldLimit(limit, signal) {
      const answer = await http.write({
        ...{ method: 'POST', path: '/rate-limits/preview', body: { ...limit, reason: 'preview' } },
        ...{ key: crypto.randomUUID(), signal: signal ?? AbortSignal.timeout(PREVIEW_TIMEOUT_MS) },
      })
      if (answer.kind !== 'answer' || answer.status !== 200) return undefined
      return wouldLimitSchema.safeParse(answer.body).data
    },
    addRateLimit: (limit, asked) => write('rate_limit', '/rate-limits', limit, unconditional(asked)),
    changeRateLimit: (id, change, asked) =>
      write('rate_limit', `${of('rate-limits', id)}/change`, change, asked),
    withdrawRateLimit: (id, request, asked) =>
      write('rate_limit', `${of('rate-limits', id)}/withdraw`, request, asked),
    allowlist: (id, signal) => readRecord(http, of('allowlists', id), allowlistSchema, signal),
    allowlists: (query, signal) =>
      readList(http, {
        ...{ path: '/allowlists', member: 'allowlists', schema: allowlistSchema },
        ...{ query, signal },
      }),
    allowlistVersions: (id, query, signal) =>
      readVersions(http, of('allowlists', id), allowlistSchema, query, signal),
    addAllowlist: (list, asked) => write('allowlist', '/allowlists', list, unconditional(asked)),
    changeAllowlist: (id, change, asked) =>
      write('allowlist', `${of('allowlists', id)}/change`, change, asked),
    withdrawAllowlist: (id, request, asked) =>
      write('allowlist', `${of('allowlists', id)}/withdraw`, request, asked),
    refusals({ from, to }, signal) {
      const window = { from: from.toISOString(), to: to.toISOString(), refused: 'true' }
      return readAnswer(http, `/traffic?${new URLSearchParams(window)}`, edgeRefusalsSchema, signal)
    },
    operation: (key, signal) => readBackOperation(http, key, signal),
    keyRetentionMs: (signal) => readKeyRetentionMs(http, signal),
  }
}

const PREVIEW_TIMEOUT_MS = 3_000

async function readVersions<Schema extends z.ZodType>(
  http: UpstreamHttp,
  path: string,
  schema: Schema,
  { limit, before }: VersionsQuery,
  signal?: AbortSignal,
): Promise<VersionsReading<z.output<Schema>>> {
  const unreadable = (why: Text) => ({ status: 'unreadable', source: http.name, why }) as const
  const query = new URLSearchParams({ limit: String(limit) })
  if (before !== undefined) query.set('before', String(before))
  const answer = await http.read(`${path}/versions?${query}`, signal)
  if (answer.kind !== 'answer') return unreadable(answer.because)
  if (answer.status === 404) return { status: 'missing' }
  if (answer.status !== 200) return unreadable(say`it answered ${answer.status}`)
  const page = z
    .object({
      versions: z.array(z.object({ version: z.int(), at: instant, record: schema })),
      next_before: z.int().nullable(),
    })
    .safeParse(answer.body)
  if (!page.success) {
    const issue = page.error.issues[0]
    return unreadable(
      say`its answer is not as agreed at ${issue?.path.join('.') ?? ''}: ${fromWritten(issue?.message ?? '')}`,
    )
  }
  const versions = page.data.versions as { version: number; at: string; record: z.output<Schema> }[]
  return { status: 'found', versions, nextBefore: page.data.next_before }
}
