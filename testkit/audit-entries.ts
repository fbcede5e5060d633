import type { Product } from './product.ts'

/** An audit entry as its leaf has it. */
export type RecordedEntry = {
  readonly kind: string
  readonly event_sub_type: string | null
  readonly severity: string | null
  readonly outcome: string
  readonly action: string | null
  readonly actor: { readonly id: string; readonly roles: readonly string[] }
  // biome-ignore lint/suspicious/noExplicitAny: details differ from entry to entry; tests look into them by path
  readonly detail: any
}

/** What was recorded of one HTTP request, by the `request_id` of its problem document. */
export async function entriesOf(product: Product, httpRequestId: string): Promise<RecordedEntry[]> {
  const { rows } = await product.superuser.query<{ entry: RecordedEntry }>(
    `SELECT convert_from(canonical, 'UTF8')::jsonb AS entry FROM kernel.audit_entry
      WHERE http_request_id = $1 ORDER BY seq`,
    [httpRequestId],
  )
  return rows.map(({ entry }) => entry)
}

/** What was recorded of one action request, in the order of being written. */
export async function entriesOfRequest(product: Product, requestId: string): Promise<RecordedEntry[]> {
  const { rows } = await product.superuser.query<{ entry: RecordedEntry }>(
    `SELECT convert_from(canonical, 'UTF8')::jsonb AS entry FROM kernel.audit_entry
      WHERE action_request_id = $1 ORDER BY seq`,
    [requestId],
  )
  return rows.map(({ entry }) => entry)
}

/** The newest entries of one actor. */
export async function latestEntries(product: Product, actorId: string, limit = 1): Promise<RecordedEntry[]> {
  const { rows } = await product.superuser.query<{ entry: RecordedEntry }>(
    `SELECT convert_from(canonical, 'UTF8')::jsonb AS entry FROM kernel.audit_entry
      WHERE actor_id = $1 ORDER BY seq DESC LIMIT $2`,
    [actorId, limit],
  )
  return rows.map(({ entry }) => entry)
}
