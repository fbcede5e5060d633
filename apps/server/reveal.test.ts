import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import { countersignedReturns } from '@countersign/testkit/countersigned-returns.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { startServerProcess } from '@countersign/testkit/server-process.ts'
import { upstreamInFront } from '@countersign/testkit/upstream-in-front.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const REVEALED_FOR_S = 300

let product: Product
let compliance: Client
/** A person of the seeded world, and a transfer of theirs. */
let party: { id: string; name: string; date_of_birth: string }
let transfer: { id: string; account: string }

beforeAll(async () => {
  product = await startProduct()
  compliance = await product.as('transfers/COMPLIANCE')
  const { parties } = await product.upstream('/compliance/parties?limit=200')
  const { transfers } = await product.upstream('/cts/transfers?limit=200')
  const theirs = transfers.find(
    ({ originator }: { originator: { kind?: string } }) => originator.kind === 'person',
  )
  party = parties.find(({ id }: { id: string }) => id === theirs.originator.party_id)
  transfer = { id: theirs.id, account: theirs.originator.account }
  await eventually('the party to be known', async () => {
    const { rows } = await product.superuser.query('SELECT FROM transfers.party WHERE id = $1', [party.id])
    return rows.length > 0
  })
}, 120_000)
afterAll(() => product?.close())

const reveal = (by: Client, kind: 'party' | 'transfer', id: string, field: string) =>
  by.post(`/v1/actions/transfers.reveal_${kind}`, {
    target: { kind, id },
    input: { field },
    reason: { code: 'customer_contact' },
  })
const revealed = (by: Client, kind = 'party', id = party.id) => by.get(`/v1/entities/${kind}/${id}/revealed`)

test('K-30 K-31 one field is revealed by a governed action, to one person, for five minutes, and each look at it is recorded', async () => {
  const record = await compliance.get(`/v1/entities/party/${party.id}`)
  expect(record.body.personal.map(({ path }: { path: string }) => path)).toEqual(['name', 'date_of_birth'])
  expect(record.text).not.toContain(party.name)
  expect((await revealed(compliance)).body).toEqual({ fields: [] })

  const asked = await reveal(compliance, 'party', party.id, 'name')
  expect([asked.status, asked.body.state]).toEqual([200, 'executed'])
  expect(asked.text).not.toContain(party.name)
  const { body, headers } = await revealed(compliance)
  expect(body.fields).toEqual([{ path: 'name', value: party.name, until: expect.any(String) }])
  const lasts = Date.parse(body.fields[0].until) - Date.now()
  expect(lasts).toBeLessThanOrEqual(REVEALED_FOR_S * 1000)
  expect(lasts).toBeGreaterThan((REVEALED_FOR_S - 60) * 1000)
  expect(headers.get('cache-control')).toContain('no-store')
  // The record itself is as redacted as ever, and nobody else sees more of it.
  expect((await compliance.get(`/v1/entities/party/${party.id}`)).text).not.toContain(party.name)
  for (const other of ['transfers/COMPLIANCE-2', 'transfers/OPS', 'transfers/ADMIN', 'kernel/auditor']) {
    expect((await revealed(await product.as(other))).body, other).toEqual({ fields: [] })
  }

  const admin = await product.as('transfers/ADMIN')
  const { body: log } = await admin.get(`/v1/audit?target=party/${party.id}&actor=${compliance.id}`)
  const kinds = log.entries.map(({ kind, action }: { kind: string; action: string }) => `${kind} ${action}`)
  expect(kinds.filter((kind: string) => kind === 'reveal transfers.reveal_party')).toHaveLength(1)
  expect(kinds).toContain('action transfers.reveal_party')
})

