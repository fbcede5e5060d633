import { randomUUID } from 'node:crypto'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { brokenInvariants } from '@countersign/testkit/invariants.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditOf } from './audit-parts.ts'
import { commitWrite, type WriteParts } from './commit-write.ts'
import { ATTEMPTS_MAX } from './settle-effect.ts'

const TYPE = 'kernel.resolve_outcome'
const LEASE_MS = 4_000
const FAULT_TIMEOUT_MS = 120_000

let product: Product
let returns: CountersignedReturns
let ops: Client
let admin: Client
let second: Client

beforeAll(async () => {
  product = await startProduct({ workerEnvironment: { DISPATCHER_LEASE_MS: String(LEASE_MS) } })
  returns = await countersignedReturns(product)
  ops = await product.as('transfers/OPS-2')
  admin = await product.as('transfers/ADMIN')
  second = await product.as('transfers/COMPLIANCE')
}, FAULT_TIMEOUT_MS)
afterAll(() => product?.close())

/** CTS never answers the write and cannot be asked: nobody knows. What it did, it did not do. */
async function unknownOutcome(): Promise<{ id: string; transfer: string }> {
  await misbehave({ mode: 'error_5xx', on: 'writes' })
  const { id, transfer } = await returns.authorise()
  await eventually('an attempt that was lost', async () => {
    const { rows } = await product.superuser.query(
      `SELECT FROM kernel.effect_outcome WHERE request_id = $1 AND outcome = 'unknown'`,
      [id],
    )
    return rows.length > 0
  })
  // From here on it says nothing at all of keys: as an upstream that has forgotten.
  await misbehave({ mode: 'error_5xx', on: 'any' })
  await product.superuser.query(
    `UPDATE kernel.outbox SET attempts = ${ATTEMPTS_MAX + 1}, available_at = clock_timestamp(), lease_until = NULL WHERE request_id = $1 AND settled_at IS NULL`,
    [id],
  )
  await returns.reaches(id, 'outcome_unknown')
  return { id, transfer }
}

