import { randomUUID } from 'node:crypto'
import {
  entries,
  type ForgedOptions,
  forgeAgreement,
  forgeRequest,
} from '@countersign/testkit/forged-request.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededReturns } from '@countersign/testkit/seeded-records.ts'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AuditFacts as Entry } from '../audit/audit-entry.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { kernelConsole } from '../kernel-console.ts'
import type { Sealed } from '../personal-data/sealing.ts'
import { actionDigest } from './action-digest.ts'

/** What somebody can do who holds the server's own login to the database, and nothing else. */
let product: Product
let app: pg.Pool
let ops: Client
let admin: Client
let compliance: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct({ webhooks: false })
  app = product.database.pool('app')
  ops = await product.as('transfers/OPS', { email: 'ona@example.test' })
  admin = await product.as('transfers/ADMIN', { email: 'ann@example.test' })
  compliance = await product.as('transfers/COMPLIANCE')
  for (const person of [ops, admin, compliance]) await person.get('/v1/me')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

const REQUESTER = { id: 'transfers-OPS', roles: ['transfers/OPS'] }
const APPROVER = { id: 'transfers-ADMIN', roles: ['transfers/ADMIN'] }
const forgedRequest = (options: Omit<ForgedOptions, 'by'>) => forgeRequest({ ...options, by: REQUESTER })
const write = (parts: object) => app.query('SELECT kernel.commit_write($1::jsonb)', [JSON.stringify(parts)])
const refused = (parts: object, why: string | RegExp) =>
  expect(write(parts)).rejects.toMatchObject({ code: '23001', message: expect.stringMatching(why) })

function policyEvent(requestId: string, rules: object[]) {
  return {
    ...{
      event_id: uuidV7(),
      stream: 'kernel.approval_policy/transfers',
      type: 'kernel.approval_policy.changed',
    },
    ...{ schema_version: 1, source: 'countersign', refs: [], request_id: requestId, actor_id: REQUESTER.id },
    payload: { console: 'transfers', rules },
  }
}
const NO_RULE = [{ action: 'transfers.return_transfer', required: 0, eligible_roles: [], expires_in_s: 600 }]
const POLICY = { kind: 'approval_policy', id: 'transfers' }

/** What carrying out `forged` is told by. */
const told = (forged: ReturnType<typeof forgeRequest>, type: string, payload: object = {}) => {
  const { target_kind: kind, target_id: id } = forged.parts.request
  return {
    ...{ event_id: uuidV7(), stream: `kernel.${kind}/${id}`, type, payload },
    ...{ schema_version: 1, source: 'countersign', refs: [], request_id: forged.id },
    actor_id: REQUESTER.id,
  }
}