test('K-30 a reveal ends by itself, by the database’s clock, and with the permission', async () => {
  const before = async (seconds: number, field: string, sub: string) => {
    const stream = `transfers.party_reveal/${party.id}`
    await product.superuser.query(
      `WITH next AS (INSERT INTO kernel.stream AS s (stream, version) VALUES ($1, 1)
                     ON CONFLICT (stream) DO UPDATE SET version = s.version + 1 RETURNING version)
       INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, actor_id, refs, payload,
                                 occurred_at, recorded_at)
       SELECT gen_random_uuid(), $1, version, 'transfers.party_reveal.granted', 1, 'countersign', $4, '{}',
              jsonb_build_object('field', $2::text), clock_timestamp(), clock_timestamp() - make_interval(secs => $3)
         FROM next`,
      [stream, field, seconds, sub],
    )
  }
  const person = await product.as('transfers/COMPLIANCE-2')
  await before(REVEALED_FOR_S + 1, 'name', person.id)
  await before(REVEALED_FOR_S - 30, 'date_of_birth', person.id)
  expect((await revealed(person)).body.fields).toMatchObject([
    { path: 'date_of_birth', value: party.date_of_birth },
  ])
  const demoted = await product.as('transfers/COMPLIANCE-2', { roles: ['transfers/OPS'] })
  expect(demoted.id).toBe(person.id)
  expect((await revealed(demoted)).body).toEqual({ fields: [] })
})

test('K-30 who may not reveal learns nothing; what is no personal data of the record is refused by name', async () => {
  const machine = { sub: 'batch', azp: 'batch', gty: 'client-credentials', roles: ['transfers/COMPLIANCE'] }
  for (const [persona, claims] of [
    ['transfers/OPS', {}],
    ['kernel/auditor', {}],
    ['platform/PLATFORM_ADMIN', {}],
    ['transfers/COMPLIANCE', machine],
  ] as const) {
    const refused = await reveal(await product.as(persona, claims), 'party', party.id, 'name')
    expect(refused.status, persona).toBe(403)
    expect(refused.text).not.toContain(party.name)
  }
  const wrong = await reveal(compliance, 'party', party.id, 'country')
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([400, 'input.field'])
  const { body } = await compliance.get('/v1/search?q=Larkspur')
  const parties = body.groups.find(({ kind }: { kind: string }) => kind === 'party')
  const company = parties.hits[0].id
  const none = await reveal(compliance, 'party', company, 'name')
  expect(none.status).toBe(400)
  expect(
    (
      await compliance.post('/v1/actions/transfers.reveal_party', {
        target: { kind: 'party', id: party.id },
        input: { field: 'name' },
      })
    ).status,
  ).toBe(400)
})

test('K-30 case 20: where the audit entry of a reveal cannot be written, nothing is revealed', async () => {
  const id = transfer.id
  const field = 'originator.account'
  const failing = async (kind: string, doing: () => Promise<void>) => {
    // The strongest lock first: two that are taken one after the other could meet with a writer between them.
    await product.superuser.query(
      `LOCK TABLE kernel.audit_entry IN ACCESS EXCLUSIVE MODE;
       CREATE FUNCTION public.refuse_entry() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'the disk of the audit log is full' USING ERRCODE = 'disk_full'; END $$;
       CREATE TRIGGER refuse_entry BEFORE INSERT ON kernel.audit_entry
         FOR EACH ROW WHEN (NEW.kind = '${kind}' AND NEW.action = 'transfers.reveal_transfer')
         EXECUTE FUNCTION public.refuse_entry();
       ALTER TABLE kernel.audit_entry ENABLE ALWAYS TRIGGER refuse_entry`,
    )
    try {
      await doing()
    } finally {
      await product.superuser.query(
        'DROP TRIGGER refuse_entry ON kernel.audit_entry; DROP FUNCTION public.refuse_entry()',
      )
    }
  }
  const nothing = async (text: string) => {
    expect(text).not.toContain(transfer.account)
  }
  // The entry of the action: there is no reveal.
  await failing('action', async () => {
    const asked = await reveal(compliance, 'transfer', id, field)
    expect(asked.status).toBeGreaterThanOrEqual(500)
    await nothing(asked.text)
  })
  expect((await revealed(compliance, 'transfer', id)).body).toEqual({ fields: [] })
  // The entry of the look: it is not shown.
  expect((await reveal(compliance, 'transfer', id, field)).body.state).toBe('executed')
  await failing('reveal', async () => {
    const looked = await revealed(compliance, 'transfer', id)
    expect(looked.status).toBeGreaterThanOrEqual(500)
    await nothing(looked.text)
  })
  expect((await revealed(compliance, 'transfer', id)).body.fields).toMatchObject([
    { value: transfer.account },
  ])
})

