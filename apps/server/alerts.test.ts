import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { changePolicy, returnRule } from '@countersign/testkit/approval-policy.ts'
import { openEventStream } from '@countersign/testkit/event-stream.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let ops: Client
let admin: Client
let smtp: SMTPServer
const mails: { to: string; text: string }[] = []

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        // Soft line breaks of quoted-printable (RFC 2045 §6.7) taken out.
        const text = Buffer.concat(parts).toString('utf8').replaceAll('=\r\n', '')
        mails.push(...envelope.rcptTo.map(({ address }) => ({ to: address, text })))
        done()
      })
    },
  })
  await once(smtp.listen(0, '127.0.0.1'), 'listening')
  product = await startProduct({
    workerEnvironment: {
      SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
      SMTP_FROM: 'countersign@platform.test',
    },
  })
  ops = await product.as('transfers/OPS', { email: 'ops@platform.test' })
  admin = await product.as('transfers/ADMIN', { email: 'admin@platform.test' })
  // Known from their first request on.
  for (const client of [ops, admin]) expect((await client.get('/v1/me')).status).toBe(200)
}, 120_000)
afterAll(async () => {
  await product?.close()
  await new Promise<void>((closed) => smtp.close(() => closed()))
})

type Listed = {
  id: string
  kind: string
  title: string
  state: string
  told: string[]
  told_names: Record<string, string>
  facts: Record<string, unknown>
}
const alertsOf = async (client: Client, kind: string, state = 'open') => {
  const { body } = await client.get(`/v1/alerts?state=${state}&limit=200`)
  return (body.alerts as Listed[]).filter((alert) => alert.kind === kind)
}
const act = (client: Client, action: string, id: string, code: string, input = {}, kind = 'alert') =>
  client.post(`/v1/actions/kernel.${action}`, { target: { kind, id }, input, reason: { code } })

test('K-47 K-46 a conflict of static duties at sign-in is told at once to those who read the audit log, and hidden from the rest', async () => {
  const stream = await openEventStream(product.url, { authorization: `Bearer ${admin.token}` })
  const hidden = await openEventStream(product.url, { authorization: `Bearer ${ops.token}` })
  const both = await product.as('transfers/OPS-2', { roles: ['transfers/OPS', 'platform/OPS_ADMIN'] })
  expect((await both.get('/v1/me')).status).toBe(403)

  const alert = await eventually('the alert', async () => (await alertsOf(admin, 'kernel.security_event'))[0])
  expect(alert).toMatchObject({ state: 'open', facts: { event: 'ROLES_IN_CONFLICT', severity: 'HIGH' } })
  expect(JSON.stringify(alert)).not.toContain(both.id)
  await eventually('the mail', async () => mails.length > 0)
  expect(mails[0]).toMatchObject({ to: 'admin@platform.test' })
  expect(mails[0]?.text).toContain(`/app/entities/alert/${alert.id}`)
  await eventually('who was told', async () =>
    (await alertsOf(admin, 'kernel.security_event'))[0]?.told.includes(admin.id),
  )
  expect((await alertsOf(admin, 'kernel.security_event'))[0]?.told_names).toEqual({
    [admin.id]: 'transfers/ADMIN',
  })

  const ofAlert = (changes: typeof stream.changes) => changes.filter(({ kind }) => kind === 'alert')
  await eventually('the change', async () => ofAlert(stream.changes).length > 0)
  expect(await alertsOf(ops, 'kernel.security_event')).toEqual([])
  expect((await ops.get(`/v1/entities/alert/${alert.id}`)).status).toBe(404)
  expect(ofAlert(hidden.changes)).toEqual([])
  stream.cut()
  hidden.cut()

  const shown = await admin.get(`/v1/entities/alert/${alert.id}`)
  expect(shown.body).toMatchObject({
    title: 'Security event ROLES_IN_CONFLICT (HIGH)',
    state: 'open',
    data: { told: [admin.id], told_names: ['transfers/ADMIN'] },
  })
  const paged = await eventually('who was told to be on the timeline', async () => {
    const { entries } = (await admin.get(`/v1/entities/alert/${alert.id}/timeline`)).body
    return (entries as { type: string; summary: string }[]).find(({ type }) => type === 'kernel.alert.paged')
  })
  expect(paged.summary).toBe('Told: one person by e-mail')
  const { body: preview } = await admin.post('/v1/actions/kernel.acknowledge_alert/preview', {
    target: { kind: 'alert', id: alert.id },
    input: {},
  })
  expect(preview.changes).toEqual([{ label: 'Alert', before: 'open', after: 'seen to' }])
  const acknowledged = await act(admin, 'acknowledge_alert', alert.id, 'seen_to')
  expect(acknowledged.status).toBe(200)
  // In the history of requests it is called by its title.
  expect((await admin.get(`/v1/requests/${acknowledged.body.id}`)).body.target).toMatchObject({
    title: 'Security event ROLES_IN_CONFLICT (HIGH)',
  })
  expect(await alertsOf(admin, 'kernel.security_event')).toEqual([])
  const [over] = await alertsOf(admin, 'kernel.security_event', 'over')
  expect(over).toMatchObject({ id: alert.id, state: 'over', acknowledged_by: admin.id })
  expect(over).toMatchObject({ acknowledged_by_name: 'transfers/ADMIN' })
  expect((await admin.get(`/v1/entities/alert/${alert.id}`)).body.data).toMatchObject({
    acknowledged_by: admin.id,
    acknowledged_by_name: 'transfers/ADMIN',
  })
  const { rows } = await product.superuser.query(
    `SELECT actor_id, outcome FROM kernel.audit_entry WHERE action = 'kernel.acknowledge_alert' AND target_id = $1`,
    [alert.id],
  )
  expect(rows).toEqual([{ actor_id: admin.id, outcome: 'executed' }])
}, 120_000)