describe('K-17 K-33 whatever a request says itself that it needs', () => {
  test.each(
    kernelConsole.actions.flatMap(({ name, targetKind, approvals }) =>
      (approvals.leastRequired ?? 0) > 0 ? [[name, targetKind]] : [],
    ),
  )('K-17 %s is not carried out on the word of one', async (type = '', kind = '') => {
    const target = { kind, id: APPROVER.id }
    const { parts } = forgedRequest({ type, target, decided: {}, required: 0, local: true })
    await expect(write(parts)).rejects.toMatchObject({ code: 'CS409', constraint: 'quorum_not_reached' })
  })

  test('K-17 K-35 nor what erases, in whatever console', async () => {
    const least = await product.superuser.query<{ action: string }>(
      `SELECT action FROM kernel.declared_action WHERE erases AND least_required = 1`,
    )
    expect(least.rows.map(({ action }) => action)).toContain('transfers.erase_party')
    const target = { kind: 'party', id: 'p' }
    const { parts } = forgedRequest({
      ...{ type: 'transfers.erase_party', target, decided: {}, required: 0, local: true },
    })
    await expect(write(parts)).rejects.toMatchObject({ code: 'CS409', constraint: 'quorum_not_reached' })
  })

  test.each([
    ['kernel.hold_evidence', 'evidence', 'kernel.evidence.hold_released'],
    ['kernel.hold_evidence', 'evidence', 'kernel.evidence.removed'],
    ['kernel.claim_item', 'work_item', 'kernel.work_item.made_up'],
    ['kernel.disable_account', 'person', 'kernel.person.enabled'],
    ['kernel.disable_account', 'person', 'kernel.person.role_granted'],
    ['kernel.revoke_role', 'person', 'kernel.person.role_granted'],
    ['kernel.revoke_role', 'person', 'kernel.person.disabled'],
    ['kernel.acknowledge_alert', 'alert', 'kernel.alert.silenced'],
  ])('K-35 I5 %s appends to its %s no %s, which it does not declare', async (type, kind, event) => {
    const target = { kind, id: kind === 'person' ? APPROVER.id : 'transfers.x' }
    const forged = forgedRequest({ type, target, decided: {}, required: 0, local: true })
    await refused({ ...forged.parts, events: [told(forged, event)] }, /does not follow/)
  })

  test('K-30 I5 a reveal lets its requester see that record, and tells of nothing else', async () => {
    const revealed = (id: string) => {
      const by = { id: 'transfers-COMPLIANCE', roles: ['transfers/COMPLIANCE'] }
      const target = { kind: 'party', id }
      return forgeRequest({
        ...{ by, type: 'transfers.reveal_party', target, required: 0 },
        decided: {},
        local: true,
      })
    }
    const [own, another] = [`pty_${randomUUID()}`, `pty_${randomUUID()}`]
    const fact = (forged: ReturnType<typeof forgeRequest>, type: string, stream: string) => ({
      ...{ event_id: uuidV7(), stream, type, payload: { field: 'name' } },
      ...{ schema_version: 1, source: 'countersign', refs: [], request_id: forged.id },
      actor_id: 'transfers-COMPLIANCE',
    })
    const granted = 'transfers.party_reveal.granted'
    for (const [type, stream] of [
      ['transfers.party.frozen', `transfers.party/${own}`],
      [granted, `transfers.party_reveal/${another}`],
      ['transfers.transfer_reveal.granted', `transfers.transfer_reveal/${own}`],
    ] as const) {
      const forged = revealed(own)
      await refused({ ...forged.parts, events: [fact(forged, type, stream)] }, /does not follow/)
    }
    const forged = revealed(own)
    await write({ ...forged.parts, events: [fact(forged, granted, `transfers.party_reveal/${own}`)] })
  })

  test.each([
    ['kernel.made_up', 'evidence'],
    ['transfers.made_up', 'party'],
  ])('K-02 I5 %s, which nobody has declared, is asked for by nobody', async (type, kind) => {
    const { parts } = forgedRequest({
      type,
      target: { kind, id: 'p' },
      decided: {},
      required: 0,
      local: true,
    })
    await refused(parts, /no action .* is declared so/)
  })

  test('K-02 nor one that is declared no more', async () => {
    const target = { kind: 'work_item', id: 'transfers.x' }
    const { parts } = forgedRequest({
      type: 'kernel.claim_item',
      target,
      decided: {},
      required: 0,
      local: true,
    })
    const row = `kernel.declared_action WHERE action = 'kernel.claim_item'`
    const { rows } = await product.superuser.query<{ risk: string }>(`SELECT risk FROM ${row}`)
    const know = (risk: string | null | undefined) =>
      product.superuser.query(
        `UPDATE kernel.declared_action SET risk = $1 WHERE action = 'kernel.claim_item'`,
        [risk],
      )
    await know(null)
    await refused(parts, /no action .* is declared so/)
    await know(rows[0]?.risk)
    await write(parts)
  })

  test.each([
    ['risk', { risk: 'low' }],
    ['movement of money', { moves_money: false }],
    ['containment: it would go on in a halt, and before its evidence', { containment: true }],
  ])('K-02 I8 a request says nothing else of its %s than its action declares', async (_what, said) => {
    const { parts } = forgedRequest({
      ...{
        type: 'transfers.return_transfer',
        target: { kind: 'transfer', id: randomUUID() },
        decided: {},
      },
      ...{ required: 1, local: false },
    })
    await refused({ ...parts, request: { ...parts.request, ...said } }, /no action .* is declared so/)
    await write(parts)
  })

  test('K-46 nobody disables themselves', async () => {
    const target = { kind: 'person', id: REQUESTER.id }
    const forged = forgedRequest({
      ...{ type: 'kernel.disable_account', target, decided: {}, required: 0, local: true },
    })
    await refused({ ...forged.parts, events: [told(forged, 'kernel.person.disabled')] }, /does not follow/)
  })

  test('K-35 that something was erased is told by what erases alone', async () => {
    const target = { kind: 'party', id: 'p' }
    const forged = forgedRequest({
      ...{ type: 'transfers.report_refused_file', target, decided: {}, required: 0, local: true },
    })
    const event = {
      ...told(forged, 'transfers.party_erasure.carried_out'),
      stream: 'transfers.party_erasure/p',
    }
    await refused({ ...forged.parts, events: [event] }, /does not follow/)
  })
})

