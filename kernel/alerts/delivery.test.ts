import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type SmallProduct, startSmallProduct } from '@countersign/testkit/small-console.ts'
import type pg from 'pg'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readContext } from '../actions/read-context.ts'
import { submitAction } from '../actions/submit-action.ts'
import { signatureProblem } from '../events/webhook-signature.ts'
import { outgoingAddresses } from '../http/outgoing-address.ts'
import type { Principal } from '../identity/principal.ts'
import { recognise } from '../identity/recognise.ts'
import { english } from '../languages/make-teller.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { DELIVERY_ATTEMPTS_MAX, deliverOnce } from './deliver-alerts.ts'
import { emailChannel } from './email-channel.ts'
import { pageOnce } from './page-alerts.ts'
import { reportAlert, reportOver } from './report-alert.ts'
import type { RosterEntry } from './roster.ts'
import type { AlertChannels } from './send-alert.ts'
import { webhookChannel } from './webhook-channel.ts'

const SECRETS = ['an-old-secret-of-some-length', 'a-new-secret-of-some-length']
/** On call at any hour. */
const ALWAYS = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '00:00' }]
/** Monday, 12:00 in UTC. */
const MONDAY_NOON = new Date('2026-11-16T12:00:00Z')

type Mail = { readonly to: string; readonly text: string }
type Hook = { readonly headers: IncomingHttpHeaders; readonly body: Buffer }

let product: SmallProduct
let superuser: pg.Pool
let porter: Principal
let mails: Mail[]
let hooks: Hook[]
let mailAnswer: () => Error | undefined
let hookStatus: number
let hookPort: number
let email: AlertChannels['email']
let webhook: AlertChannels['webhook']
const closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  product = await startSmallProduct({ class: 'B' })
  superuser = product.database.pool('superuser')
  porter = await personWithAddress('porter')
  await personWithAddress('awa')
  await personWithAddress('jonas')
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(mailAnswer()),
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address).join(),
          // Soft line breaks of quoted-printable (RFC 2045 §6.7) taken out.
          text: Buffer.concat(parts).toString('utf8').replaceAll('=\r\n', ''),
        })
        done()
      })
    },
  })
  await once(smtp.listen(0, '127.0.0.1'), 'listening')
  const { port: smtpPort } = smtp.server.address() as AddressInfo
  closing.push(() => new Promise<void>((closed) => smtp.close(() => closed())))
  email = emailChannel(
    `smtp://127.0.0.1:${smtpPort}`,
    'alerts@countersign.test',
    product.kernels.dispatcher.teller,
  )

  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    hooks.push({ headers: request.headers, body: Buffer.concat(parts) })
    response.writeHead(hookStatus, { location: 'http://169.254.169.254/' }).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closing.push(async () => {
    server.close()
  })
  hookPort = (server.address() as AddressInfo).port
  webhook = hook(hookPort, ['127.0.0.1'])
})
afterAll(async () => {
  for (const close of closing) await close()
  await product?.database.drop()
})
beforeEach(async () => {
  mails = []
  hooks = []
  mailAnswer = () => undefined
  hookStatus = 204
  await superuser.query('TRUNCATE kernel.alert CASCADE')
  await setRoster([{ person: 'porter', order: 1 }])
})

function hook(port: number, privateNetworks: readonly string[]) {
  return webhookChannel({
    url: `http://127.0.0.1:${port}/alerts`,
    secrets: SECRETS,
    addresses: outgoingAddresses(privateNetworks),
    now: () => new Date(),
  })
}

async function personWithAddress(name: string, language?: string): Promise<Principal> {
  const person = await product.person(name, ['hall/PORTER'])
  await recognise(product.kernels.app.pool, {
    ...{ issuer: 'http://issuer.test', subject: name, kind: 'person', assertedAt: new Date() },
    ...{ roles: ['hall/PORTER'], email: `${name}@hall.test`, language },
  })
  return person
}

/** What the worker does, once. */
async function round(channels: AlertChannels = { email, webhook }, now = MONDAY_NOON): Promise<void> {
  const kernel = { ...product.kernels.dispatcher, now: () => now }
  await pageOnce(kernel, channels)
  await deliverOnce({ kernel, channels, holder: 'test', publicUrl: 'https://console.test', random: () => 0 })
}

