import { randomUUID } from 'node:crypto'
import { verifyDatabase } from '@countersign/kernel/audit/verify-database.ts'
import { projectionsOf } from '@countersign/kernel/console.ts'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import { makeSealer } from '@countersign/kernel/personal-data/sealing.ts'
import { rebuildProjection } from '@countersign/kernel/projections/rebuild-projection.ts'
import { returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declarations } from './declarations.ts'

const ERASE = '/v1/actions/transfers.erase_party'
const NOTE = 'Rang about her mortgage with Fenwick'
const LETTER = Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF')

let product: Product
let compliance: Client
let admin: Client
/** A person of the seeded world with a transfer of theirs. */
let party: { id: string; name: string; country: string }
let transfer: string
let record: string

beforeAll(async () => {
  product = await startProduct()
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
  const { transfers } = await product.upstream('/cts/transfers?limit=200')
  const theirs = transfers.find(
    ({ originator }: { originator: { kind?: string } }) => originator.kind === 'person',
  )
  party = await product.upstream(`/compliance/parties/${theirs.originator.party_id}`)
  transfer = theirs.id
  record = `/v1/entities/party/${party.id}`
  await eventually('the person to be found', async () => (await found()).includes(party.id))
}, 120_000)
afterAll(() => product?.close())

async function found(): Promise<string[]> {
  const { body } = await compliance.get(`/v1/search?limit=50&q=${encodeURIComponent(party.name)}`)
  return body.groups.flatMap(({ hits }: { hits: { id: string }[] }) => hits.map(({ id }) => id))
}

const body = (input: object = { reference: 'DSR-2041' }, id = party.id) => ({
  target: { kind: 'party', id },
  input,
})

async function ask(id = party.id) {
  const { preview_digest } = (await compliance.post(`${ERASE}/preview`, body(undefined, id))).body
  const reason = { code: 'asked_by_person', note: NOTE }
  return compliance.post(ERASE, { ...body(undefined, id), reason, preview_digest })
}

const agree = (request: { id: string; digest: string }, by = admin) =>
  by.post(`/v1/requests/${request.id}/approve`, { digest: request.digest, note: NOTE })