test.each<[string, string, string, string | undefined]>([
  ['kernel.grant_role', 'role_granted', 'whoever asks', 'ona@example.test'],
  ['kernel.grant_role', 'role_granted', 'whoever signs', 'ann@example.test'],
  ['kernel.enable_account', 'enabled', 'whoever asks', 'ona@example.test'],
  ['kernel.enable_account', 'enabled', 'whoever signs', 'ann@example.test'],
  ['kernel.grant_role', 'role_granted', 'neither', undefined],
  ['kernel.enable_account', 'enabled', 'neither', undefined],
])('case 13: K-46 I12 %s and its %s, for another account of %s', async (type, what, whose, email) => {
  const target = { kind: 'person', id: `${what}-${whose.replaceAll(' ', '-')}` }
  await product.as('x', { sub: target.id, roles: [], email }).then((other) => other.get('/v1/me'))
  const payload = type === 'kernel.grant_role' ? { role: 'transfers/OPS' } : {}
  const decided = { person: target.id, ...payload }
  const forged = forgedRequest({ type, target, decided, required: 1, local: true })
  await write(forged.parts)
  const event = told(forged, `kernel.person.${what}`, payload)
  const signed = forgeAgreement(forged, APPROVER, { before: 0, last: true, events: [event] })
  if (email === undefined) await write(signed)
  else await refused(signed, /does not follow/)
})

describe('K-46 K-35 an account is changed, and a record erased, by the event that tells of it', () => {
  const DECIDER = { id: 'transfers-COMPLIANCE', roles: ['transfers/COMPLIANCE'] }
  const onAccount = async (what: 'disable' | 'enable', id: string, kind = 'person') => {
    if (id !== REQUESTER.id)
      await product.as('x', { sub: id, roles: ['transfers/ADMIN'] }).then((person) => person.get('/v1/me'))
    const type = `kernel.${what}_account`
    const required = what === 'enable' ? 1 : 0
    return forgedRequest({ type, target: { kind, id }, decided: { person: id }, required, local: true })
  }
  const isDisabled = async (id: string) => {
    const { rows } = await app.query<{ disabled: boolean }>(
      'SELECT disabled_at IS NOT NULL AS disabled FROM kernel.person WHERE person_id = $1',
      [id],
    )
    return rows[0]?.disabled
  }
  /** What the kernel itself says of the step. */
  const word = (forged: ReturnType<typeof forgeRequest>, what: string, actor: string) => ({
    ...told(forged, `kernel.action_request.${what}`),
    ...{ stream: `kernel.action_request/${forged.id}`, actor_id: actor },
  })

  test('K-46 none is disabled by another event, without one, by two, or as a record of another kind', async () => {
    const forged = await onAccount('disable', 'dis')
    const own = word(forged, 'requested', REQUESTER.id)
    const event = told(forged, 'kernel.person.disabled')
    for (const events of [[], [own], [event, { ...event, event_id: uuidV7() }]])
      await refused({ ...forged.parts, events }, /is told of by/)
    for (const kind of ['view', 'work_item']) {
      const other = await onAccount('disable', 'dis', kind)
      await refused({ ...other.parts, events: [word(other, 'requested', REQUESTER.id)] }, /is told of by/)
    }
    const mine = await onAccount('disable', REQUESTER.id)
    await refused({ ...mine.parts, events: [word(mine, 'requested', REQUESTER.id)] }, /is told of by/)
    expect(await isDisabled('dis')).toBe(false)
    await write({ ...forged.parts, events: [own, event] })
    expect(await isDisabled('dis')).toBe(true)
  })

  test('K-46 none is enabled by the word of the request alone', async () => {
    const first = await onAccount('disable', 'ena')
    await write({ ...first.parts, events: [told(first, 'kernel.person.disabled')] })
    const forged = await onAccount('enable', 'ena')
    await write(forged.parts)
    const signed = (events: object[]) => forgeAgreement(forged, DECIDER, { before: 0, last: true, events })
    await refused(signed([]), /is told of by/)
    await refused(signed([word(forged, 'executed', DECIDER.id)]), /is told of by/)
    expect(await isDisabled('ena')).toBe(true)
    await write(signed([word(forged, 'executed', DECIDER.id), told(forged, 'kernel.person.enabled')]))
    expect(await isDisabled('ena')).toBe(false)
  })

  test('K-35 nothing is erased that is not told of', async () => {
    const target = { kind: 'party', id: randomUUID() }
    const forged = forgedRequest({
      ...{ type: 'transfers.erase_party', target, decided: {}, required: 1, local: true },
    })
    await write(forged.parts)
    const signed = (events: object[]) => forgeAgreement(forged, DECIDER, { before: 0, last: true, events })
    const event = {
      ...told(forged, 'transfers.party_erasure.carried_out'),
      stream: `transfers.party_erasure/${target.id}`,
    }
    for (const events of [
      [],
      [word(forged, 'executed', DECIDER.id)],
      [event, { ...event, event_id: uuidV7() }],
    ])
      await refused(signed(events), /is told of by/)
    await write(signed([event]))
  })
})