test('K-47 who asks to change the roster is shown its people by name', async () => {
  const hours = [{ days: ['mon', 'tue'], from: '09:00', to: '17:00' }]
  const entries = [{ person: admin.id, order: 1, zone: 'UTC', hours }]
  const { body } = await admin.post('/v1/actions/kernel.change_roster/preview', {
    target: { kind: 'roster', id: 'transfers' },
    input: { entries },
  })
  expect(admin.id).not.toBe('transfers/ADMIN')
  expect(body.subject).toBe('On call for Transfers')
  expect(body.changes[0].after).toBe('1. transfers/ADMIN: Mon, Tue 09:00–17:00 (UTC)')
})

test('K-47 K-39 an approval about to expire is told to those who may approve, and the alert ends with its answer', async () => {
  const take = await seededReturns(product)
  const { id, code } = take()
  const asked = await ops.post('/returns', { transferId: id, reason: code })
  expect(asked.status).toBe(202)
  const request = asked.body.id as string
  // Time that has passed: of its time, less than a quarter is left.
  await product.superuser.query('ALTER TABLE kernel.action_revision DISABLE TRIGGER refuse_change')
  await product.superuser.query(
    `UPDATE kernel.action_revision
        SET created_at = clock_timestamp() - interval '1 hour', expires_at = clock_timestamp() + interval '10 minutes'
      WHERE request_id = $1`,
    [request],
  )
  await product.superuser.query('ALTER TABLE kernel.action_revision ENABLE ALWAYS TRIGGER refuse_change')
  const alert = await eventually('the alert', async () =>
    (await alertsOf(ops, 'kernel.approval_expiring')).find(({ facts }) => facts.subject_id === request),
  )
  await eventually('the mail', async () =>
    mails.some(({ to, text }) => to === 'admin@platform.test' && text.includes(alert.id)),
  )
  expect(mails.some(({ to, text }) => to === 'ops@platform.test' && text.includes(alert.id))).toBe(false)
  const { body } = await ops.get(`/v1/entities/alert/${alert.id}`)
  expect(body.related).toMatchObject([{ kind: 'request', id: request }])
  const rejected = await admin.post(`/v1/requests/${request}/reject`, { reason: 'not this one' })
  expect(rejected.body).toMatchObject({ state: 'rejected' })
  await eventually('the end', async () =>
    (await alertsOf(ops, 'kernel.approval_expiring', 'over')).some((one) => one.id === alert.id),
  )
}, 120_000)