/** Time passes: whatever waits is due. */
const timePasses = () =>
  superuser.query(
    `UPDATE kernel.alert SET next_page_at = clock_timestamp() WHERE next_page_at IS NOT NULL;
     UPDATE kernel.alert_delivery SET available_at = clock_timestamp(), lease_until = NULL WHERE settled_at IS NULL;
     UPDATE kernel.alert SET silenced_until = clock_timestamp() WHERE silenced_until IS NOT NULL`,
  )

type Raised = { kind: string; key: string; audience: string; lasting: boolean; facts: object }
/** As the rows do from which it follows. */
async function raiseAlert({ kind, key, audience, lasting, facts }: Raised): Promise<string | undefined> {
  const { rows } = await superuser.query<{ id: string | null }>(
    'SELECT kernel.raise_alert($1, $2, $3, $4, $5, NULL) AS id',
    [kind, key, audience, facts, lasting],
  )
  return rows[0]?.id ?? undefined
}
const resolveAlert = (kind: string, key: string) =>
  superuser.query('SELECT kernel.resolve_alert($1, $2)', [kind, key])

const raise = (kind = 'kernel.outcome_unknown', key = 'r1', audience = 'hall') =>
  raiseAlert({
    ...{ kind, key, audience, lasting: true },
    facts: { action: 'hall.open_door', queue: 'hall.errands', subject_kind: 'door', subject_id: '7' },
  })

async function act(name: string, id: string, input: Json, reason: string, by = porter, kind = 'alert') {
  const action = product.kernels.app.actions.get(`kernel.${name}`)
  if (!action) throw new Error(`there is no ${name}`)
  const body = { target: { kind, id }, input, reason: { code: reason } }
  return submitAction(product.kernels.app, {
    ...{ principal: by, action, door: `POST /v1/actions/kernel.${name}`, key: randomUUID() },
    ...{ origin: { httpRequestId: randomUUID(), ip: '127.0.0.1', userAgent: 'test' } },
    ...{ rawBody: body, body, bindsPreview: false },
  })
}

async function setRoster(entries: readonly Partial<RosterEntry>[]) {
  const whole = entries.map((entry) => ({ zone: 'UTC', hours: ALWAYS, ...entry }))
  const changed = await act('change_roster', 'hall', { entries: whole }, 'shift_plan', porter, 'roster')
  if (!changed.ok) throw new Error(english(changed.failure.message))
}

/** The alert's page. */
async function shown(id: string | undefined) {
  const kernel = product.kernels.app
  const entity = kernel.entities.get('alert')
  const reading = await entity?.read(String(id), readContext(kernel))
  if (reading?.status !== 'found') throw new Error(`the alert ${id} is not there`)
  return entity?.present(reading.state)
}

const recipients = () => mails.map(({ to }) => to)
async function stateOf(id: string | undefined) {
  const { rows } = await superuser.query(
    `SELECT acknowledged_by, resolved_at IS NOT NULL AS over, pages FROM kernel.alert WHERE alert_id = $1`,
    [id],
  )
  return rows[0]
}