test('K-46 a role is taken back that was decided on, and no other', async () => {
  const target = { kind: 'person', id: 'revoked' }
  await product.as('x', { sub: target.id, roles: [] }).then((person) => person.get('/v1/me'))
  const decided = { role: 'transfers/OPS', person: target.id }
  const forged = forgedRequest({ type: 'kernel.revoke_role', target, decided, required: 0, local: true })
  const event = (payload: object) => told(forged, 'kernel.person.role_revoked', payload)
  for (const payload of [{ role: 'transfers/ADMIN' }, {}, { role: 'transfers/OPS', person: 'other' }])
    await refused({ ...forged.parts, events: [event(payload)] }, /does not follow/)
  await write({ ...forged.parts, events: [event({ role: 'transfers/OPS' })] })
})

test.each(['system:dispatcher', 'system:evil', 'signer:1', 'transfers-nobody'])(
  'K-31 I5 what people do is not done in the name of %s',
  async (id) => {
    const target = { kind: 'work_item', id: randomUUID() }
    const { parts } = forgeRequest({
      ...{ by: { id, roles: [] }, type: 'kernel.claim_item', target, decided: {}, required: 0, local: true },
    })
    await refused(parts, /nobody who is known here/)
  },
)

test('K-25 K-30 I5 nothing that an action does here is told in an upstream’s name: no erasure, no reveal, no report', async () => {
  const id = randomUUID()
  for (const [kind, type] of [
    ['party', 'transfers.party_erasure.carried_out'],
    ['party', 'transfers.party_reveal.granted'],
    ['transfer', 'transfers.transfer_reveal.granted'],
    ['refused_file', 'transfers.refused_file.reported'],
  ] as const) {
    const told = {
      ...{
        source_event_id: uuidV7(),
        event_id: uuidV7(),
        stream: `${type.split('.', 2).join('.')}/${id}`,
        type,
      },
      ...{ schema_version: 1, source: 'cts', refs: [`${kind}/${id}`], payload: {} },
    }
    for (const login of ['app', 'sequencer'] as const) {
      await expect(
        product.database
          .pool(login)
          .query('SELECT kernel.ingest_events($1, $2::jsonb)', ['cts', JSON.stringify([told])]),
        `${login}: ${type}`,
      ).rejects.toMatchObject({ code: '23001' })
    }
  }
  const kept = await product.superuser.query(`SELECT FROM kernel.event WHERE stream LIKE '%/' || $1`, [id])
  expect(kept.rowCount).toBe(0)
})

describe('K-14 K-33 the approval rules cannot be replaced', () => {
  const read = () => entries({ kind: 'read', actor: REQUESTER, outcome: 'ok' })

  test('K-14 by an event of no request', async () => {
    const event = policyEvent(uuidV7(), NO_RULE)
    await refused({ tenant_id: null, events: [event], audit: [] }, /no entry/)
    await refused({ tenant_id: null, events: [event], audit: read() }, /does not follow/)
  })

  test('K-14 by an event told in an upstream’s name', async () => {
    for (const source of ['cts', 'countersign']) {
      const event = { ...policyEvent(uuidV7(), NO_RULE), source, source_event_id: uuidV7() }
      const { request_id: _request, actor_id: _actor, ...bare } = event
      for (const told of [event, bare, { ...bare, type: 'cts.thing.told' }, { ...bare, source: 'ledger' }]) {
        await expect(
          app.query('SELECT kernel.ingest_events($1, $2::jsonb)', [source, JSON.stringify([told])]),
        ).rejects.toMatchObject({ code: '23001' })
      }
    }
  })

  test('K-14 by a request that says itself that it needs nobody', async () => {
    const decided = { console: 'transfers', rules: NO_RULE }
    for (const [type, required] of [
      ['kernel.change_approval_policy', 2],
      ['kernel.claim_item', 0],
    ] as const) {
      const { id, parts } = forgedRequest({ type, target: POLICY, decided, required, local: true })
      await refused({ ...parts, events: [policyEvent(id, NO_RULE)] }, /does not follow/)
    }
    const elsewhere = { kind: 'work_item', id: 'transfers.returns:x' }
    const { id, parts } = forgedRequest({
      ...{ type: 'kernel.claim_item', target: elsewhere, decided, required: 0, local: true },
    })
    await refused({ ...parts, events: [policyEvent(id, NO_RULE)] }, /does not follow/)
  })

  test('K-14 by other rules than those that two people have signed', async () => {
    const decided = { console: 'transfers', rules: [] }
    const type = 'kernel.change_approval_policy'
    const forged = forgedRequest({ type, target: POLICY, decided, required: 2, local: true })
    await write(forged.parts)
    const second = { id: 'transfers-COMPLIANCE', roles: ['transfers/COMPLIANCE'] }
    await write(forgeAgreement(forged, APPROVER, { before: 0, last: false, events: [] }))
    const signedBySecond = (rules: object[]) =>
      forgeAgreement(forged, second, { before: 1, last: true, events: [policyEvent(forged.id, rules)] })
    await refused(signedBySecond(NO_RULE), /does not follow/)
    await write(signedBySecond([]))
  })
})