test('K-30 a planted value is nowhere in clear: no answer, no stream, no export, no table', async () => {
  const planted = [party.name, transfer.account]
  const auditor = await product.as('kernel/auditor')
  const returns = await countersignedReturns(product)
  await returns.ask()
  // Each with what stands in it when it is really read: a refusal has nothing personal in it either.
  const paths: [Client, string, string][] = [
    [compliance, `/v1/entities/party/${party.id}`, party.id],
    [compliance, `/v1/entities/party/${party.id}/timeline?limit=200`, 'transfers.party_reveal.granted'],
    [compliance, `/v1/entities/transfer/${transfer.id}`, transfer.id],
    [compliance, `/v1/entities/transfer/${transfer.id}/timeline?limit=200`, '"entries"'],
    [compliance, '/v1/queues/transfers.returns/items?limit=200', '"items"'],
    [compliance, '/v1/queues/transfers.exceptions/items?limit=200', '"items"'],
    [compliance, '/v1/queues/transfers.compliance/items?limit=200', '"items"'],
    [compliance, `/v1/search?q=${encodeURIComponent(party.name)}`, party.id],
    [compliance, '/v1/requests?limit=200', party.id],
    [compliance, '/v1/approvals', '"sources"'],
    [compliance, '/v1/alerts', '"alerts"'],
    [compliance, '/v1/dead-letters', '"kinds"'],
    [auditor, '/metrics', 'countersign_'],
    [auditor, '/v1/audit?limit=200', party.id],
    [auditor, '/v1/audit/export?format=json', party.id],
    [auditor, '/v1/audit/export?format=csv', party.id],
  ]
  for (const [client, path, present] of paths) {
    const { status, text } = await client.get(path)
    expect.soft([status, text.includes(present)], `${path}: ${text.slice(0, 300)}`).toEqual([200, true])
    for (const value of planted) expect(text.includes(value), `${value} in ${path}`).toBe(false)
  }
  // Up to the last change of this person that has happened: it is one that this reader hears of.
  const { rows: last } = await product.superuser.query(
    'SELECT max(position) AS position FROM kernel.ordered_event WHERE $1 = ANY (refs)',
    [`party/${party.id}`],
  )
  const through = Number(last[0].position)
  expect(through).toBeGreaterThan(0)
  const stopping = new AbortController()
  const stream = await fetch(`${product.url}/v1/stream`, {
    headers: { authorization: `Bearer ${compliance.token}`, 'last-event-id': '0' },
    signal: stopping.signal,
  })
  let heard = ''
  for await (const chunk of stream.body ?? []) {
    heard += Buffer.from(chunk).toString()
    const ids = heard.match(/(?<=^id: )\d+(?=\n)/gm) ?? []
    // The greeting is not news: it only says how far the feed has come.
    if (ids.length > 1 && Number(ids.at(-1)) >= through) break
  }
  stopping.abort()
  expect(heard).toContain(party.id)
  for (const value of planted) expect(heard.includes(value)).toBe(false)

  const { rows: tables } = await product.superuser.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
  )
  for (const { name } of tables) {
    const { rows } = await product.superuser.query(
      `SELECT FROM ${name} AS t WHERE EXISTS (SELECT FROM unnest($1::text[]) AS v WHERE strpos(t::text, v) > 0) LIMIT 1`,
      [planted],
    )
    expect(rows, name).toEqual([])
  }
  // Binary columns stand as hexadecimal: the leaves of the log.
  const { rows: leaves } = await product.superuser.query(
    `SELECT FROM kernel.audit_entry WHERE EXISTS (SELECT FROM unnest($1::text[]) AS v
       WHERE position(convert_to(v, 'UTF8') IN canonical) > 0)`,
    [planted],
  )
  expect(leaves).toEqual([])
}, 120_000)