test('K-20 K-47 an emergency pages everybody who may agree until somebody has, and break-glass every other administrator until it is reviewed', async () => {
  const second = await product.as('transfers/ADMIN-2', { email: 'admin-2@platform.test' })
  const third = await product.as('transfers/ADMIN', { sub: 'admin-3', email: 'admin-3@platform.test' })
  for (const one of [second, third]) expect((await one.get('/v1/me')).status).toBe(200)
  await changePolicy(product, [returnRule()], [admin.id])
  const party = await seededParties(product)
  const freeze = async (how: object) => {
    const target = { kind: 'party', id: party() }
    const path = '/v1/actions/transfers.freeze_entity'
    const { preview_digest } = (await admin.post(`${path}/preview`, { target, input: {} })).body
    const reason = { code: 'fraud_suspected', note: 'It drains' }
    return (await admin.post(path, { target, input: {}, reason, preview_digest, ...how })).body.id as string
  }
  const about = async (kind: string, request: string, state = 'open') =>
    (await alertsOf(second, kind, state)).find(({ facts }) => facts.subject_id === request)
  const mailed = (to: string, id: string) => mails.some((mail) => mail.to === to && mail.text.includes(id))

  /** As the console does: what was shown is what is confirmed. */
  const seeTo = async (by: Client, action: string, id: string, input = {}) => {
    const body = { target: { kind: 'alert', id }, input, reason: { code: 'known', note: 'Looked at it' } }
    const { preview_digest } = (await by.post(`/v1/actions/kernel.${action}/preview`, body)).body
    const { status, body: answer } = await by.post(`/v1/actions/kernel.${action}`, {
      ...body,
      preview_digest,
    })
    return { status, code: answer.code }
  }

  const emergency = await freeze({ emergency: true })
  // In the transaction that put it in force: nobody has to wait for anything.
  const inForce = await about('kernel.emergency_in_force', emergency)
  await eventually('the mail', async () => mailed('admin-2@platform.test', inForce?.id ?? '?'))
  expect(mailed('admin@platform.test', inForce?.id ?? '?')).toBe(false)
  // Neither by who did it alone, nor by who may not answer it.
  for (const one of [admin, ops]) {
    expect(await seeTo(one, 'acknowledge_alert', inForce?.id ?? '')).toEqual({
      status: 409,
      code: 'own_alert',
    })
    expect(await seeTo(one, 'silence_alert', inForce?.id ?? '', { hours: 168 })).toEqual({
      status: 409,
      code: 'own_alert',
    })
  }
  await second.post(`/v1/requests/${emergency}/reject`, { reason: 'No' })
  expect(await about('kernel.emergency_in_force', emergency)).toBeUndefined()

  const broken = await freeze({ break_glass: true })
  const used = await about('kernel.break_glass_used', broken)
  // By name, whoever did it and to whom; the mail names neither.
  const whom = (await second.get(`/v1/requests/${broken}`)).body.target.title
  expect(whom).toEqual(expect.stringMatching(/\w/))
  const { body: record } = await second.get(`/v1/entities/alert/${used?.id}`)
  for (const { title } of [used ?? { title: '' }, record]) {
    expect(title).toBe(`transfers/ADMIN broke the glass: Freeze (${whom}) was carried out without approval`)
  }
  expect(record.related).toEqual([expect.objectContaining({ id: broken, title: `Freeze: ${whom}` })])
  const subject = await second.get(`/v1/entities/request/${broken}`)
  expect(subject.body.title).toBe(`Freeze: ${whom}`)
  // The gravest stand first, however long they have been there.
  await product.superuser.query(
    `SELECT kernel.raise_alert('kernel.upstream_failing', 'none', 'transfers', '{"upstream": "none"}', false, NULL)`,
  )
  const ranks = { critical: 0, high: 1, medium: 2, low: 3 }
  const severities = (await second.get('/v1/alerts?limit=200')).body.alerts as {
    severity: keyof typeof ranks
  }[]
  const ranked = severities.map(({ severity }) => ranks[severity])
  expect(ranked).toEqual(ranked.toSorted())
  expect(new Set(ranked).size).toBeGreaterThan(1)
  const paged = await second.get('/v1/alerts?limit=1')
  const next = await second.get(`/v1/alerts?limit=200&cursor=${encodeURIComponent(paged.body.next_cursor)}`)
  expect(next.body.alerts).toHaveLength(ranked.length - 1)
  for (const other of ['admin-2@platform.test', 'admin-3@platform.test']) {
    await eventually(`the mail to ${other}`, async () => mailed(other, used?.id ?? '?'))
  }
  expect(mailed('admin@platform.test', used?.id ?? '?')).toBe(false)
  expect(await seeTo(admin, 'acknowledge_alert', used?.id ?? '')).toEqual({ status: 409, code: 'own_alert' })
  expect(await seeTo(second, 'silence_alert', used?.id ?? '', { hours: 2 })).toMatchObject({ status: 200 })
  expect(await seeTo(second, 'acknowledge_alert', used?.id ?? '')).toMatchObject({ status: 200 })
  const review = await second.post('/v1/actions/kernel.review_break_glass', {
    target: { kind: 'request', id: broken },
    ...{ input: {}, reason: { code: 'justified', note: 'Looked at the ledger' } },
    preview_digest: (
      await second.post('/v1/actions/kernel.review_break_glass/preview', {
        ...{ target: { kind: 'request', id: broken }, input: {} },
        reason: { code: 'justified', note: 'Looked at the ledger' },
      })
    ).body.preview_digest,
  })
  expect(review.status).toBe(200)
  await eventually('the end', async () => (await about('kernel.break_glass_used', broken)) === undefined)
}, 120_000)