async function attach(): Promise<string> {
  const response = await fetch(`${product.url}${record}/evidence?name=letter.pdf`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${compliance.token}`,
      'content-type': 'application/pdf',
      'idempotency-key': randomUUID(),
    },
    body: new Uint8Array(LETTER),
  })
  const { id } = (await response.json()) as { id: string }
  return id
}

const onEvidence = (action: 'hold' | 'release', id: string, code: string) =>
  compliance.post(`/v1/actions/kernel.${action}_evidence`, {
    target: { kind: 'evidence', id },
    reason: { code, note: 'Doe v. Bank' },
  })

/** As Compliance tells of the person again, by name. */
async function tellAgain(): Promise<void> {
  const { length } = (await product.superuser.query(`SELECT FROM kernel.event`)).rows
  const version = 1_000 + length
  const data = { id: party.id, version, kind: 'person', name: party.name, country: 'US', frozen: false }
  const told = Buffer.from(
    JSON.stringify({
      ...{ id: `evt_${randomUUID()}`, type: 'party.updated', schema_version: 1, sequence: version },
      ...{ occurred_at: '2026-03-02T09:00:00Z', subject: { kind: 'party', id: party.id } },
      ...{ subject_version: version, refs: [], data },
    }),
  )
  const answer = await fetch(`${product.url}/v1/ingest/compliance`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'countersign-signature': signatureHeader(told, product.webhookSecrets.compliance[0], new Date()),
    },
    body: told,
  })
  expect(await answer.json()).toMatchObject({ accepted: 1 })
  await eventually('that to be shown', async () => {
    const { rows } = await product.superuser.query(
      `SELECT bool_and(position = (SELECT position FROM kernel.event_head)) AS done
         FROM kernel.projection WHERE NOT EXISTS (SELECT FROM kernel.event_pending)`,
    )
    return rows[0].done
  })
}

const sealer = () =>
  makeSealer(product.superuser, Buffer.from(String(product.serverEnvironment.SEALING_KEY), 'hex'))

/** The clear texts that can still be had of what was sealed of this person in any event. */
async function readable(): Promise<string[]> {
  const { rows } = await product.superuser.query<{ sealed: string; subject: string }>(
    `SELECT v ->> 'sealed' AS sealed, v ->> 'subject' AS subject
       FROM kernel.event e, jsonb_path_query(e.payload, 'strict $.** ? (@.subject == $who)',
                                             jsonb_build_object('who', $1::text), true) AS v`,
    [`party/${party.id}`],
  )
  expect(rows.length).toBeGreaterThan(1)
  return [...new Set((await sealer().openAll(rows)).values())]
}

test('K-35 what erasing needs: a case number, one who may, and something to erase; no policy does without the second person', async () => {
  const preview = await compliance.post(`${ERASE}/preview`, body({ reference: 'Ms Fenwick’s letter' }))
  expect([preview.status, preview.body.errors[0].field]).toEqual([400, 'input.reference'])
  const ops = await product.as('transfers/OPS')
  expect((await ops.post(`${ERASE}/preview`, body())).status).toBe(403)

  const change = {
    target: { kind: 'approval_policy', id: 'transfers' },
    input: { rules: [returnRule({ action: 'transfers.erase_party', required: 0, eligible_roles: [] })] },
  }
  const alone = await admin.post('/v1/actions/kernel.change_approval_policy/preview', change)
  expect([alone.status, alone.body.errors[0].field]).toEqual([400, 'input.rules.0.required'])

  const asked = await ask()
  expect([asked.status, asked.body.state], asked.text).toEqual([202, 'pending'])
  expect((await agree(asked.body, compliance)).status).toBe(403)
  // Nor in the database.
  const owner = product.database.pool('superuser', { options: '-c role=countersign_owner' })
  await expect(
    owner.query('SELECT kernel.erase_subject(q, 1) FROM kernel.action_request q WHERE request_id = $1', [
      asked.body.id,
    ]),
  ).rejects.toMatchObject({ code: '23001' })
  await expect(
    product.database
      .pool('app')
      .query('DELETE FROM kernel.subject_key WHERE subject = $1', [`party/${party.id}`]),
  ).rejects.toMatchObject({ code: '42501' })
  expect((await compliance.post(`/v1/requests/${asked.body.id}/cancel`, { reason: 'Later' })).status).toBe(
    200,
  )
  expect(await readable()).toContain(party.name)
})

test('K-35 under a legal hold nothing is erased, whoever has agreed and in the database too', async () => {
  const asked = await ask()
  const letter = await attach()
  expect((await onEvidence('hold', letter, 'litigation')).body.state).toBe('executed')
  const shown = (await compliance.get(record)).body.affordances.find(
    ({ action }: { action: string }) => action === 'transfers.erase_party',
  )
  expect(shown).toMatchObject({ allowed: false })
  const held = await agree(asked.body)
  expect([held.status, held.body.code], held.text).toEqual([409, 'legal_hold'])
  expect((await compliance.post(`/v1/requests/${asked.body.id}/cancel`, { reason: 'Held' })).status).toBe(200)
  const preview = await compliance.post(`${ERASE}/preview`, body())
  expect([preview.status, preview.body.code]).toEqual([409, 'legal_hold'])
  await expect(
    product.superuser.query('DELETE FROM kernel.subject_key WHERE subject = $1', [`party/${party.id}`]),
  ).rejects.toMatchObject({ code: 'CS409', constraint: 'legal_hold' })
  expect(await readable()).toContain(party.name)

  const released = await onEvidence('release', letter, 'matter_closed')
  expect((await agree(released.body)).body.state).toBe('executed')
})

test('K-35 K-30 two people erase a person: unreadable everywhere, found no more, said on the record, and the log verifies', async () => {
  const letter = await attach()
  const written = await compliance.post(`${record}/notes`, { text: NOTE })
  expect(written.status).toBe(201)
  const { body: shown } = await compliance.post(`${ERASE}/preview`, body())
  expect(shown.changes).toEqual(
    expect.arrayContaining([
      { label: 'name', before: expect.stringContaining('••••'), after: 'erased' },
      { label: 'Notes', before: '1', after: 'erased' },
      { label: 'Files', before: '2', after: 'erased' },
    ]),
  )
  expect(JSON.stringify(shown)).not.toContain(party.name)

  // Another request would lose its reasons.
  const path = '/v1/actions/transfers.freeze_entity'
  const { preview_digest } = (await compliance.post(`${path}/preview`, body({}))).body
  const reason = { code: 'fraud_suspected' }
  const freeze = await compliance.post(path, { ...body({}), reason, preview_digest })
  expect(freeze.status, freeze.text).toBe(202)
  const whileOpen = await compliance.post(`${ERASE}/preview`, body())
  expect([whileOpen.status, whileOpen.body.code]).toEqual([409, 'requests_open'])
  await compliance.post(`/v1/requests/${freeze.body.id}/cancel`, { reason: 'Not now' })

  const { rows: copies } = await product.superuser.query(
    'SELECT subject, key_id, wrapped_key FROM kernel.subject_key WHERE subject = $1',
    [`party/${party.id}`],
  )
  const asked = await ask()
  const agreed = await agree(asked.body)
  expect([agreed.status, agreed.body.state], agreed.text).toEqual([200, 'executed'])
  // Whoever kept a copy of the key does not put it back with the server's login.
  const [copy] = copies
  await expect(
    product.database
      .pool('app')
      .query('SELECT kernel.make_subject_key($1, $2, $3)', [copy.subject, copy.key_id, copy.wrapped_key]),
  ).rejects.toThrow('has been erased')

  const { body: after } = await compliance.get(record)
  const erased_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/)
  expect(after.personal).toContainEqual({ path: 'name', shown: '', erased_at })
  expect(after.banners).toContainEqual({ tone: 'info', text: expect.stringContaining('erased on') })
  expect((await compliance.get(`/v1/entities/transfer/${transfer}`)).body.personal).toContainEqual({
    path: 'originator.name',
    shown: '',
    erased_at,
  })
  const told = await eventually('the erasure to be on the timeline', async () => {
    const { text } = await compliance.get(`${record}/timeline`)
    return text.includes('Personal data erased') && text
  })
  expect(told).not.toContain('Fenwick')
  const file = await compliance.get(`${record}/evidence/${letter}`)
  expect([file.status, file.body.code]).toEqual([410, 'evidence_erased'])
  const reveal = await compliance.post('/v1/actions/transfers.reveal_party', {
    ...body({ field: 'name' }),
    reason: { code: 'customer_contact' },
  })
  expect(reveal.status).toBe(400)
  expect(await readable()).toEqual([])
  expect(await found()).not.toContain(party.id)
  const { rows: said } = await product.superuser.query(
    `SELECT e.kind, e.action, e.target_kind, e.target_id, e.actor_id, e.outcome, p.values FROM kernel.audit_personal p JOIN kernel.audit_entry e USING (entry_id) WHERE "values"::text LIKE '%Fenwick%'`,
  )
  expect(said).toEqual([])

  const { body: log } = await admin.get(`/v1/audit?target=party/${party.id}&action=transfers.erase_party`)
  const approval = log.entries.find(({ kind }: { kind: string }) => kind === 'approval')
  expect(approval.actor.id).toContain('ADMIN')
  const carried = log.entries.find(({ outcome }: { outcome: string }) => outcome === 'executed')
  expect(carried).toMatchObject({ detail: { reference: 'DSR-2041' } })
  expect(log.entries.at(-1)).toMatchObject({ reason: { code: 'asked_by_person' } })

  const twice = await compliance.post(`${ERASE}/preview`, body())
  expect([twice.status, twice.body.code]).toEqual([409, 'nothing_kept'])
  await eventually('every entry to be in the tree', async () => {
    const { rows } = await product.superuser.query('SELECT FROM kernel.audit_pending')
    return rows.length === 0
  })
  expect(await verifyDatabase(product.database.url('auditor'))).toMatchObject({ ok: true })
}, 60_000)

test('K-35 what is told of somebody erased is never readable again; what people write of them from then on is', async () => {
  await tellAgain()
  expect(await readable()).toEqual([])
  expect(await found()).not.toContain(party.id)
  expect((await compliance.post(`${record}/notes`, { text: 'Written afterwards' })).status).toBe(201)
  await tellAgain()
  const notes = await eventually('the note to be on the timeline', async () => {
    const { entries } = (await compliance.get(`${record}/timeline?limit=200`)).body
    const texts = entries.flatMap(({ note }: { note?: { text: string } }) => note?.text ?? [])
    return texts.length === 2 && texts
  })
  expect(notes).toEqual(['Written afterwards', '••••'])
  expect(await readable()).toEqual([])
  const search = projectionsOf(declarations).find(({ name }) => name === 'kernel.search')
  if (!search) throw new Error('there is no such projection')
  expect(await rebuildProjection(product.superuser, search, { swap: true, secrets: sealer() })).toMatchObject(
    {
      identical: true,
      leftOut: 0,
    },
  )
  expect(await found()).not.toContain(party.id)
})