describe('K-31 an entry says what the row says that it records', () => {
  let target: { kind: string; id: string }
  beforeEach(() => {
    target = { kind: 'transfer', id: randomUUID() }
  })
  const type = 'transfers.return_transfer'
  const asked = () => forgedRequest({ type, target, decided: {}, required: 1, local: false })
  const moved = (id: string): Entry => ({
    ...{ kind: 'action', actor: REQUESTER, action: type, target, outcome: 'pending', actionRequestId: id },
    transition: { from: null, to: 'pending', revision: 1 },
  })

  test.each<[string, Partial<Entry>]>([
    ['another actor', { actor: { ...REQUESTER, id: 'nobody' } }],
    ['other roles', { actor: { ...REQUESTER, roles: ['transfers/ADMIN'] } }],
    ['another action', { action: 'transfers.freeze_entity' }],
    ['another target', { target: { kind: 'transfer', id: 'y' } }],
    ['another outcome', { outcome: 'denied' }],
    ['another kind', { kind: 'read' }],
    ['another request', { actionRequestId: uuidV7() }],
    ['another tenant', { tenantId: 'acme' }],
    ['another move', { transition: { from: null, to: 'denied', revision: 1 } }],
  ])('K-31 of a move: %s', async (_what, wrong) => {
    const { id, parts } = asked()
    await refused({ ...parts, audit: entries({ ...moved(id), ...wrong }) }, /differ/)
    await refused({ ...parts, audit: entries(moved(id), { ...moved(id), ...wrong }) }, /differ/)
    await refused({ ...parts, audit: [] }, /no entry/)
    await write({ ...parts, audit: entries(moved(id)) })
  })

  const differ = (what: string) => ({ code: '23001', message: expect.stringContaining(`differ: ${what}`) })
  test.each<[string, object, Partial<Entry>, Partial<Entry>, object]>([
    ['another actor', {}, { actor: { ...APPROVER, id: 'transfers-ADMIN-2' } }, {}, differ('who decided')],
    [
      'an actor without the role',
      {},
      { actor: { ...APPROVER, roles: [] } },
      {},
      differ('the roles of who decided'),
    ],
    ['another outcome', {}, { outcome: 'reject' }, {}, differ('what was decided')],
    ['another target', {}, { target: { kind: 'transfer', id: 'y' } }, {}, differ('the target in the entry')],
    [
      'the move by another',
      {},
      {},
      { actor: { ...APPROVER, id: 'nobody' } },
      differ('the actor in the entry'),
    ],
    [
      'the move by the requester',
      { actor_id: REQUESTER.id },
      {},
      { actor: REQUESTER },
      differ('the actor of the move'),
    ],
    [
      'a rejection that moves it on',
      { to_state: 'rejected', basis: undefined },
      {},
      { outcome: 'rejected' },
      { code: 'CS409', constraint: 'no_rejection' },
    ],
  ])('K-31 of a decision: %s', async (_what, move, approval, action, why) => {
    const { id, digest, parts } = asked()
    await write(parts)
    const to = 'authorized'
    const decision = {
      tenant_id: null,
      expect: { request_id: id, transitions: 1, approvals: 0 },
      approval: {
        ...{ revision: 1, person_id: APPROVER.id, decision: 'approve', digest: digest.slice(7) },
        ...{ roles: APPROVER.roles, note: null, evidence: {}, evidence_hash: '00' },
        authenticated_at: new Date().toISOString(),
      },
      outbox: { revision: 1 },
      events: [],
    }
    const step = { step: 2, revision: 1, from_state: 'pending', to_state: to, basis: 'quorum' }
    const given: Entry = { ...moved(id), kind: 'approval', actor: APPROVER, outcome: 'approve' }
    const { transition: _none, ...said } = given
    const done: Entry = {
      ...{ ...moved(id), actor: APPROVER, outcome: to },
      transition: { from: 'pending', to, revision: 1 },
    }
    await expect(
      write({
        ...decision,
        transitions: [{ ...step, actor_id: APPROVER.id, ...move }],
        audit: entries({ ...said, ...approval }, { ...done, ...action }),
      }),
    ).rejects.toMatchObject(why)
    await write({
      ...decision,
      transitions: [{ ...step, actor_id: APPROVER.id }],
      audit: entries(said, done),
    })
  })
})

