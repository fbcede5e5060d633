import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import {
  type CountersignedReturns,
  countersignedReturns,
} from '@countersign/testkit/countersigned-returns.ts'
import { brokenInvariants } from '@countersign/testkit/invariants.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let returns: CountersignedReturns
const place = mkdtempSync(join(tmpdir(), 'countersign-evidence-'))
const witness = join(place, 'witness')

beforeAll(async () => {
  product = await startProduct({ workerEnvironment: { WITNESS_DIRECTORY: witness } })
  returns = await countersignedReturns(product)
  await changePolicy(product, [returnRule({ evidence_first: true })])
}, 120_000)
afterAll(async () => {
  await product?.close()
  rmSync(place, { recursive: true, force: true })
})

test('K-33 I8 where a rule demands it, nothing is sent before the witness has the authorisation; then it is', async () => {
  // The witness cannot be reached: where its directory was, there is a file.
  renameSync(witness, `${witness}-away`)
  writeFileSync(witness, '')
  const { id } = await returns.authorise()
  await eventually('the authorisation to have its place in the log', async () => {
    const { rows } = await product.superuser.query(
      `SELECT FROM kernel.audit_entry JOIN kernel.audit_leaf USING (seq)
        WHERE action_request_id = $1 AND transition_to = 'authorized'`,
      [id],
    )
    return rows.length === 1
  })
  // What a process with the dispatcher's login could do: take the lease, or say that it has.
  const dispatcher = product.database.pool('dispatcher')
  const due = await dispatcher.query(`SELECT request_id FROM kernel.due_effects('{cts}', '{10}')`)
  expect(due.rows).toEqual([])
  const lease = await dispatcher.query('SELECT kernel.lease_effect($1, 1, $2, 5000) AS lease', [id, 'hasty'])
  expect(lease.rows).toEqual([{ lease: null }])
  await expect(
    product.superuser.query(
      `INSERT INTO kernel.action_transition (request_id, step, revision, from_state, to_state, actor_id)
       VALUES ($1, 3, 1, 'authorized', 'dispatching', 'hasty')`,
      [id],
    ),
  ).rejects.toMatchObject({ constraint: 'no_evidence_yet' })
  expect(await returns.read(id)).toMatchObject({
    state: 'authorized',
    evidence_first: true,
    effect: { attempts: 0, held_by: 'evidence' },
  })

  rmSync(witness)
  renameSync(`${witness}-away`, witness)
  await returns.reaches(id, 'executed')
  expect(await brokenInvariants(product)).toEqual([])
  // That this looks at it: an attempt that began with the authorisation, which the witness had only later.
  await product.superuser.query(
    `INSERT INTO kernel.effect_attempt (request_id, revision, fence, holder, started_at)
     SELECT request_id, revision, 0, 'hasty', at FROM kernel.action_transition
      WHERE request_id = $1 AND to_state = 'authorized'`,
    [id],
  )
  expect(await brokenInvariants(product)).toEqual([
    expect.stringMatching(
      new RegExp(`^${id}: attempt 0 began at .*, before the witness had its authorisation$`),
    ),
  ])
})

test('K-33 I8 a rule does not demand it of what stops harm, nor of what has no upstream', async () => {
  const simulate = (rules: object[]) =>
    returns.admin.post('/v1/approval-policies/transfers/simulate', { rules, days: 1 })
  const refused = await simulate([
    returnRule({
      action: 'transfers.freeze_entity',
      evidence_first: true,
      eligible_roles: ['transfers/ADMIN', 'transfers/COMPLIANCE'],
    }),
    returnRule({ action: 'transfers.reveal_party', evidence_first: true, required: 0, eligible_roles: [] }),
  ])
  expect([refused.status, refused.body.errors]).toMatchObject([
    400,
    [
      { field: 'rules.0.evidence_first', allowed: ['false'] },
      { field: 'rules.1.evidence_first', allowed: ['false'] },
    ],
  ])
})
