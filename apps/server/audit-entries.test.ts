import { openBrowser } from '@countersign/testkit/browser.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const START_TIMEOUT_MS = 120_000
const AGENT = { 'user-agent': 'TestBrowser/4.2 (of the test)' }

let product: Product
let admin: Client
let compliance: Client
let ops: Client

beforeAll(async () => {
  product = await startProduct({ webhooks: false, issuer: true })
  admin = await product.as('transfers/ADMIN', { name: 'Amara Okafor' })
  compliance = await product.as('transfers/COMPLIANCE')
  ops = await product.as('transfers/OPS')
}, START_TIMEOUT_MS)
afterAll(() => product?.close())

type Stored = {
  kind: string
  action: string | null
  roles: string[]
  ip: string | null
  agent: string | null
}

/** Entries with a request of HTTP, with the values that are kept beside them. */
async function storedEntries(): Promise<Stored[]> {
  const { rows } = await product.superuser.query<Stored>(
    `SELECT e.kind, e.action, e.actor_roles AS roles, p."values" #>> '{ip_address,value}' AS ip,
            p."values" #>> '{user_agent,value}' AS agent
       FROM kernel.audit_entry e LEFT JOIN kernel.audit_personal p USING (entry_id)
      WHERE e.http_request_id IS NOT NULL AND NOT e.actor_id LIKE 'system:dispatcher%'`,
  )
  return rows
}

test(
  'K-31 every entry made over HTTP says from where: address and user agent, whatever its kind',
  async () => {
    const parties = await seededParties(product)
    const asked = await compliance.post(
      '/entity/freeze',
      { entityId: parties(), reason: 'fraud_suspected' },
      AGENT,
    )
    expect(asked.status).toBe(202)
    const { digest } = (await admin.get(`/v1/requests/${asked.body.id}`, AGENT)).body
    expect((await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest }, AGENT)).status).toBe(200)
    const returns = await seededReturns(product)
    const { id, code } = returns()
    const second = await ops.post('/returns', { transferId: id, reason: code }, AGENT)
    await ops.post(`/v1/requests/${second.body.id}/cancel`, { reason: 'not needed' }, AGENT)
    // Refused at the door, a member that nobody asked for, and one's own request.
    await compliance.post('/returns', { transferId: id, reason: code }, AGENT)
    await ops.post('/v1/actions/transfers.return_transfer', { state: 'executed' }, AGENT)
    await admin.get('/v1/audit/export?format=csv', AGENT)
    const browser = openBrowser(product.url)
    await browser.signIn('transfers/OPS')
    await browser.send('POST', '/auth/logout', undefined, AGENT)

    const entries = await storedEntries()
    const kinds = new Set(entries.map(({ kind }) => kind))
    for (const kind of ['action', 'approval', 'denial', 'security', 'export', 'sign_in', 'sign_out']) {
      expect(kinds, kind).toContain(kind)
    }
    for (const entry of entries) {
      expect(entry, `${entry.kind} ${entry.action}`).toMatchObject({ ip: '127.0.0.1' })
      // The browser of the test signs in by itself; everything else was asked for with this one.
      const expected = entry.kind === 'sign_in' ? /./ : /^TestBrowser\/4\.2 \(of the test\)$/
      expect(entry.agent, `${entry.kind} ${entry.action}`).toMatch(expected)
    }
  },
  START_TIMEOUT_MS,
)