describe('K-16 K-31 what is done at an upstream is not said to be done here', () => {
  const target = () => ({ kind: 'transfer', id: randomUUID() })
  const type = 'transfers.return_transfer'

  test.each<[string, object]>([
    ['a local effect', { effect: 'local', connector: null }],
    ['another upstream', { connector: 'ledger' }],
    ['none', { connector: null }],
  ])('K-16 K-31 an action with an upstream effect is not written with %s', async (_what, said) => {
    const { parts } = forgedRequest({ type, target: target(), decided: {}, required: 1, local: false })
    await refused({ ...parts, revision: { ...parts.revision, ...said } }, /not declared with such an effect/)
    await write(parts)
  })

  test('K-16 K-31 nor a local action with an upstream effect', async () => {
    const { parts } = forgedRequest({
      ...{ type: 'kernel.claim_item', target: { kind: 'work_item', id: 'transfers.returns~x' }, decided: {} },
      ...{ required: 1, local: true },
    })
    const { revision } = parts
    await refused(
      { ...parts, revision: { ...revision, effect: 'upstream', connector: 'cts' } },
      /not declared with such an effect/,
    )
  })
})

describe('K-31 I5 each part of a write comes with the move that it belongs to', () => {
  const type = 'transfers.return_transfer'
  const fresh = { authenticated_at: new Date(Date.now() + 3600_000).toISOString() }
  const emergency = { inverse: 'transfers.unfreeze_entity', step_up_s: 300, limit_s: 14_400 }
  const glass = { step_up_s: 300 }
  const forge = (required: number, ofType = type) => {
    const target = { kind: ofType === type ? 'transfer' : 'party', id: randomUUID() }
    return forgedRequest({ type: ofType, target, decided: {}, required, local: false })
  }
  const second = ({ parts }: ReturnType<typeof forgeRequest>) => ({ ...parts.revision, revision: 2 })
  const foreign = /a part of another move/

  test.each<[string, (forged: ReturnType<typeof forgeRequest>) => object]>([
    ['a revision', (forged) => ({ revision: second(forged) })],
    ['a revision and a broken glass', (forged) => ({ revision: second(forged), break_glass: glass })],
  ])('K-31 none with a signature that moves nothing: %s', async (_what, ridden) => {
    const forged = forge(2)
    await write(forged.parts)
    const signature = forgeAgreement(forged, APPROVER, { before: 0, last: false, events: [] })
    await refused({ ...signature, ...ridden(forged) }, foreign)
    await write(signature)
  })

  test('K-31 no revision with a request’s cancellation', async () => {
    const forged = forge(1)
    await write(forged.parts)
    const { target_kind: kind, target_id: id } = forged.parts.request
    const cancel = {
      tenant_id: null,
      expect: { request_id: forged.id, transitions: 1, approvals: 0 },
      transitions: [
        { step: 2, revision: 1, from_state: 'pending', to_state: 'cancelled', actor_id: REQUESTER.id },
      ],
      events: [],
      audit: entries({
        ...{ kind: 'action', actor: REQUESTER, action: type, target: { kind, id }, outcome: 'cancelled' },
        ...{ actionRequestId: forged.id, transition: { from: 'pending', to: 'cancelled', revision: 1 } },
      }),
    }
    await refused({ ...cancel, revision: second(forged) }, foreign)
    await write(cancel)
  })

  test('K-31 no revision with what is denied', async () => {
    const { id, parts } = forge(1)
    const { target_kind: kind, target_id } = parts.request
    const { revision, ...rest } = parts
    const denied = {
      ...rest,
      transitions: [
        { step: 1, revision: 1, from_state: null, to_state: 'denied', actor_id: REQUESTER.id, why: 'x' },
      ],
      audit: entries({
        ...{ kind: 'denial', actor: REQUESTER, action: type, target: { kind, id: target_id } },
        ...{ outcome: 'denied', actionRequestId: id, transition: { from: null, to: 'denied', revision: 1 } },
      }),
    }
    await refused({ ...denied, revision }, foreign)
    await write(denied)
  })

  test.each<[string, number, object]>([
    ['an emergency, with a request that waits', 1, { emergency }],
    ['an emergency, with one that needs nobody', 0, { emergency }],
    ['a broken glass, with a request that waits', 1, { break_glass: glass }],
    ['a broken glass, with one that needs nobody', 0, { break_glass: glass }],
  ])('K-20 K-31 none that says more than the move’s basis: %s', async (_what, required, ridden) => {
    // Of an action that has such a form, so that nothing but the move is foreign to it.
    const { parts } = forge(required, 'transfers.freeze_entity')
    await refused({ ...parts, revision: { ...parts.revision, ...fresh }, ...ridden }, foreign)
    await write(parts)
  })

  test('K-20 K-31 that an emergency has lapsed is the dispatcher’s word and nobody else’s', async () => {
    const requestId = uuidV7()
    const check = (actorId: string) =>
      product.superuser.query('SELECT kernel.check_recorded(NULL::kernel.action_request, $1::jsonb, false)', [
        JSON.stringify({
          emergency_end: { request_id: requestId, outcome: 'lapsed', actor_id: actorId },
          audit: entries({
            ...{ kind: 'system', actor: { id: 'system:dispatcher', roles: [] }, outcome: 'lapsed' },
            target: { kind: 'request', id: requestId },
          }),
        }),
      ])
    await expect(check(REQUESTER.id)).rejects.toMatchObject({ code: '23001' })
    await check('system:dispatcher')
  })

  test('K-31 an edit meets a revision that is there already with a refusal', async () => {
    const { id, code } = take()
    const asked = (await ops.post('/returns', { transferId: id, reason: code })).body
    await product.superuser.query(
      `INSERT INTO kernel.action_revision
       SELECT (jsonb_populate_record(v, '{"revision": 2, "effect_key": "planted"}')).*
         FROM kernel.action_revision v WHERE request_id = $1`,
      [asked.id],
    )
    const ofItsRail = /^R\d\d$/.test(code) ? ['R02', 'R03'] : ['AC04', 'AM05']
    const reason = { code: ofItsRail.find((each) => each !== code) }
    expect(await ops.post(`/v1/requests/${asked.id}/edit`, { input: {}, reason })).toMatchObject({
      status: 409,
      body: { code: 'revision_taken' },
    })
    expect((await ops.post(`/v1/requests/${asked.id}/cancel`, { reason: 'planted' })).status).toBe(200)
  })
})