test('K-47 who may set the roster, and who is on call now', async () => {
  const always = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '00:00' }]
  const entries = [{ person: ops.id, order: 1, zone: 'Europe/Berlin', hours: always }]
  const set = (by: Client, input: object) =>
    act(by, 'change_roster', 'transfers', 'shift_plan', input, 'roster')
  expect((await set(ops, { entries })).status).toBe(403)
  const wrong = await set(admin, { entries: [{ ...entries[0], zone: 'Berlin' }] })
  expect(wrong).toMatchObject({ status: 400, body: { errors: [{ field: 'input.entries.0.zone' }] } })
  expect((await set(admin, { entries })).status).toBe(200)
  const { body } = await ops.get('/v1/rosters')
  expect(body.rosters).toMatchObject([{ console: 'transfers', entries, on_call: [ops.id] }])
  // Hours that never end begin anew each day.
  const [{ people, next_on_call }] = body.rosters
  expect(next_on_call).toMatchObject({ person: ops.id })
  expect(Date.parse(next_on_call.at) - Date.now()).toBeLessThanOrEqual(25 * 3_600_000)
  expect(people.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining([ops.id, admin.id]))
  expect(people.find(({ id }: { id: string }) => id === ops.id)?.name).toBe('transfers/OPS')
  expect((await admin.get('/v1/entities/roster/transfers')).body).toMatchObject({ state: 'revision 1' })

  // Nobody now: whose hours begin next is said, by a clock on the wall where they are.
  const ahead = (days: number) => {
    const at = new Date(Date.now() + days * 86_400_000)
    const day = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][at.getUTCDay()]
    return { day, date: at.toISOString().slice(0, 10) }
  }
  const on = (day: string | undefined, from: string) => [{ days: [day], from, to: '23:59' }]
  const later = [
    { person: ops.id, order: 1, zone: 'UTC', hours: on(ahead(3).day, '09:00') },
    { person: admin.id, order: 2, zone: 'Asia/Tokyo', hours: on(ahead(2).day, '18:30') },
  ]
  expect((await set(admin, { entries: later })).status).toBe(200)
  const [after] = (await ops.get('/v1/rosters')).body.rosters
  expect(after).toMatchObject({
    on_call: [],
    next_on_call: { person: admin.id, at: `${ahead(2).date}T09:30:00.000Z` },
  })
  expect((await set(admin, { entries })).status).toBe(200)
  expect((await admin.get('/v1/entities/roster/nowhere')).status).toBe(404)
}, 60_000)

