import { randomUUID } from 'node:crypto'
import { inEnglish } from '@countersign/testkit/in-english.ts'
import { SMALL_ROLES, type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { currentPreview } from '../actions/current-preview.ts'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { deliverEffect } from '../actions/deliver-effect.ts'
import { loadRequest } from '../actions/request-record.ts'
import { requestResource } from '../actions/request-resource.ts'
import { seenOf } from '../actions/seen-evidence.ts'
import { submitAction } from '../actions/submit-action.ts'
import { mountConsole } from '../console.ts'
import { defineEntity, type EntityType, type Reading } from '../entities/define-entity.ts'
import type { Principal } from '../identity/principal.ts'
import { english } from '../languages/make-teller.ts'
import { decideOnRequest } from './decide-on-request.ts'
import { driftBetween } from './drift.ts'

/** A vault whose balance moves at its upstream while a payment out of it waits for two signatures. */
type Vault = { readonly balance: string; readonly keeper: string; readonly shut?: boolean }
let product: SmallProduct
let porter: Principal
let keepers: Principal[]
let vault: Vault & { version: number }
/** While the vaults' upstream does not answer. */
let away = false
const delivered: (string | null)[] = []

beforeAll(async () => {
  const type: EntityType<Vault, unknown> = {
    kind: 'vault',
    console: 'hall',
    read: async (): Promise<Reading<Vault>> =>
      away
        ? { status: 'unreadable', source: 'vaults', why: 'no answer' }
        : { status: 'found', state: vault, version: String(vault.version) },
    present: ({ balance }) => ({ title: 'Vault', state: balance, data: {} }),
  }
  const payOut = (name: string, drift: object) =>
    defineAction<Vault, z.ZodObject, { paid: true }, unknown>({
      name: `hall.${name}`,
      risk: 'low',
      movesMoney: true,
      target: type,
      input: z.object({}),
      reasons: [{ code: 'visitor', title: 'Somebody is there' }],
      approvals: { required: 2, eligibleRoles: ['yard/KEEPER'], expiresInS: 3600, ...drift },
      present: { title: 'Pay out', tone: 'neutral' },
      decide: ({ shut }) => (shut ? refuse('vault_shut', 'The vault is shut.') : accept({ paid: true })),
      preview: ({ balance, keeper }) => ({
        summary: 'It is paid out.',
        changes: [
          { label: 'Balance', after: `${balance} USD` },
          { label: 'Keeper', after: keeper },
        ],
        effects: [],
      }),
      effect: {
        connector: 'vaults',
        class: 'C',
        readBack: async () => undefined,
        deliver: async (_accepted, { targetVersion }) => {
          delivered.push(targetVersion)
          return { outcome: 'done', detail: {} }
        },
      },
    })
  const names = ['pay_out', 'pay_exactly', 'pay_anyhow']
  const hall = mountConsole(
    {
      name: 'hall',
      title: 'Hall',
      roles: SMALL_ROLES,
      readPermissions: ['hall:read'],
      policies: {
        'hall.cedar': `
          @id("hall.porters")
          permit (principal in Role::"hall/PORTER",
                  action in [${names.map((name) => `Action::"hall.${name}"`).join(', ')}, Action::"hall:read", Action::"kernel:read", Action::"requests:read"],
                  resource);
          @id("hall.keepers")
          permit (principal is Person in Role::"yard/KEEPER",
                  action in [${names.map((name) => `Action::"hall.${name}:decide"`).join(', ')}], resource);`,
      },
      entities: [defineEntity(type)],
      actions: [
        payOut('pay_out', { drift: { percent: 5 } }),
        payOut('pay_exactly', {}),
        payOut('pay_anyhow', { drift: { fields: ['Keeper'] } }),
      ],
      queues: [],
      projections: [],
      alerts: [],
      ingest: [],
      eventTitles: {},
      migrations: { module: 'hall', directory: '' },
    },
    {},
  )
  product = await startSmallProduct({ class: 'C', hall })
  porter = await product.person('porter', ['hall/PORTER'])
  keepers = [
    await product.person('keeper', ['yard/KEEPER']),
    await product.person('other', ['yard/KEEPER']),
    await product.person('third', ['yard/KEEPER']),
  ]
}, 120_000)
afterAll(() => product?.database.drop())

const origin = () => ({ httpRequestId: randomUUID(), ip: '127.0.0.1', userAgent: 'test' })
async function ask(what: string): Promise<string> {
  vault = { balance: '40\u202f000.00', keeper: 'Ann', version: 1 }
  delivered.length = 0
  const { app } = product.kernels
  const action = app.actions.get(`hall.${what}`)
  if (!action) throw new Error(`there is no ${what}`)
  const body = { target: { kind: 'vault', id: randomUUID() }, input: {}, reason: { code: 'visitor' } }
  const asked = await submitAction(app, {
    ...{
      principal: porter,
      origin: origin(),
      action,
      door: 'POST /x',
      key: randomUUID(),
      rawBody: body,
      body,
    },
    bindsPreview: true,
  })
  if (!asked.ok) throw new Error(english(asked.failure.message))
  return JSON.parse(asked.value.body).id
}
const move = (to: Partial<Vault>) => {
  vault = { ...vault, ...to, version: vault.version + 1 }
}
async function requestOf(id: string) {
  const record = await loadRequest(product.kernels.app.pool, id)
  if (!record) throw new Error('it is gone')
  return record
}
async function read(id: string) {
  const record = await requestOf(id)
  return { record, now: await currentPreview(product.kernels.app, record) }
}
async function counting(id: string): Promise<number> {
  const { rows } = await product.kernels.app.pool.query<{ counting: number }>(
    'SELECT kernel.counting_approvals($1, 1) AS counting',
    [id],
  )
  return rows[0]?.counting ?? -1
}
async function sign(
  id: string,
  nth: number,
  what: 'approve' | 'reject' = 'approve',
  read: { readonly preview_digest?: string | undefined } = {},
) {
  const record = await requestOf(id)
  const by = keepers[nth]
  if (!by) throw new Error('there is no such keeper')
  const signed = await decideOnRequest(
    product.kernels.app,
    { principal: by, origin: origin(), what, door: 'POST /approve', key: randomUUID() },
    record,
    what === 'approve' ? { digest: record.revision?.digest ?? '', ...read } : { reason: 'No' },
  )
  return signed.ok ? JSON.parse(signed.value.body).state : signed.failure
}
const deliver = (id: string) =>
  deliverEffect(
    {
      kernel: product.kernels.dispatcher,
      holder: 'dispatcher-1',
      leaseMs: 15_000,
      signal: new AbortController().signal,
      report: () => undefined,
    },
    { request_id: id, revision: 1 },
  )

describe('K-40 what has changed of what it says', () => {
  const body = (effects: string[], warnings: string[] = []) => ({
    ...{ summary: 'The list is taken into force.', changes: [], effects, warnings },
  })

  test('K-40 of all its sentences those that have changed stand there, old and new', () => {
    const then = body(['3 entries are added.', '7 parties are screened again.', 'It holds at once.'])
    const now = body(
      ['3 entries are added.', '9 parties are screened again.', 'It holds at once.'],
      ['2 go.'],
    )
    expect(inEnglish(driftBetween(then, now))).toEqual([
      {
        label: 'What it does',
        was: '7 parties are screened again.',
        now: '2 go. 9 parties are screened again.',
      },
    ])
    expect(inEnglish(driftBetween(then, body([...then.effects, 'It is said twice.'])))).toEqual([
      { label: 'What it does', was: null, now: 'It is said twice.' },
    ])
    // As often as it is said, not whether: one of two that are alike is one that has gone.
    expect(inEnglish(driftBetween(body(['A.', 'A.']), body(['A.'])))).toEqual([
      { label: 'What it does', was: 'A.', now: null },
    ])
  })
})

describe('K-40 drift between the request and a signature', () => {
  test('K-40 C-06 whoever names what they read signs exactly that: what the server reckons otherwise by then is refused and shown, and voids nothing', async () => {
    const id = await ask('pay_out')
    const first = (await read(id)).now
    expect(await sign(id, 0, 'approve', { preview_digest: first.preview_digest })).toBe('pending')
    move({ balance: '38\u202f100.00' })
    // Between their reading and their click: within what the rule allows, and not what they saw.
    const refused = await sign(id, 1, 'approve', { preview_digest: first.preview_digest })
    const { now } = await read(id)
    expect(refused).toMatchObject({
      kind: 'conflict',
      code: 'preview_stale',
      extra: { preview_digest: now.preview_digest, preview: now.current_preview },
    })
    expect(now.preview_digest).not.toBe(first.preview_digest)
    expect(await counting(id)).toBe(1)
    expect(await sign(id, 1, 'approve', { preview_digest: now.preview_digest })).toBe('authorized')
    const seen = (await seenOf(product.kernels.app.pool, id)).at(-1)
    expect(seen?.evidence).toMatchObject({ preview: now.current_preview })
  })

  test('K-40 within what the rule allows it is marked and signed, and the version that was signed is what is acted on', async () => {
    const id = await ask('pay_out')
    expect(await sign(id, 0)).toBe('pending')
    move({ balance: '38\u202f100.00' })
    expect((await read(id)).now).toMatchObject({
      target_changed: true,
      drift_allowed: true,
      drift: [{ label: 'Balance', was: '40\u202f000.00 USD', now: '38\u202f100.00 USD' }],
    })
    expect(await sign(id, 1)).toBe('authorized')
    await deliver(id)
    expect(delivered).toEqual(['2'])
    expect((await read(id)).record.state).toBe('executed')
  })

  test('K-40 moved further it voids the signatures, and says so and what has moved', async () => {
    const id = await ask('pay_out')
    await sign(id, 0)
    move({ balance: '37\u202f999.99' })
    expect((await read(id)).now).toMatchObject({ target_changed: true, drift_allowed: false })
    expect(inEnglish(await sign(id, 1))).toMatchObject({
      kind: 'conflict',
      code: 'target_changed',
      message: expect.stringContaining('The signature on it is void.'),
      extra: {
        voided_approvals: 1,
        drift: [{ label: 'Balance', was: '40\u202f000.00 USD', now: '37\u202f999.99 USD' }],
      },
    })
    expect((await read(id)).record.state).toBe('pending')
  })

  test.each(['pay_out', 'pay_exactly'])(
    'K-40 a signature that is void stays so when the record comes back to where it was (%s)',
    async (what) => {
      const id = await ask(what)
      const asked = vault
      await sign(id, 0)
      expect(await counting(id)).toBe(1)
      move({ balance: '20\u202f000.00' })
      expect(await sign(id, 1)).toMatchObject({ code: 'target_changed' })
      expect(await counting(id)).toBe(0)
      vault = asked
      expect(await sign(id, 1)).toBe('pending')
      expect(await counting(id)).toBe(1)
      expect(await sign(id, 0)).toMatchObject({ code: 'already_decided' })
      expect(await sign(id, 2)).toBe('authorized')
    },
  )

  test('K-40 that signatures are void is in the log, on the timeline and on the request, once', async () => {
    const id = await ask('pay_exactly')
    await sign(id, 0)
    move({ balance: '20\u202f000.00' })
    const [second, third] = await Promise.all([sign(id, 1), sign(id, 2)])
    expect([second, third]).toMatchObject([{ code: 'target_changed' }, { code: 'target_changed' }])
    const { record } = await read(id)
    const resource = await requestResource(product.kernels.app, record, porter)
    expect(resource.approvals).toMatchObject({
      required: 2,
      given: [{ person: { id: keepers[0]?.id }, decision: 'approve', void: true }],
    })
    const superuser = product.database.pool('superuser')
    const told = await superuser.query(
      `SELECT actor_id = ANY ($2) AS by_who_came, payload, refs FROM kernel.event
        WHERE request_id = $1 AND type = 'kernel.action_request.signatures_voided'`,
      [id, [keepers[1]?.id, keepers[2]?.id]],
    )
    expect(told.rows).toEqual([
      {
        by_who_came: true,
        payload: { action: 'hall.pay_exactly', signatures: 1, requested_version: '1', current_version: '2' },
        refs: [`vault/${record.target_id}`, `request/${id}`],
      },
    ])
    const logged = await superuser.query(
      `SELECT kind, (convert_from(canonical, 'UTF8')::jsonb) #>> '{detail,signatures}' AS signatures
         FROM kernel.audit_entry WHERE action_request_id = $1 AND outcome = 'void'`,
      [id],
    )
    expect(logged.rows).toEqual([{ kind: 'approval', signatures: '1' }])
  })

  test('K-40 nobody makes a signature void whose record has not moved, nor by whom nobody was asked', async () => {
    const id = await ask('pay_exactly')
    await sign(id, 0)
    const superuser = product.database.pool('superuser')
    const byHand = (who: string | undefined, version: string) =>
      superuser.query(
        `INSERT INTO kernel.voided_approval (request_id, revision, person_id, found_by, found_version, drift)
         VALUES ($1, 1, $2, $3, $4, '[]')`,
        [id, keepers[0]?.id, who, version],
      )
    await expect(byHand(keepers[1]?.id, '1')).rejects.toMatchObject({ constraint: 'nothing_void' })
    await expect(byHand(porter.id, '2')).rejects.toMatchObject({ constraint: 'not_eligible' })
    expect(await counting(id)).toBe(1)
  })

  test('K-40 lines that a rule names may change, no others; a rule that says nothing allows nothing', async () => {
    const named = await ask('pay_anyhow')
    move({ keeper: 'Bea' })
    expect(await sign(named, 0)).toBe('pending')
    move({ balance: '39\u202f999.99' })
    expect(await sign(named, 1)).toMatchObject({ code: 'target_changed' })
    const exact = await ask('pay_exactly')
    move({})
    expect(await sign(exact, 0)).toMatchObject({ code: 'target_changed', extra: { voided_approvals: 0 } })
  })

  test('K-40 what moves after the last signature makes it stale, however little', async () => {
    const id = await ask('pay_out')
    await sign(id, 0)
    expect(await sign(id, 1)).toBe('authorized')
    move({ balance: '39\u202f999.00' })
    await deliver(id)
    expect((await read(id)).record.state).toBe('stale')
    expect(delivered).toEqual([])
  })

  test('K-40 what each of them saw is kept as it was, and told to be so by its hash', async () => {
    const id = await ask('pay_out')
    await sign(id, 0)
    move({ balance: '39\u202f000.00' })
    await sign(id, 1)
    const seen = await seenOf(product.kernels.app.pool, id)
    expect(seen.map(({ by, as, decision, intact }) => [by.id, as, decision, intact])).toEqual([
      [porter.id, 'requester', null, true],
      [keepers[0]?.id, 'approver', 'approve', true],
      [keepers[1]?.id, 'approver', 'approve', true],
    ])
    const shown = (balance: string, version: string) => ({
      preview: {
        changes: [
          { label: 'Balance', after: `${balance} USD` },
          { label: 'Keeper', after: 'Ann' },
        ],
      },
      target_version: version,
      policy_version: expect.any(String),
      stale: false,
      sources: [{ name: 'vaults', status: 'ok', read_at: expect.any(String) }],
    })
    expect(seen.map(({ evidence }) => evidence)).toMatchObject([
      shown('40\u202f000.00', '1'),
      shown('40\u202f000.00', '1'),
      shown('39\u202f000.00', '2'),
    ])
    expect(seen[2]?.evidence).toMatchObject({
      drift: [{ label: 'Balance', was: '40\u202f000.00 USD', now: '39\u202f000.00 USD' }],
    })
    const superuser = product.database.pool('superuser')
    await superuser.query('ALTER TABLE kernel.action_approval DISABLE TRIGGER ALL')
    await superuser.query(
      `UPDATE kernel.action_approval SET evidence = jsonb_set(evidence, '{target_version}', '"1"')
        WHERE request_id = $1 AND person_id = $2`,
      [id, keepers[1]?.id],
    )
    const after = await seenOf(product.kernels.app.pool, id)
    expect(after.map(({ intact }) => intact)).toEqual([true, true, false])
  })

  test('K-40 whoever rejects it is shown the record as it is then, and that is what is kept', async () => {
    const rejected = async (meanwhile: () => void) => {
      const id = await ask('pay_out')
      meanwhile()
      expect(await sign(id, 0, 'reject')).toBe('rejected')
      away = false
      return (await seenOf(product.kernels.app.pool, id))[1]
    }
    const moved = await rejected(() => move({ balance: '9.00' }))
    expect(moved).toMatchObject({
      decision: 'reject',
      intact: true,
      evidence: {
        preview: { changes: [{ after: '9.00 USD' }, { after: 'Ann' }] },
        target_version: '2',
        drift: [{ label: 'Balance', was: '40\u202f000.00 USD', now: '9.00 USD' }],
        stale: false,
        sources: [{ name: 'vaults', status: 'ok' }],
      },
    })
    const shut = await rejected(() => move({ shut: true }))
    expect(shut?.evidence).toMatchObject({
      preview: null,
      refused: { code: 'vault_shut', message: 'The vault is shut.' },
      target_version: '2',
    })
    const unread = await rejected(() => {
      move({ balance: '9.00' })
      away = true
    })
    expect(unread?.evidence).toMatchObject({
      preview: { changes: [{ after: '40\u202f000.00 USD' }, { after: 'Ann' }] },
      target_version: '1',
      stale: true,
      sources: [{ name: 'vaults', status: 'unreadable', read_at: null }],
    })
  })
})
