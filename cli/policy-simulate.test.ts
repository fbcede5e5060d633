import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { letRequestAge } from '@countersign/testkit/tampering.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'countersign-simulate-'))
let product: Product
let ops: Client
let small: Sized
let large: Sized
type Sized = {
  id: string
  amount: { amount: string; currency: string }
  return: { code: string }
  frozen_parties: string[]
}
const asked: Record<'small' | 'large' | 'own' | 'frozen' | 'denied', string> = {
  small: '',
  large: '',
  own: '',
  frozen: '',
  denied: '',
}

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  ops = await product.as('transfers/OPS')
  const admin = await product.as('transfers/ADMIN')
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
  const usd: Sized[] = transfers
    .filter((one: Sized) => one.amount.currency === 'USD' && one.frozen_parties.length === 0)
    .sort((a: Sized, b: Sized) => Number(a.amount.amount) - Number(b.amount.amount))
  const [least, first, last] = [usd[0], usd[1], usd.at(-1)]
  if (!least || !first || !last) throw new Error('the seeded world has no returns in USD')
  ;[small, large] = [first, last]
  const ask = async (transfer: Sized, by = ops) =>
    (await by.post('/returns', { transferId: transfer.id, reason: transfer.return.code })).body
  asked.small = (await ask(small)).id
  const counted = await ask(large)
  asked.large = counted.id
  await admin.post(`/v1/requests/${counted.id}/approve`, { digest: counted.digest })
  asked.own = (await ask(least, admin)).id
  const frozen = await admin.post('/entity/freeze', {
    entityId: (await seededParties(product))(),
    reason: 'fraud_suspected',
  })
  asked.frozen = frozen.body.id
  await changePolicy(product, [returnRule({ forbid: true })])
  await ask(large)
  const { body } = await ops.get('/v1/requests?state=denied')
  asked.denied = body.requests[0].id
}, 120_000)
afterAll(async () => {
  await product?.close()
  rmSync(directory, { recursive: true })
})

type Run = { code: number; stdout: string; stderr: string }
function simulate(draft: unknown, ...args: string[]): Promise<Run> {
  const file = join(directory, 'draft.json')
  writeFileSync(file, typeof draft === 'string' ? draft : JSON.stringify(draft))
  const program = fileURLToPath(new URL('./countersign.mjs', import.meta.url))
  return new Promise((done) => {
    execFile(
      process.execPath,
      [program, 'policy', 'simulate', '--days', '1', '--draft', file, ...args],
      { env: { PATH: process.env.PATH, AUDITOR_DATABASE_URL: product.database.url('auditor') } },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}
const simulated = async (rules: unknown) => {
  const { code, stdout, stderr } = await simulate({ rules }, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}
// biome-ignore lint/suspicious/noExplicitAny: one printed object
const byId = (result: any) => Object.fromEntries(result.requests.map((request: any) => [request.id, request]))

test('K-14 a draft that asks for more above an amount shows the requests that would have needed it', async () => {
  const result = await simulated([
    returnRule(),
    returnRule({ required: 2, when: { amount_over: small.amount } }),
  ])
  // Three returns, a freeze, and the return that was denied; what changed the rules is not of this console.
  expect(result).toMatchObject({ days: 1, replayed: 5, decided_otherwise: 2, figures_unknown: 1 })
  const requests = byId(result)
  expect(requests[asked.large]).toMatchObject({
    type: 'transfers.return_transfer',
    target: { kind: 'transfer', id: large.id },
    state: 'authorized',
    asked_under: { required: 1, eligible_roles: ['transfers/ADMIN'], agreed: 1 },
    draft: { required: 2, eligible_roles: ['transfers/ADMIN'] },
    otherwise: 'more_people',
    would_count: 1,
    figures_known: true,
  })
  expect(requests[asked.denied]).toMatchObject({ state: 'denied', asked_under: null, otherwise: 'allowed' })
  expect(requests[asked.small]).toBeUndefined()
})

test('K-14 roles of that moment, prohibitions, fewer and other people are told apart', async () => {
  const result = await simulated([
    returnRule({ forbid: true, when: { requester_role: 'transfers/ADMIN' } }),
    returnRule({ required: 0, eligible_roles: [] }),
    { ...returnRule(), action: 'transfers.freeze_entity', eligible_roles: ['transfers/COMPLIANCE'] },
  ])
  const requests = byId(result)
  expect(requests[asked.own]).toMatchObject({ otherwise: 'forbidden', draft: null })
  expect(requests[asked.small]).toMatchObject({ otherwise: 'fewer_people', draft: { required: 0 } })
  expect(requests[asked.frozen]).toMatchObject({ otherwise: 'other_people', would_count: 0 })
})

test('K-14 the rules that were in force decide nothing otherwise; a list alone is a draft too', async () => {
  const result = await simulate([returnRule({ expires_in_s: 24 * 3600 })])
  expect(result.stdout).toMatch(
    /^[^\n]*was denied; would have needed 1\n1 of 5 requests of the last day would/,
  )
  expect(result.stdout).toContain(asked.denied)
  const { rows } = await product.superuser.query(
    `SELECT count(*)::int AS changes FROM kernel.event WHERE type = 'kernel.approval_policy.changed'`,
  )
  expect(rows).toEqual([{ changes: 1 }])
})

test.each([
  ['{"rules": [', 'is not JSON'],
  [{ rules: [] }, 'rules: at least one rule'],
  [{ rules: [returnRule()], colour: 'red' }, 'colour: is not a member'],
  [[{ ...returnRule(), required: 'two' }], 'rules.0.required:'],
  [[returnRule(), returnRule({ action: 'transfers.fly' })], 'rules.1.action: is no action of this console'],
  [[returnRule({ action: 'nowhere.fly' })], 'rules.0.action'],
  [
    [returnRule({ eligible_roles: ['transfers/OPS'] })],
    'rules.0.eligible_roles.0: may not decide on transfers.return_transfer (allowed: transfers/ADMIN)',
  ],
  [
    [{ ...returnRule(), when: { amount_over: { amount: '1', currency: 'USD' } } }],
    'rules.0.when.amount_over.amount',
  ],
])('K-14 a draft is refused with each wrong member named, case %#', async (draft, why) => {
  const { code, stdout, stderr } = await simulate(draft)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(why)
})

test('K-14 days outside their range and a file that is not there are refused', async () => {
  expect((await simulate([returnRule()], '--days', '0')).stderr).toContain('from 1 to')
  expect((await simulate([returnRule()], '--draft', join(directory, 'missing.json'))).stderr).toContain(
    'cannot be read',
  )
})

test('K-14 only requests of the days asked for are replayed', async () => {
  await letRequestAge(product, asked.small, '49 hours')
  const replayed = async (days: number) => {
    const { stdout } = await simulate(
      { rules: [returnRule({ required: 2 })] },
      ...['--json', '--days', String(days)],
    )
    return JSON.parse(stdout)
  }
  const two = await replayed(2)
  expect(two).toMatchObject({ days: 2, replayed: 4 })
  expect(byId(two)[asked.small]).toBeUndefined()
  const three = await replayed(3)
  expect(three).toMatchObject({ days: 3, replayed: 5 })
  expect(byId(three)[asked.small]).toMatchObject({ otherwise: 'more_people' })
})