describe('K-17 K-18 what is sent is what was signed', () => {
  const effectOn = async (id: string) => {
    const { state } = await product.upstream(`/cts/transfers/${id}`)
    return state as string
  }
  const versionOf = async (id: string) =>
    String((await admin.get(`/v1/entities/transfer/${id}`)).body.version)

  test('K-17 nobody can agree to a request for one transfer whose effect is on another', async () => {
    const [shown, meant] = [take(), take()]
    const decided = { id: meant.id, case: 'book', reason: meant.code }
    for (const digestOf of [decided, { ...decided, id: shown.id }]) {
      const { id, digest, parts } = forgedRequest({
        ...{
          type: 'transfers.return_transfer',
          target: { kind: 'transfer', id: shown.id },
          decided,
          digestOf,
        },
        ...{ required: 1, local: false, targetVersion: await versionOf(shown.id) },
      })
      await write(parts)
      const answer = await admin.post(`/v1/requests/${id}/approve`, { digest })
      expect(answer).toMatchObject({ status: 409, body: { code: 'request_altered' } })
      const { rows } = await product.superuser.query(
        `SELECT severity FROM kernel.audit_entry WHERE event_sub_type = 'REQUEST_ALTERED'
            AND convert_from(canonical, 'UTF8') LIKE '%' || $1 || '%'`,
        [id],
      )
      expect(rows).toEqual([{ severity: 'CRITICAL' }])
      await ops.post(`/v1/requests/${id}/cancel`, { reason: 'forged' })
    }
  })

  test.each(['the digest', 'the action'])(
    'K-18 what differs from %s is not sent, and is stale',
    async (from) => {
      const [shown, meant] = [take(), take()]
      const decided = { id: meant.id, case: 'book', reason: meant.code }
      const { id, parts } = forgedRequest({
        ...{ type: 'transfers.return_transfer', target: { kind: 'transfer', id: shown.id }, decided },
        ...(from === 'the digest' ? { digestOf: { ...decided, id: shown.id } } : {}),
        ...{ required: 0, local: false, targetVersion: await versionOf(shown.id) },
      })
      const before = await effectOn(meant.id)
      await write(parts)
      const settled = await eventually('the end of it', async () => {
        const { body } = await admin.get(`/v1/requests/${id}`)
        return body.state === 'authorized' ? undefined : body
      })
      expect(settled.state).toBe('stale')
      expect(settled.transitions.at(-1).why).toMatch(
        from === 'the digest' ? /digest/ : /not what the action does/,
      )
      expect(await effectOn(meant.id)).toBe(before)
    },
  )

  test('K-20 K-18 an emergency of an action that has no such form is not written; nor sent, where the database has been told otherwise', async () => {
    const meant = take()
    // A note as it lies sealed on the same record, of a request that was taken back.
    const asking = { target: { kind: 'transfer', id: meant.id }, input: {} }
    const said = { ...asking, reason: { code: meant.code, note: 'not yet' } }
    const path = '/v1/actions/transfers.return_transfer'
    const { preview_digest } = (await ops.post(`${path}/preview`, said)).body
    const asked = await ops.post(path, { ...said, preview_digest })
    await ops.post(`/v1/requests/${asked.body.id}/cancel`, { reason: 'not yet' })
    const { rows } = await app.query<{ reason_note: Sealed }>(
      'SELECT reason_note FROM kernel.action_revision WHERE request_id = $1',
      [asked.body.id],
    )
    const note = rows[0]?.reason_note
    if (!note) throw new Error('the note is gone')

    const before = await effectOn(meant.id)
    const decided = { id: meant.id, case: 'book', reason: meant.code }
    const { id, parts } = forgedRequest({
      ...{ type: 'transfers.return_transfer', target: asking.target, decided },
      ...{ required: 0, local: false, targetVersion: await versionOf(meant.id) },
    })
    const { revision, request } = parts
    const { digest, salt } = actionDigest({
      ...{ type: request.type, target: asking.target, input: {}, decided, connector: 'cts' },
      ...{
        reason: { code: String(revision.reason_code), note },
        targetVersion: String(revision.target_version),
      },
      ...{ policyVersion: String(revision.policy_version), requestId: id, revision: 1 },
    })
    const forged = {
      ...parts,
      revision: {
        ...revision,
        ...{ required_approvals: 1, reason_note: note, authenticated_at: new Date().toISOString() },
        ...{ digest: digest.toString('hex'), digest_salt: salt.toString('hex') },
      },
      transitions: parts.transitions.map((step) => ({ ...step, basis: 'emergency' })),
      emergency: { inverse: 'transfers.none', step_up_s: 300, limit_s: 14_400 },
    }
    await expect(write(forged)).rejects.toMatchObject({ code: 'CS409', constraint: 'emergency_form' })
    const tell = (inverse: string | null, limit: number | null, stepUp: number | null) =>
      product.superuser.query(
        `UPDATE kernel.declared_action SET (emergency_inverse, emergency_limit_s, emergency_step_up_s) = ($1, $2, $3)
          WHERE action = 'transfers.return_transfer'`,
        [inverse, limit, stepUp],
      )
    await tell(null, 14_400, 300)
    await expect(write(forged)).rejects.toMatchObject({ code: 'CS409', constraint: 'no_such_basis' })
    await tell('transfers.none', 14_400, 300)
    await write(forged)
    await tell(null, null, null)
    const settled = await eventually('the end of it', async () => {
      const { body } = await admin.get(`/v1/requests/${id}`)
      return body.state === 'authorized' || body.state === 'dispatching' ? undefined : body
    })
    expect(settled.transitions.at(-1).why).toMatch(/has no such form/)
    expect(settled.state).toBe('stale')
    expect(await effectOn(meant.id)).toBe(before)
  })

  test('K-17 a digest of the format before is not taken for new requests', async () => {
    const { parts } = forgedRequest({
      ...{ type: 'transfers.return_transfer', target: { kind: 'transfer', id: randomUUID() }, decided: {} },
      ...{ required: 1, local: false },
    })
    await refused({ ...parts, revision: { ...parts.revision, digest_format: 1 } }, /digest format 2/)
  })
})

