import { actionDigest } from '@countersign/kernel/actions/action-digest.ts'
import { loadRequest } from '@countersign/kernel/actions/request-record.ts'
import type { Product } from './product.ts'

/** Changes evidence as only a superuser can, who switches its guard off: here, to let time pass. */
async function withoutGuard(
  product: Product,
  table: string,
  trigger: string | readonly string[],
  sql: string,
  values: unknown[],
): Promise<void> {
  const client = await product.superuser.connect()
  try {
    await client.query('BEGIN')
    for (const guard of [trigger].flat()) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ${guard}`)
    await client.query(sql, values)
    for (const guard of [trigger].flat()) {
      await client.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${guard}`)
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

/** The request's time is over, by the clock that decides it: the database's. */
export function letExpire(product: Product, requestId: string): Promise<void> {
  return withoutGuard(
    product,
    'kernel.action_revision',
    'refuse_change',
    `UPDATE kernel.action_revision SET expires_at = clock_timestamp() - interval '1 second' WHERE request_id = $1`,
    [requestId],
  )
}

/** What this account has of addresses, it took up so many days earlier than it did. */
export function letAddressesAge(product: Product, person: string, days: number): Promise<void> {
  return withoutGuard(
    product,
    'kernel.person_address',
    'refuse_change',
    'UPDATE kernel.person_address SET since = since - make_interval(days => $2) WHERE person_id = $1',
    [person, days],
  )
}

/** So much of the request's time is left; it had a day of it. */
export function letExpireIn(product: Product, requestId: string, left: string): Promise<void> {
  return withoutGuard(
    product,
    'kernel.action_revision',
    'refuse_change',
    `UPDATE kernel.action_revision SET expires_at = clock_timestamp() + $2::interval,
            created_at = clock_timestamp() + $2::interval - interval '1 day' WHERE request_id = $1`,
    [requestId, left],
  )
}

/**
 * What was agreed to for later has been due for so long, while nobody was at work: its time with everything that was
 * signed of it, as if it had been asked for earlier. No worker may run meanwhile.
 */
export async function letBeOverdue(product: Product, requestId: string, lateS: number): Promise<void> {
  const record = await loadRequest(product.superuser, requestId)
  if (!record?.revision) throw new Error(`request ${requestId} has no revision`)
  const { revision } = record
  const scheduledFor = new Date(Date.now() - lateS * 1000).toISOString()
  const { digest } = actionDigest(
    {
      type: record.type,
      target: { kind: record.target_kind, id: record.target_id },
      input: revision.input,
      reason: { code: revision.reason_code, note: revision.reason_note },
      targetVersion: revision.target_version,
      policyVersion: revision.policy_version,
      requestId,
      revision: revision.revision,
      decided: revision.decided,
      connector: revision.connector,
      scheduledFor,
    },
    Buffer.from(revision.digest_salt, 'hex'),
  )
  await withoutGuard(
    product,
    'kernel.action_revision',
    'refuse_change',
    'UPDATE kernel.action_revision SET scheduled_for = $2, digest = $3 WHERE request_id = $1',
    [requestId, scheduledFor, digest],
  )
  await withoutGuard(
    product,
    'kernel.action_approval',
    'refuse_change',
    'UPDATE kernel.action_approval SET digest = $2 WHERE request_id = $1',
    [requestId, digest],
  )
  await product.superuser.query('UPDATE kernel.outbox SET available_at = $2 WHERE request_id = $1', [
    requestId,
    scheduledFor,
  ])
}

/** The request is of an action that this installation does not have. */
export function letActionBeGone(product: Product, requestId: string, type: string): Promise<void> {
  return withoutGuard(
    product,
    'kernel.action_request',
    'guard_request',
    'UPDATE kernel.action_request SET type = $2 WHERE request_id = $1',
    [requestId, type],
  )
}

/** Grants that somebody was given have been theirs for this long. */
export function letGrantsAge(product: Product, personId: string, age: string): Promise<void> {
  return withoutGuard(
    product,
    'kernel.role_grant',
    'refuse_change',
    'UPDATE kernel.role_grant SET granted_at = clock_timestamp() - $2::interval WHERE person_id = $1',
    [personId, age],
  )
}

/** The request was asked for so long before now. */
export function letRequestAge(product: Product, requestId: string, age: string): Promise<void> {
  return withoutGuard(
    product,
    'kernel.action_request',
    'guard_request',
    'UPDATE kernel.action_request SET created_at = clock_timestamp() - $2::interval WHERE request_id = $1',
    [requestId, age],
  )
}

/** What was opened of a request was opened so many minutes earlier. */
export function letRevealsAge(product: Product, requestId: string, minutes: number): Promise<void> {
  return withoutGuard(
    product,
    // As long as a test's log is, it is in its first part.
    'kernel.audit_entry_p0',
    ['refuse_change', 'require_audit_routine'],
    `UPDATE kernel.audit_entry_p0 SET at = at - make_interval(mins => $2)
      WHERE kind = 'reveal' AND target_kind = 'request' AND target_id = $1`,
    [requestId, minutes],
  )
}
