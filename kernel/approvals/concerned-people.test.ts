import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inEnglish } from '@countersign/testkit/in-english.ts'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRequest } from '../actions/request-record.ts'
import { submitAction } from '../actions/submit-action.ts'
import { mountConsole } from '../console.ts'
import type { Principal } from '../identity/principal.ts'
import { english } from '../languages/make-teller.ts'
import { decideOnRequest } from './decide-on-request.ts'

/** Whoever has a role of any console grants roles and agrees to that; to letting an account in agree those of the yard. */
const LOOSE = `
  @id("yard.everybody")
  permit (principal is Person in Console::"yard",
          action in [Action::"kernel.grant_role", Action::"kernel.grant_role:decide", Action::"kernel.enable_account",
                     Action::"kernel.enable_account:decide", Action::"kernel.disable_account", Action::"kernel:read",
                     Action::"requests:read"],
          resource);
  @id("yard.the-hall-too")
  permit (principal is Person in Console::"hall",
          action in [Action::"kernel.grant_role", Action::"kernel.grant_role:decide", Action::"kernel.enable_account",
                     Action::"kernel.disable_account", Action::"kernel:read", Action::"requests:read"],
          resource);`
const empty = mkdtempSync(join(tmpdir(), 'countersign-yard-'))
mkdirSync(join(empty, 'migrations'))
const origin = () => ({ httpRequestId: randomUUID(), ip: '127.0.0.1', userAgent: 'test' })

let small: SmallProduct
let people: Readonly<Record<'porter' | 'doorman' | 'keeper' | 'warden' | 'newcomer', Principal>>

beforeAll(async () => {
  const yard = mountConsole(
    {
      name: 'yard',
      title: 'Yard',
      roles: [],
      readPermissions: ['yard:read'],
      policies: { 'yard.cedar': LOOSE },
      entities: [],
      actions: [],
      queues: [],
      projections: [],
      ingest: [],
      eventTitles: {},
      migrations: { module: 'yard', directory: empty },
    },
    undefined,
  )
  small = await startSmallProduct({ class: 'A', beside: [yard] })
  people = {
    porter: await small.person('porter', ['hall/PORTER']),
    doorman: await small.person('doorman', ['hall/PORTER']),
    keeper: await small.person('keeper', ['yard/KEEPER']),
    warden: await small.person('warden', ['yard/KEEPER']),
    newcomer: await small.person('newcomer', []),
  }
}, 120_000)
afterAll(async () => {
  await small?.database.drop()
  rmSync(empty, { recursive: true })
})

async function ask(by: Principal, type: string, on: Principal, input: Readonly<Record<string, string>> = {}) {
  const action = small.kernels.app.actions.get(type)
  if (!action) throw new Error(`there is no ${type}`)
  const body = {
    target: { kind: 'person', id: on.id },
    input,
    reason: { code: 'other', note: 'a test of it' },
  }
  const asked = await submitAction(small.kernels.app, {
    ...{ principal: by, origin: origin(), action, door: `POST /v1/actions/${type}`, key: randomUUID() },
    ...{ rawBody: body, body, bindsPreview: true },
  })
  if (!asked.ok) return asked.failure
  return JSON.parse(asked.value.body) as {
    id: string
    state: string
    approvals: { eligible_roles: string[] }
  }
}

async function agree(by: Principal, id: string) {
  const record = await loadRequest(small.kernels.app.pool, id)
  if (!record) throw new Error(`${id} is gone`)
  const signed = await decideOnRequest(
    small.kernels.app,
    { principal: by, origin: origin(), what: 'approve', door: 'POST /approve', key: randomUUID() },
    record,
    { digest: record.revision?.digest ?? '' },
  )
  return signed.ok ? { state: JSON.parse(signed.value.body).state } : signed.failure
}

test('K-46 a role of one console is agreed to by its own people, however loose the policies are', async () => {
  const asked = await ask(people.keeper, 'kernel.grant_role', people.newcomer, { role: 'yard/KEEPER' })
  expect(asked).toMatchObject({ state: 'pending', approvals: { eligible_roles: ['yard/KEEPER'] } })
  if (!('id' in asked)) throw new Error(english(asked.message))
  expect(await agree(people.porter, asked.id)).toMatchObject({ kind: 'forbidden', code: 'not_eligible' })
  expect(await agree(people.warden, asked.id)).toEqual({ state: 'executed' })
})

test('K-46 the rule that its revision keeps, which the database counts by, names them alone', async () => {
  const other = await small.person('other', [])
  const asked = await ask(people.porter, 'kernel.grant_role', other, { role: 'hall/PORTER' })
  if (!('id' in asked)) throw new Error(english(asked.message))
  const { rows } = await small.database
    .pool('superuser')
    .query('SELECT eligible_roles FROM kernel.action_revision WHERE request_id = $1', [asked.id])
  expect(rows).toEqual([{ eligible_roles: ['hall/PORTER'] }])
  expect(await agree(people.keeper, asked.id)).toMatchObject({ code: 'not_eligible' })
  expect(await agree(people.doorman, asked.id)).toEqual({ state: 'executed' })
})

test('K-46 where nobody of that console may agree, it is refused when asked for, not left to lapse', async () => {
  const leaver = await small.person('leaver', ['hall/PORTER'])
  expect(await ask(people.porter, 'kernel.disable_account', leaver)).toMatchObject({ state: 'executed' })
  expect(inEnglish(await ask(people.porter, 'kernel.enable_account', leaver))).toMatchObject({
    kind: 'conflict',
    code: 'nobody_may_agree',
    message: 'It needs somebody of hall who agrees, and none of their roles may.',
  })
  const gardener = await small.person('gardener', ['yard/KEEPER'])
  expect(await ask(people.keeper, 'kernel.disable_account', gardener)).toMatchObject({ state: 'executed' })
  const asked = await ask(people.keeper, 'kernel.enable_account', gardener)
  if (!('id' in asked)) throw new Error(english(asked.message))
  expect(await agree(people.warden, asked.id)).toEqual({ state: 'executed' })
})