test('K-30 O-05 no log line has a planted value: not of a search, a unique violation, a value that a column cannot hold, an event of another schema, an upstream that refuses or garbles', async () => {
  const planted = 'Wolfram Achterberg'
  const account = 'GB33BUKB20201555555555'
  const returns = await countersignedReturns(product)
  const garbled = returns.take()
  // CTS as it is, but that every return is refused in these words, and one transfer is answered in them.
  const words = `${planted} ${account} has left`
  const cts = await upstreamInFront(product, 'cts', ({ method, path }) => {
    if (path.endsWith(`/transfers/${garbled}`)) return { status: 200, body: words }
    return method === 'POST' && path.includes('/return')
      ? { status: 422, body: { code: 'refused', title: words, detail: words } }
      : undefined
  })
  await product.stopWorker()
  const worker = product.spawnWorker({ UPSTREAM_URL_CTS: cts.url })
  const server = await startServerProcess(product, { LOG_LEVEL: 'trace', UPSTREAM_URL_CTS: cts.url })
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${compliance.token}`, ...init.headers },
    })
  try {
    expect((await call(`/v1/search?q=${encodeURIComponent(planted)}`)).status).toBe(200)

    // Two rows of one name; a text where a date is meant.
    await product.superuser.query(
      `CREATE TABLE public.planted (name text PRIMARY KEY);
       CREATE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
         $$ BEGIN
              IF NEW.id = '${party.id}' THEN INSERT INTO public.planted VALUES ('${planted}'), ('${planted}'); END IF;
              PERFORM '${planted}'::date;
              RETURN NEW;
            END $$;
       CREATE TRIGGER fault BEFORE INSERT ON kernel.note FOR EACH ROW EXECUTE FUNCTION public.fault()`,
    )
    for (const of of [`party/${party.id}`, `transfer/${transfer.id}`]) {
      const failed = await call(`/v1/entities/${of}/notes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `planted-${of}` },
        body: JSON.stringify({ text: planted }),
      })
      expect(failed.status).toBe(500)
    }
    await product.superuser.query('DROP TRIGGER fault ON kernel.note')

    const odd = { id: planted, version: planted, kind: planted, name: planted, date_of_birth: account }
    for (const body of [
      JSON.stringify([
        { id: planted, type: 'party.updated', data: odd },
        { id: 'e', type: planted },
      ]),
      `{"name": "${planted}", `,
    ]) {
      const told = await call('/v1/ingest/compliance', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'countersign-signature': signatureHeader(
            Buffer.from(body),
            product.webhookSecrets.compliance[0],
            new Date(),
          ),
        },
        body,
      })
      expect(told.status).toBe(202)
    }
    // The last copy that could be read, which says that it is that.
    const shown = await call(`/v1/entities/transfer/${garbled}`)
    expect(shown.status).toBe(200)
    const answered = await shown.text()
    expect(JSON.parse(answered).stale.reason).toContain('cts cannot be read now')
    expect(answered).not.toContain(planted)

    const { id } = await returns.authorise()
    const ended = await returns.reaches(id, 'failed')
    expect(ended.state).toBe('failed')
  } finally {
    await server.stop()
    worker.signal('SIGTERM')
    await worker.ended
    cts.close()
    product.startWorker()
  }
  const lines = [...server.said, ...worker.said]
  expect(server.said.filter((line) => line.includes('a fault of ours'))).toHaveLength(2)
  expect(server.said.some((line) => line.includes('"23505"'))).toBe(true)
  expect(server.said.some((line) => line.includes('"22007"'))).toBe(true)
  for (const value of ['Wolfram', 'Achterberg', account, party.name]) {
    expect(
      lines.filter((line) => line.includes(value)),
      value,
    ).toEqual([])
  }
}, 120_000)
