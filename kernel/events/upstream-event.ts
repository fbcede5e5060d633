import { z } from 'zod'
import type { UpstreamHttp } from '../connectors/upstream-http.ts'
import { entityRef } from '../entities/entity-ref.ts'
import { english } from '../languages/make-teller.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { instant } from '../time/instant.ts'
import type { MappedEvent } from './ingest-source.ts'

const POLL_LIMIT = 500
/** The versions of the envelope that are read; an event of another becomes a dead letter (docs/adr/0001). */
const SCHEMA_VERSIONS = [1] as const

/** The envelope that every upstream sends (docs/connectors/upstream-contract.md, "Events"). */
export const upstreamEvent = z.object({
  id: z.string().min(1).max(128),
  type: z.string().min(1).max(128),
  schema_version: z.literal(SCHEMA_VERSIONS),
  sequence: z.int().min(0),
  occurred_at: instant,
  subject: entityRef,
  subject_version: z.int32().min(0),
  refs: z.array(entityRef).max(100),
  caused_by: z.string().max(255).nullish(),
  data: z.record(z.string(), z.unknown()),
})

/** What the envelope says of an event, whatever it is about, in our terms. */
export function envelopeFacts(
  event: z.output<typeof upstreamEvent>,
): Pick<MappedEvent, 'id' | 'schemaVersion' | 'occurredAt' | 'causedBy'> {
  return {
    id: event.id,
    schemaVersion: event.schema_version,
    occurredAt: new Date(event.occurred_at),
    causedBy: event.caused_by ?? undefined,
  }
}

const history = z.object({ events: z.array(z.unknown()), next_after: z.int().min(0) })

/** One page of an upstream's own history. @throws Error where it cannot be read */
export async function pollUpstream(
  http: UpstreamHttp,
  after: number,
  signal: AbortSignal,
): Promise<{ events: readonly Json[]; nextAfter: number }> {
  const answer = await http.read(`/events?after=${after}&limit=${POLL_LIMIT}`, signal)
  if (answer.kind !== 'answer') throw new Error(english(answer.why))
  if (answer.status !== 200) throw new Error(`${http.name} answered ${answer.status}`)
  const page = history.parse(answer.body)
  return { events: page.events as Json[], nextAfter: page.next_after }
}