test('K-31 K-34 an export is recorded with the roles of who made it, and a filter by text is honoured', async () => {
  await ops.post('/v1/actions/transfers.freeze_entity', {})
  await ops.post('/v1/actions/transfers.unfreeze_entity', {})
  // The entry of the export itself holds the text that was looked for; it is no denial.
  const denials = '/v1/audit/export?kind=denial'
  const answer = await admin.get(`${denials}&format=json&text=TRANSFERS.Freeze_entity`)
  expect(answer.status).toBe(200)
  const { entries } = answer.body as { entries: { detail?: Record<string, unknown> }[] }
  expect(entries.length).toBeGreaterThan(0)
  for (const { detail } of entries) {
    expect(detail).toMatchObject({ affected_resource: expect.stringContaining('transfers.freeze_entity') })
  }
  const all = (await admin.get(`${denials}&format=json`)).body as { entries: unknown[] }
  expect(all.entries.length).toBeGreaterThan(entries.length)
  const csv = (await admin.get(`${denials}&format=csv&text=transfers.freeze_entity`)).text
  expect(csv.trimEnd().split('\r\n')).toHaveLength(1 + entries.length)

  const { body } = await admin.get('/v1/audit?kind=export&text=TRANSFERS.Freeze_entity')
  expect(body.entries[0]).toMatchObject({
    actor: { id: admin.id, roles: ['transfers/ADMIN'] },
    action: 'audit.export',
    detail: { format: 'csv', filter: { kind: 'denial', text: 'transfers.freeze_entity' } },
  })
})

test('K-34 the explorer says what who acted is called, beside the id; an export does not', async () => {
  await admin.get('/v1/audit/export?format=csv')
  const { body } = await admin.get('/v1/audit?kind=export&limit=1')
  expect(body.entries[0].actor).toMatchObject({ id: admin.id, name: 'Amara Okafor' })
  const one = await admin.get(`/v1/audit/${body.entries[0].id}`)
  expect(one.body.actor).toMatchObject({ id: admin.id, name: 'Amara Okafor' })
  const searched = await admin.get('/v1/audit?text=audit.export&limit=1')
  expect(searched.body.entries[0].actor.name).toBe('Amara Okafor')
  for (const format of ['csv', 'json']) {
    expect((await admin.get(`/v1/audit/export?format=${format}`)).text).not.toContain('Okafor')
  }
})

test(
  'K-31 who looks at a sensitive record is recorded before it is shown; other records are read without',
  async () => {
    const { hits } = await product.upstream('/compliance/hits?limit=3')
    const [first, second] = hits as { id: string; screened_name: string }[]
    if (!first || !second) throw new Error('the seeded world has no hits')
    const readsOf = async () =>
      (await admin.get('/v1/audit?kind=read&action=kernel.read_record')).body.entries as {
        actor: { id: string; roles: string[] }
        target: { kind: string; id: string }
        user_agent: string
      }[]
    expect(await readsOf()).toEqual([])

    const shown = await compliance.get(`/v1/entities/hit/${first.id}`, AGENT)
    expect(shown.body.data.screened_name).toBe(first.screened_name)
    const parties = await seededParties(product)
    expect((await compliance.get(`/v1/entities/party/${parties()}`)).status).toBe(200)
    expect((await compliance.get('/v1/entities/hit/there-is-none')).status).toBe(404)
    expect(await readsOf()).toMatchObject([
      {
        actor: { id: compliance.id, roles: ['transfers/COMPLIANCE'] },
        target: { kind: 'hit', id: first.id },
        outcome: 'allowed',
        user_agent: 'TestBrowser/4.2 •',
      },
    ])

    // Many at once: each has its entry, and none waits for another.
    const many = await Promise.all(
      Array.from({ length: 40 }, () => compliance.get(`/v1/entities/hit/${second.id}`)),
    )
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200]))
    const found = await eventually('the entries', async () => {
      const { rows } = await product.superuser.query(
        `SELECT FROM kernel.audit_entry WHERE kind = 'read' AND target_id = $1`,
        [second.id],
      )
      return rows.length
    })
    expect(found).toBe(40)

    // Where the reading cannot be recorded, nothing is shown.
    await product.superuser.query(
      "ALTER TABLE kernel.audit_entry ADD CONSTRAINT broken CHECK (kind <> 'read') NOT VALID",
    )
    try {
      const refused = await compliance.get(`/v1/entities/hit/${first.id}`)
      expect(refused.status).toBe(500)
      expect(refused.text).not.toContain(first.screened_name)
    } finally {
      await product.superuser.query('ALTER TABLE kernel.audit_entry DROP CONSTRAINT broken')
    }
  },
  START_TIMEOUT_MS,
)