test('K-47 bad parameters are refused by name; a machine answers no alert', async () => {
  expect((await ops.get('/v1/alerts?state=gone')).body).toMatchObject({
    status: 400,
    errors: [{ field: 'state' }],
  })
  expect((await ops.get('/v1/alerts?cursor=xyz')).body).toMatchObject({ errors: [{ field: 'cursor' }] })
  expect((await ops.get('/v1/alerts?limit=1000')).body).toMatchObject({ errors: [{ field: 'limit' }] })
  expect((await ops.get('/v1/entities/alert/transfers.nothing')).status).toBe(404)
  const machine = await product.as('transfers/OPS', { sub: 'robot', azp: 'robot', client_id: 'robot' })
  expect((await act(machine, 'acknowledge_alert', 'transfers.nothing', 'seen_to')).status).toBe(403)
})

test('K-20 K-47 nobody silences or acknowledges what a security event tells of them, with whichever of their accounts', async () => {
  const first = await product.as('transfers/ADMIN', { sub: 'ada', email: 'ada@platform.test' })
  const ben = await product.as('transfers/ADMIN', { sub: 'ben', email: 'ben@platform.test' })
  for (const somebody of [first, ben]) await somebody.get('/v1/me')
  const second = await product.as('transfers/ADMIN', { sub: 'second', email: 'ada@platform.test' })
  await second.get('/v1/me')
  const joined = async () =>
    (await alertsOf(admin, 'kernel.security_event')).find(({ facts }) => facts.event === 'ACCOUNTS_JOINED')
  const id = (await joined())?.id ?? ''
  expect(JSON.stringify(await joined())).not.toContain('second')
  // The same account with somebody else's address, while nobody has seen to it: it is about them too.
  const again = await product.as('transfers/ADMIN', { sub: 'second', email: 'ben@platform.test' })
  await again.get('/v1/me')
  for (const involved of [first, second, ben]) {
    for (const [action, input] of [
      ['silence_alert', { hours: 168 }],
      ['acknowledge_alert', {}],
    ] as const) {
      const refused = await act(
        involved,
        action,
        id,
        action === 'silence_alert' ? 'maintenance' : 'seen_to',
        input,
      )
      expect([refused.status, refused.body.code], `${involved.id} ${action}`).toEqual([409, 'own_alert'])
    }
  }
  expect((await joined())?.id).toBe(id)
  expect((await act(admin, 'acknowledge_alert', id, 'seen_to')).status).toBe(200)
}, 120_000)

test('K-47 K-33 while the log is halted and nothing else is changed, what says so is acknowledged', async () => {
  await product.stopWorker()
  await product.database
    .pool('signer')
    .query(`SELECT kernel.record_audit_halt(true, 'rollback', 'Fewer entries than were signed', NULL, NULL)`)
  const alert = (await alertsOf(ops, 'kernel.audit_halted'))[0]
  if (!alert) throw new Error('the halt has raised no alert')
  await eventually('that it is read-only', async () => {
    const silenced = await act(ops, 'silence_alert', alert.id, 'known', { hours: 1 })
    return silenced.body.code === 'read_only' && silenced
  })
  expect((await act(ops, 'acknowledge_alert', alert.id, 'seen_to')).status).toBe(200)
  expect((await alertsOf(ops, 'kernel.audit_halted'))[0]).toMatchObject({
    state: 'acknowledged',
    acknowledged_by: ops.id,
  })
})