describe('K-47 whom it reaches, and how', () => {
  test('K-47 it is told by e-mail and webhook: ids and a link, nothing personal, the same id for every attempt', async () => {
    const id = await raise()
    await round()
    expect(recipients()).toEqual(['porter@hall.test'])
    const [mail] = mails
    const { rows } = await superuser.query<{ channel: string; delivery_id: string }>(
      'SELECT channel, delivery_id FROM kernel.alert_delivery',
    )
    const deliveryOf = (channel: string) => rows.find((row) => row.channel === channel)?.delivery_id
    expect(mail?.text).toContain(`Message-ID: <${deliveryOf('email')}@countersign.test>`)
    expect(mail?.text).toContain(`https://console.test/app/entities/alert/${id}`)
    expect(mail?.text).toContain('Subject: [high] Nobody knows whether Open door has happened')

    const [told] = hooks
    expect(told?.headers['countersign-delivery']).toBe(deliveryOf('webhook'))
    for (const secret of SECRETS) {
      const header = String(told?.headers['countersign-signature'])
      expect(signatureProblem(header, told?.body ?? Buffer.of(), [secret], new Date())).toBeUndefined()
    }
    expect(JSON.parse(told?.body.toString() ?? '')).toEqual({
      delivery_id: deliveryOf('webhook'),
      what: 'page',
      page: 1,
      alert: {
        id,
        kind: 'kernel.outcome_unknown',
        severity: 'high',
        audience: 'hall',
        title: 'Nobody knows whether Open door has happened',
        raised_at: expect.stringMatching(/^\d{4}-.*Z$/),
        link: `https://console.test/app/entities/alert/${id}`,
      },
    })
    expect(`${mail?.text}${told?.body}`.replaceAll('porter@hall.test', '')).not.toMatch(/porter/i)
    // Told once.
    await round()
    expect(mails).toHaveLength(1)
    expect(hooks).toHaveLength(1)
  })

  test('X-08 K-47 whoever has a language is written to in it; the webhook is in English', async () => {
    await personWithAddress('porter', 'fr-FR')
    await raise()
    await round()
    await personWithAddress('porter', 'en')
    const text = decodeURIComponent((mails[0]?.text ?? '').replaceAll(/=([0-9A-F]{2})/g, '%$1'))
    expect(text).toContain('Gravité\u00a0: élevée')
    expect(text).toContain('Consulter et prendre en charge\u00a0: https://console.test/app/entities/alert/')
    expect(text).not.toMatch(/Severity|Nobody/)
    expect(JSON.parse(hooks[0]?.body.toString() ?? '').alert.title).toContain('Nobody knows')
  })

  test('K-47 without an acknowledgement the next on the roster is told, then everybody; each step is in the audit log', async () => {
    await setRoster([
      { person: 'jonas', order: 2 },
      { person: 'awa', order: 1 },
    ])
    const id = await raise()
    await round()
    expect(recipients()).toEqual(['awa@hall.test'])
    await timePasses()
    await round()
    expect(recipients()).toEqual(['awa@hall.test', 'jonas@hall.test'])
    await timePasses()
    await round()
    expect(recipients().slice(2).sort()).toEqual(['awa@hall.test', 'jonas@hall.test'])
    const { rows } = await superuser.query(
      `SELECT outcome, convert_from(canonical, 'UTF8')::jsonb #> '{detail,people}' AS people FROM kernel.audit_entry
        WHERE action = 'kernel.alert.page' AND target_id = $1 ORDER BY seq`,
      [id],
    )
    expect(rows).toEqual([
      { outcome: 'paged', people: ['awa'] },
      { outcome: 'paged', people: ['jonas'] },
      { outcome: 'paged', people: ['awa', 'jonas'] },
    ])
  })

  test('K-47 outside everybody’s hours the next in order is told of what is high; what is medium waits for the morning', async () => {
    const office = [{ days: ['mon'], from: '13:00', to: '17:00' }] as RosterEntry['hours']
    await setRoster([{ person: 'awa', order: 1, hours: office }])
    await raise('kernel.queue_late', 'hall.errands')
    await round({ email })
    expect(mails).toEqual([])
    await raise()
    await round({ email })
    expect(mails).toHaveLength(1)
    await timePasses()
    await superuser.query(
      `DELETE FROM kernel.alert_delivery; DELETE FROM kernel.alert WHERE dedupe_key = 'r1'`,
    )
    await round({ email }, new Date('2026-11-16T13:00:00Z'))
    expect(mails.at(-1)?.text).toContain('hall.errands')
  })

  test('K-47 acknowledged, nobody else is told, and what has not been sent is withdrawn', async () => {
    const id = (await raise()) ?? ''
    await pageOnce(product.kernels.dispatcher, { email })
    expect((await act('acknowledge_alert', id, {}, 'seen_to')).ok).toBe(true)
    await timePasses()
    await round()
    expect(mails).toEqual([])
    expect(await stateOf(id)).toEqual({ acknowledged_by: 'porter', over: false, pages: 1 })
    expect(await act('acknowledge_alert', id, {}, 'seen_to')).toMatchObject({
      failure: { code: 'already_acknowledged' },
    })
  })

  test('K-47 what has happened and is over ends by being acknowledged; the same again is a new alert', async () => {
    const event = {
      kind: 'kernel.security_event',
      key: 'X/eve',
      audience: 'audit',
      lasting: false,
      facts: {},
    }
    const id = (await raiseAlert(event)) ?? ''
    expect(await raiseAlert(event)).toBeUndefined()
    expect((await act('acknowledge_alert', id, {}, 'seen_to')).ok).toBe(true)
    expect(await stateOf(id)).toMatchObject({ over: true })
    expect(await raiseAlert(event)).not.toBeUndefined()
  })

  test('K-47 a security event is answered by who reads the audit log, and nobody else', async () => {
    const keeper = await product.person('keeper', ['yard/KEEPER'])
    const event = {
      kind: 'kernel.security_event',
      key: 'X/eve',
      audience: 'audit',
      lasting: false,
      facts: {},
    }
    const id = (await raiseAlert(event)) ?? ''
    expect(await act('acknowledge_alert', id, {}, 'seen_to', keeper)).toMatchObject({
      failure: { code: 'not_your_alert' },
    })
    expect(await stateOf(id)).toMatchObject({ over: false })
  })

  test('K-47 silenced, nobody is told until the end, not even of the same raised anew; then it goes on', async () => {
    const id = (await raise()) ?? ''
    expect(await act('silence_alert', id, {}, 'maintenance')).toMatchObject({
      failure: { fields: [{ field: 'input.hours' }] },
    })
    expect(await act('silence_alert', id, { hours: 169 }, 'maintenance')).toMatchObject({ ok: false })
    expect((await act('silence_alert', id, { hours: 2 }, 'maintenance')).ok).toBe(true)
    await round()
    await resolveAlert('kernel.outcome_unknown', 'r1')
    const again = await raise()
    await round()
    expect(mails).toEqual([])
    await timePasses()
    await round()
    expect(mails).toHaveLength(1)
    expect(mails[0]?.text).toContain(again)
    const { rows } = await superuser.query(
      `SELECT reason_code FROM kernel.audit_entry WHERE action = 'kernel.silence_alert' AND target_id = $1 AND outcome = 'executed'`,
      [id],
    )
    expect(rows).toEqual([{ reason_code: 'maintenance' }])
  })

  test('K-47 escalated by a person, the next one is told at once, whatever the hour', async () => {
    const never = [{ days: ['sun'], from: '13:00', to: '14:00' }] as RosterEntry['hours']
    await setRoster([
      { person: 'porter', order: 1 },
      { person: 'jonas', order: 2, hours: never },
    ])
    const id = (await raise('kernel.queue_late', 'hall.errands')) ?? ''
    await round({ email })
    expect((await act('acknowledge_alert', id, {}, 'seen_to')).ok).toBe(true)
    expect((await act('escalate_alert', id, {}, 'cannot_fix')).ok).toBe(true)
    await round({ email })
    expect(recipients()).toEqual(['porter@hall.test', 'jonas@hall.test'])
  })

  test('K-47 what a console declares itself goes the same way, and so does what nobody declares any more', async () => {
    const { pool } = product.kernels.dispatcher
    await reportAlert(pool, { kind: 'hall.flooded', key: 'k', facts: { depth: 3 } })
    await round({ email })
    expect(mails[0]?.text).toContain('Subject: [critical] The hall is under water: 3 cm')
    await reportAlert(pool, { kind: 'hall.gone', key: 'k', facts: {} })
    await round({ email })
    expect(mails[1]?.text).toContain('Subject: [high] hall.gone')
    await reportOver(pool, { kind: 'hall.flooded', key: 'k' })
    const { rows } = await superuser.query('SELECT kind FROM kernel.alert WHERE resolved_at IS NOT NULL')
    expect(rows).toEqual([{ kind: 'hall.flooded' }])
  })

  test('K-47 over, those who were told hear so', async () => {
    await raise()
    await round()
    await resolveAlert('kernel.outcome_unknown', 'r1')
    await round()
    expect(mails.at(-1)?.text).toContain('Subject: [over] Nobody knows')
    expect(JSON.parse(hooks.at(-1)?.body.toString() ?? '')).toMatchObject({ what: 'resolved' })
  })
})