async function misbehave(rule: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${product.sandboxUrl}/_sandbox/misbehave`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ upstream: 'cts', ...rule }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

async function preview(by: Client, id: string, outcome?: string) {
  return by.post(`/v1/actions/${TYPE}/preview`, {
    target: { kind: 'request', id },
    input: outcome === undefined ? {} : { outcome },
  })
}

async function ask(
  by: Client,
  id: string,
  outcome: string,
  note: string | undefined = 'Seen on their screen.',
) {
  const { body } = await preview(by, id, outcome)
  return by.post(`/v1/actions/${TYPE}`, {
    target: { kind: 'request', id },
    input: { outcome },
    reason: { code: 'seen_at_upstream', ...(note === '' ? {} : { note }) },
    ...(body.preview_digest ? { preview_digest: body.preview_digest } : {}),
  })
}

test(
  'K-16 what nobody knows is ended by people: two of them, neither of whom asked for it; then it can be asked for again',
  async () => {
    const { id, transfer } = await unknownOutcome()

    const shown = (await admin.get(`/v1/requests/${id}`)).body
    expect(shown.affordances).toEqual([
      expect.objectContaining({ action: TYPE, allowed: true, approvals: 1 }),
    ])
    // Who asked for it has no say, nor has an outsider; the evidence is asked for.
    const own = (await returns.ops.get(`/v1/requests/${id}`)).body
    expect(own.affordances).toEqual([
      expect.objectContaining({ action: TYPE, allowed: false, reason: expect.stringContaining('yourself') }),
    ])
    expect((await ask(returns.ops, id, 'failed')).body.code).toBe('own_outcome')
    expect((await ask(admin, id, 'failed', '')).body.errors).toEqual([
      expect.objectContaining({ field: 'reason.note' }),
    ])
    expect((await preview(admin, id, 'cancelled')).status).toBe(400)

    const asked = await ask(ops, id, 'failed')
    expect(asked.status).toBe(202)
    expect(asked.body.state).toBe('pending')
    expect((await returns.read(id)).state).toBe('outcome_unknown')

    const agreed = await second.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
    expect(agreed.status).toBe(200)
    const ended = await returns.reaches(id, 'failed')
    expect(ended.transitions.at(-1)).toMatchObject({ from: 'outcome_unknown', to: 'failed' })

    // In the log, with the request that settled it; on the timeline of the request and of the transfer.
    const { rows } = await product.superuser.query(
      `SELECT convert_from(canonical, 'UTF8')::jsonb #>> '{detail,resolution}' AS resolution, outcome
         FROM kernel.audit_entry WHERE action_request_id = $1 AND transition_from = 'outcome_unknown'`,
      [id],
    )
    expect(rows).toEqual([{ resolution: asked.body.id, outcome: 'failed' }])
    for (const entity of [`request/${id}`, `transfer/${transfer}`]) {
      await eventually(`the resolution on the timeline of ${entity}`, async () => {
        const { body } = await admin.get(`/v1/entities/${entity}/timeline`)
        return body.entries.some(({ type }: { type: string }) => type.endsWith('outcome_resolved'))
      })
    }
    // Said once, it cannot be said again; and the transfer is free for another request.
    expect((await ask(ops, id, 'executed')).body.code).toBe('outcome_known')
    await misbehave({ mode: 'off' })
    await eventually('CTS to be let in again', async () => {
      const again = await returns.ops.get(`/v1/entities/transfer/${transfer}`)
      return again.status === 200 && again.body.stale === false
    })
    const again = await returns.authorise(transfer)
    await returns.reaches(again.id, 'executed')
    expect(await brokenInvariants(product)).toEqual([])
  },
  FAULT_TIMEOUT_MS,
)

test(
  'K-16 the one who asked for an effect cannot sign what came of it; a disagreement leaves it open',
  async () => {
    const boss = await product.as('transfers/ADMIN-7')
    await misbehave({ mode: 'error_5xx', on: 'writes' })
    const transfer = returns.take()
    const { body: entity } = await boss.get(`/v1/entities/transfer/${transfer}`)
    const mine = await boss.post('/returns', { transferId: transfer, reason: entity.data.return.code })
    await admin.post(`/v1/requests/${mine.body.id}/approve`, { digest: mine.body.digest })
    const { id } = mine.body
    await eventually('an attempt', async () => {
      const { rows } = await product.superuser.query(
        `SELECT FROM kernel.effect_outcome WHERE request_id = $1`,
        [id],
      )
      return rows.length > 0
    })
    await misbehave({ mode: 'error_5xx', on: 'any' })
    await product.superuser.query(
      `UPDATE kernel.outbox SET attempts = ${ATTEMPTS_MAX + 1}, available_at = clock_timestamp(), lease_until = NULL WHERE request_id = $1`,
      [id],
    )
    await returns.reaches(id, 'outcome_unknown')
    // Nor with another account: the provider says one address of both.
    await product.superuser.query(
      `UPDATE kernel.person SET email = 'asker@example.com' WHERE person_id = $1`,
      [boss.id],
    )
    const also = { email: 'Asker@example.com' }
    const opsToo = await product.as('transfers/OPS', { sub: 'ops-too', ...also })
    expect(await ask(opsToo, id, 'executed')).toMatchObject({ status: 409, body: { code: 'own_outcome' } })
    const asked = await ask(ops, id, 'executed')
    const adminToo = await product.as('transfers/ADMIN', { sub: 'admin-too', ...also })
    const withIt = await adminToo.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
    expect(withIt).toMatchObject({ status: 403, body: { code: 'own_outcome' } })
    const signed = await boss.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
    expect(signed).toMatchObject({ status: 403, body: { code: 'own_outcome' } })
    expect(
      await second.post(`/v1/requests/${asked.body.id}/reject`, { reason: 'Not on their screen.' }),
    ).toMatchObject({
      status: 200,
    })
    expect((await returns.read(id)).state).toBe('outcome_unknown')
  },
  FAULT_TIMEOUT_MS,
)

test(
  'K-16 the database lets nobody end it without that approved request: not the application, not the dispatcher',
  async () => {
    const { id } = await unknownOutcome()
    await product.stopWorker()
    try {
      const asked = await ask(ops, id, 'failed')
      expect(asked.body.state).toBe('pending')
      const app = product.database.pool('app')
      const dispatcher = product.database.pool('dispatcher')
      const { rows } = await product.superuser.query(
        'SELECT transitions, revision, type, target_kind, target_id FROM kernel.action_request WHERE request_id = $1',
        [id],
      )
      await product.superuser.query(
        'UPDATE kernel.outbox SET available_at = clock_timestamp(), lease_until = NULL WHERE request_id = $1',
        [id],
      )
      const { rows: leased } = await dispatcher.query(
        `SELECT kernel.lease_effect($1, 1, 'x', 60000) AS lease`,
        [id],
      )
      expect(leased[0].lease.resolution).toBe(null)
      const parts = (resolution: string | undefined, by_readback = false): WriteParts => ({
        tenant_id: null,
        settle: {
          ...{ request_id: id, revision: 1, fence: leased[0].lease.fence, outcome: 'refused' as const },
          ...{ by_readback, detail: {} },
          ...(resolution === undefined ? {} : { resolution_id: resolution }),
        },
        transitions: [
          {
            step: rows[0].transitions + 1,
            revision: 1,
            from_state: 'outcome_unknown',
            to_state: 'failed',
            actor_id: 'system:dispatcher',
          },
        ],
        events: [],
        audit: auditOf(
          { now: () => new Date() },
          {
            ...{ kind: 'action', actor: { id: 'system:dispatcher', roles: [] }, outcome: 'failed' },
            ...{ action: rows[0].type, target: { kind: rows[0].target_kind, id: rows[0].target_id } },
            actionRequestId: id,
            transition: { from: 'outcome_unknown', to: 'failed', revision: 1 },
          },
        ),
      })
      const through = (given: WriteParts) =>
        commitWrite(
          dispatcher,
          { ...given, expect: { request_id: id, transitions: rows[0].transitions, approvals: 1 } },
          'kernel.commit_outcome',
        )
      // Of no resolution, of one that is still pending, of one that there is not.
      expect(await through(parts(undefined))).toMatchObject({ failure: { code: 'not_resolved' } })
      expect(await through(parts(asked.body.id))).toMatchObject({ failure: { code: 'not_resolved' } })
      expect(await through(parts(randomUUID()))).toMatchObject({ failure: { code: 'not_resolved' } })
      await expect(commitWrite(app, parts(asked.body.id))).rejects.toMatchObject({ code: '42501' })
      // Once it is agreed to, only what it says.
      await second.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
      const { settle, ...rest } = parts(asked.body.id)
      if (!settle) throw new Error('the parts settle nothing')
      expect(await through({ ...rest, settle: { ...settle, outcome: 'done' } })).toMatchObject({
        failure: { code: 'not_resolved' },
      })
      expect(await through(parts(asked.body.id))).toMatchObject({ ok: true })
    } finally {
      product.startWorker()
    }
  },
  FAULT_TIMEOUT_MS,
)
