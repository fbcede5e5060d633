import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { envelopeFacts, pollUpstream, upstreamEvent } from '@countersign/kernel/events/upstream-event.ts'
import { type Allowlist, allowlistSchema } from '../allowlist/allowlist.ts'
import { EVENT_TYPES } from '../contract.ts'
import { type RateLimit, rateLimitSchema } from '../rate-limit/rate-limit.ts'
import { edgeScopeId } from './edge-scope-id.ts'

const TYPES: Readonly<Record<string, string>> = {
  'rate_limit.created': EVENT_TYPES.rateLimitCreated,
  'rate_limit.changed': EVENT_TYPES.rateLimitChanged,
  'rate_limit.withdrawn': EVENT_TYPES.rateLimitWithdrawn,
  'allowlist.created': EVENT_TYPES.allowlistCreated,
  'allowlist.changed': EVENT_TYPES.allowlistChanged,
  'allowlist.withdrawn': EVENT_TYPES.allowlistWithdrawn,
}

/** Limits and lists as they change. */
export function edgeEvents(http: UpstreamHttp): IngestSource {
  return {
    source: 'edge',
    map(raw) {
      const event = upstreamEvent.parse(raw)
      const type = TYPES[event.type]
      if (type === undefined) return undefined
      const [kind, record]: ['rate_limit', RateLimit] | ['allowlist', Allowlist] = event.type.startsWith(
        'rate_limit.',
      )
        ? ['rate_limit', rateLimitSchema.parse(event.data)]
        : ['allowlist', allowlistSchema.parse(event.data)]
      const { merchant_id } = record
      return {
        ...envelopeFacts(event),
        type,
        stream: `platform.${kind}/${record.id}`,
        refs: [
          { kind, id: record.id },
          { kind: 'edge_scope', id: edgeScopeId(record) },
          ...(merchant_id === undefined ? [] : [{ kind: 'merchant', id: merchant_id }]),
        ],
        payload: { version: event.subject_version, state: record.state, record },
      }
    },
    poll: (after, signal) => pollUpstream(http, after, signal),
  }
}