describe('K-47 what fails on the way', () => {
  test('K-47 what is refused for now is tried again under the same id, then is dead, which is an alert', async () => {
    hookStatus = 503
    await raise()
    await round({ webhook })
    for (let attempt = 1; attempt < DELIVERY_ATTEMPTS_MAX; attempt += 1) {
      // Not before its time.
      await round({ webhook })
      expect(hooks).toHaveLength(attempt)
      await superuser.query('UPDATE kernel.alert_delivery SET available_at = clock_timestamp()')
      await round({ webhook })
    }
    expect(hooks).toHaveLength(DELIVERY_ATTEMPTS_MAX)
    expect(new Set(hooks.map(({ headers }) => headers['countersign-delivery'])).size).toBe(1)
    const { rows } = await superuser.query(
      `SELECT facts FROM kernel.alert WHERE kind = 'kernel.alert_undelivered' AND resolved_at IS NULL`,
    )
    expect(rows).toMatchObject([{ facts: { channel: 'webhook', error: 'http_503' } }])
    // That itself is told to nobody by the way that has failed; it ends when something gets through.
    hookStatus = 200
    await raise('kernel.outcome_unknown', 'r2')
    await round({ webhook })
    expect(hooks).toHaveLength(DELIVERY_ATTEMPTS_MAX + 1)
    const after = await superuser.query(
      `SELECT FROM kernel.alert WHERE kind = 'kernel.alert_undelivered' AND resolved_at IS NULL`,
    )
    expect(after.rowCount).toBe(0)
  })

  test('K-47 a mailbox that is refused for good is not tried again', async () => {
    mailAnswer = () => Object.assign(new Error('no such mailbox'), { responseCode: 550 })
    await raise()
    await round({ email })
    const { rows } = await superuser.query('SELECT outcome, error, attempts FROM kernel.alert_delivery')
    expect(rows).toEqual([{ outcome: 'dead', error: 'smtp_550', attempts: 1 }])
  })

  test('K-47 a process that dies after sending leaves a delivery that another sends under the same id', async () => {
    await raise()
    await pageOnce(product.kernels.dispatcher, { email })
    const lost = product.kernels.dispatcher
    const dying = {
      ...lost,
      pool: Object.assign(Object.create(lost.pool), {
        query: (text: string, values: unknown[]) =>
          text.includes('settle_alert_delivery')
            ? Promise.reject(new Error('killed'))
            : lost.pool.query(text, values),
      }) as pg.Pool,
    }
    const options = { channels: { email }, holder: 'first', publicUrl: 'https://console.test' }
    await expect(deliverOnce({ ...options, kernel: dying })).rejects.toThrow('killed')
    // The lease is the dead one's for a while.
    expect(await deliverOnce({ ...options, kernel: lost, holder: 'second' })).toBe(0)
    await timePasses()
    expect(await deliverOnce({ ...options, kernel: lost, holder: 'second' })).toBe(1)
    const ids = mails.map(({ text }) => /Message-ID: (\S+)/.exec(text)?.[1])
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  test('K-47 two processes tell of it once', async () => {
    await raise()
    await Promise.all([round(), round(), round()])
    expect(mails).toHaveLength(1)
    expect(hooks).toHaveLength(1)
  })

  test('O-15 a webhook in a private network that the configuration does not name is not connected to, nor a redirection followed', async () => {
    await raise()
    await round({ webhook: hook(hookPort, []) })
    expect(hooks).toEqual([])
    const { rows } = await superuser.query('SELECT outcome, error FROM kernel.alert_delivery')
    expect(rows).toEqual([{ outcome: 'dead', error: 'address_not_allowed' }])
    hookStatus = 302
    await raise('kernel.outcome_unknown', 'r2')
    await round({ webhook })
    const redirected = await superuser.query(
      `SELECT error, attempts FROM kernel.alert_delivery WHERE settled_at IS NULL`,
    )
    expect(redirected.rows).toEqual([{ error: 'http_302', attempts: 1 }])
  })

  test('K-47 the alert itself says whom it reached: the webhook alone, people too, or nobody', async () => {
    const id = await raise()
    await round({})
    expect(await shown(id)).toMatchObject({
      data: { told: [], told_channels: [] },
      banners: [{ tone: 'warning' }],
    })
    await timePasses()
    await round({ webhook })
    expect(hooks).toHaveLength(1)
    expect(await shown(id)).toMatchObject({ data: { told: [], told_channels: ['webhook'] }, banners: [] })
    await timePasses()
    await round()
    expect(await shown(id)).toMatchObject({
      data: { told: ['porter'], told_names: ['porter'], told_channels: ['webhook', 'email'] },
    })
  })

  test('K-47 nobody who can be told: that is put down once, and it is on the list all the same', async () => {
    const id = await raise()
    await round({})
    await timePasses()
    await round({})
    const { rows } = await superuser.query(
      `SELECT outcome FROM kernel.audit_entry WHERE action = 'kernel.alert.page' AND target_id = $1`,
      [id],
    )
    expect(rows).toEqual([{ outcome: 'nobody_reached' }])
  })
})

describe('K-47 how often it was told before', () => {
  const told = () => mails.map(({ text }) => /^Told: +(.*?)\r?$/m.exec(text)?.[1])

  test('K-47 only what reached somebody counts, and once is not "1 times"', async () => {
    await raise()
    // Nobody can be told at first, and then the mailbox takes nothing.
    await round({})
    await timePasses()
    mailAnswer = () => Object.assign(new Error('no such mailbox'), { responseCode: 550 })
    await round({ email })
    mailAnswer = () => undefined
    for (const _ of [1, 2, 3]) {
      await timePasses()
      await round({ email })
    }
    expect(told()).toEqual([
      undefined,
      'once before, without an acknowledgement',
      '2 times before, without an acknowledgement',
    ])
  })
})

describe('K-47 the roster', () => {
  test('K-47 while nobody has set one, those who may set one are told', async () => {
    const { rowCount } = await superuser.query(`SELECT FROM kernel.event WHERE stream = 'kernel.roster/hall'`)
    expect(rowCount).toBeGreaterThan(0)
    await superuser.query(
      `ALTER TABLE kernel.event DISABLE TRIGGER USER; DELETE FROM kernel.event WHERE stream = 'kernel.roster/hall'`,
    )
    await raise()
    await round({ email })
    expect(recipients()).toEqual(['awa@hall.test'])
    await superuser.query(`DELETE FROM kernel.stream WHERE stream = 'kernel.roster/hall'`)
  })

  test('K-47 it is versioned, and a change of it is an entry that says who is on call', async () => {
    await setRoster([{ person: 'awa', order: 1 }])
    await setRoster([{ person: 'jonas', order: 1 }])
    const { rows } = await superuser.query<{ person: string }>(
      `SELECT convert_from(canonical, 'UTF8')::jsonb #>> '{detail,entries,0,person}' AS person FROM kernel.audit_entry
        WHERE action = 'kernel.change_roster' AND outcome = 'executed' ORDER BY seq DESC LIMIT 2`,
    )
    expect(rows.map(({ person }) => person)).toEqual(['jonas', 'awa'])
  })

  test('K-47 somebody who holds no role of the console cannot be on it, nor can it be nobody', async () => {
    const entries = [{ person: 'eve', order: 1, zone: 'UTC', hours: ALWAYS }]
    expect(await act('change_roster', 'hall', { entries }, 'swap', porter, 'roster')).toMatchObject({
      failure: { fields: [{ field: 'input.entries.0.person', allowed: expect.arrayContaining(['awa']) }] },
    })
    expect((await act('change_roster', 'hall', { entries: [] }, 'swap', porter, 'roster')).ok).toBe(false)
    expect(await act('change_roster', 'nowhere', { entries }, 'swap', porter, 'roster')).toMatchObject({
      failure: { kind: 'not_found' },
    })
  })
})