test('C-16 that the database knows an action otherwise than it is declared is said to whoever asks whether it is ready', async () => {
  const actions = async () => {
    const answer = await fetch(`${product.url}/readyz`)
    return [answer.status, ((await answer.json()) as { actions: string }).actions]
  }
  const narrowed = await product.superuser.query<{ event_types: string[] }>(
    `SELECT event_types FROM kernel.declared_action WHERE action = 'kernel.grant_role'`,
  )
  const know = (types: string[] | undefined) =>
    product.superuser.query(
      `UPDATE kernel.declared_action SET event_types = $1 WHERE action = 'kernel.grant_role'`,
      [types],
    )
  expect(await actions()).toEqual([200, 'ok'])
  await know([])
  expect(await actions()).toEqual([200, 'not_as_declared'])
  await know(narrowed.rows[0]?.event_types)
  expect(await actions()).toEqual([200, 'ok'])
})

test('K-32 C-16 that a login may make objects of its own is said to whoever asks whether it is ready', async () => {
  const logins = async () => {
    const answer = await fetch(`${product.url}/readyz`)
    return [answer.status, ((await answer.json()) as { logins: string }).logins]
  }
  const on = `TEMPORARY ON DATABASE ${product.database.name}`
  expect(await logins()).toEqual([200, 'ok'])
  await product.superuser.query(`GRANT ${on} TO countersign_signer`)
  expect(await logins()).toEqual([200, 'too_many_rights'])
  await product.superuser.query(`REVOKE ${on} FROM countersign_signer`)
  expect(await logins()).toEqual([200, 'ok'])
})

test('K-31 K-18 effects go on whatever people there are, even one of the dispatcher’s name', async () => {
  await product.superuser.query(`
    ALTER TABLE kernel.person DROP CONSTRAINT person_id_names_a_person;
    INSERT INTO kernel.person (person_id, kind, issuer, subject) VALUES ('system:dispatcher', 'person', 'i', 's')`)
  const { id, code } = take()
  const asked = await ops.post('/returns', { transferId: id, reason: code })
  const { digest } = asked.body
  expect((await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest })).status).toBe(200)
  const done = await eventually('the end of it', async () => {
    const { body } = await admin.get(`/v1/requests/${asked.body.id}`)
    return body.state === 'executed' ? body : undefined
  })
  expect(done.transitions.at(-1).to).toBe('executed')
})
