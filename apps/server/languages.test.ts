import { createHash } from 'node:crypto'
import { canonicalBytes } from '@countersign/kernel/personal-data/canonical-json.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { type SeededReturn, seededParties, seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let product: Product
let ops: Client
let admin: Client
let take: () => SeededReturn

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  take = await seededReturns(product)
}, 120_000)
afterAll(() => product?.close())

const PREVIEW = '/v1/actions/transfers.return_transfer/preview'
const french = { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.5', 'time-zone': 'Europe/Paris' }
const arabic = { 'accept-language': 'ar' }
const asked = ({ id, code }: SeededReturn) => ({
  target: { kind: 'transfer', id },
  input: {},
  reason: { code },
})

/** English words that French has not. */
const ENGLISH = /\b(?:the|is|are|was|were|of|and|been|which|until|nobody|somebody|has|have|with|from|what)\b/

/** Texts of an answer that are English, by their places; what was sealed stands in no language. */
function englishIn(value: unknown, place: string): string[] {
  if (typeof value === 'string') {
    return / /.test(value) && ENGLISH.test(value) ? [`${place}: ${value}`] : []
  }
  if (Array.isArray(value)) return value.flatMap((each) => englishIn(each, place))
  return Object.entries(value ?? {}).flatMap(([name, each]) =>
    name === 'canonical' ? [] : englishIn(each, `${place} ${name}`),
  )
}

test('X-08 nothing that the server says to somebody who reads French is left in English', async () => {
  const officer = await product.as('transfers/COMPLIANCE')
  const { id, code } = take()
  const party = (await seededParties(product))()
  const returned = await ops.post('/returns', { transferId: id, reason: code }, french)
  const frozen = await officer.post('/entity/freeze', { entityId: party, reason: 'sanctions_match' }, french)
  await eventually('the exceptions in their queue', async () => {
    const { body } = await ops.get('/v1/queues/transfers.exceptions/items')
    return body.items?.length > 0
  })
  const left = [returned, frozen].flatMap(({ body }) => englishIn(body, 'asked for'))
  const read = async (who: Client, path: string) => {
    const { status, body } = await who.get(path, french)
    left.push(...englishIn(body, `${status} ${path}`))
    return body
  }
  for (const who of [ops, officer, admin]) {
    const { actions } = await read(who, '/v1/actions')
    for (const path of [
      ...[
        '/v1/queues',
        '/v1/me',
        '/v1/alerts',
        '/v1/rosters',
        '/v1/connectors',
        '/v1/projections',
        '/v1/requests',
      ],
      ...['/v1/approvals', '/v1/people', '/v1/nothing', `/v1/requests/${returned.body.id}`],
      ...[
        `/v1/requests/${frozen.body.id}`,
        `/v1/entities/transfer/${id}/timeline`,
        `/v1/entities/party/${party}`,
      ],
    ]) {
      await read(who, path)
    }
    for (const queue of ['returns', 'exceptions', 'compliance']) {
      const { items = [] } = await read(who, `/v1/queues/transfers.${queue}/items?limit=2`)
      for (const { subject } of items) {
        await read(who, `/v1/entities/${subject.kind}/${subject.id}`)
        await read(who, `/v1/entities/${subject.kind}/${subject.id}/timeline`)
      }
    }
    const records: Record<string, string> = {
      ...{ transfer: id, party, person: 'transfers-OPS', approval_policy: 'transfers', upstream: 'cts' },
      ...{
        roster: 'transfers',
        request: frozen.body.id,
        projection: 'transfers.transfer',
        audit_log: 'audit',
      },
    }
    // What each would do, or why not: with nothing filled in, and of records that are not there too.
    for (const { type, target_kind: kind, reasons } of actions) {
      const target = { kind, id: records[kind] ?? 'none' }
      const reason = { code: reasons[0].code, note: 'une note' }
      const { body } = await who.post(`/v1/actions/${type}/preview`, { target, input: {}, reason }, french)
      left.push(...englishIn(body, type))
    }
  }
  expect(left).toEqual([])
}, 120_000)

describe('X-08 the server speaks the language of whoever asks', () => {
  test('X-08 a preview is told in French and in Arabic, and is the same one to sign', async () => {
    const record = asked(take())
    const [english, inFrench, inArabic] = await Promise.all([
      ops.post(PREVIEW, record),
      ops.post(PREVIEW, record, french),
      ops.post(PREVIEW, record, arabic),
    ])
    expect(english.headers.get('content-language')).toBe('en')
    expect(english.body.summary).toMatch(/^The bank's return R\d\d of [\d\u202f.]+ USD from .+ is booked\.$/)
    expect(english.body.changes).toEqual([
      { label: 'Transfer', before: 'return received', after: 'returned' },
    ])

    expect(inFrench.headers.get('content-language')).toBe('fr')
    expect(inFrench.headers.get('vary')).toMatch(/Accept-Language/)
    expect(inFrench.body.summary).toMatch(
      /^Le retour R\d\d de la banque, de [\d\u202f]+,\d\d\u00a0USD, de .+ vers .+, est comptabilisé\.$/,
    )
    expect(inFrench.body.changes).toEqual([{ label: 'Virement', before: 'retour reçu', after: 'retourné' }])
    const reasons = inFrench.body.reasons as { code: string; title: string }[]
    expect(reasons.find(({ code }) => code === 'R01')?.title).toBe('Provision insuffisante')

    expect(inArabic.headers.get('content-language')).toBe('ar')
    expect(inArabic.body.summary).toMatch(
      /^يُقيَّد مرتجع البنك \u2068R\d\d\u2069 بمبلغ \u2068[\d,]+\.\d\d\u00a0USD\u2069/,
    )

    // Who sends it stands first for whoever reads from the right, and the arrow leads from there.
    const { body: shown } = await ops.get(`/v1/entities/transfer/${record.target.id}`, arabic)
    expect(shown.title).toMatch(
      /^\u200f\u2068[^\u2069]+\u2069 · \u2068[^\u2069]+\u2069 ← \u2068[^\u2069]+\u2069$/,
    )

    const digests = [english, inFrench, inArabic].map(({ body }) => body.preview_digest)
    expect(new Set(digests).size).toBe(1)
    const signed = await ops.post(
      '/v1/actions/transfers.return_transfer',
      { ...record, preview_digest: inFrench.body.preview_digest },
      arabic,
    )
    expect(signed.status).toBe(202)
    expect(signed.body.title).toBe('إرجاع التحويل')
  })

  test('X-08 a refusal is told in the language of the request, and a recorded one in that of the reader', async () => {
    const { transfers } = await product.upstream('/cts/transfers?state=created&limit=1')
    const body = { transferId: transfers[0].id, reason: transfers[0].rail === 'ach' ? 'R01' : 'AC01' }
    const key = { 'idempotency-key': 'told-in-two-languages' }
    const refused = await ops.post('/returns', body, { ...key, ...french })
    expect(refused.status).toBe(409)
    expect(refused.body).toMatchObject({
      code: 'transfer_not_settled',
      detail: 'Il n’est pas encore réglé\u202f; il n’y a rien à retourner.',
      message: 'Il n’est pas encore réglé\u202f; il n’y a rien à retourner.',
    })
    const replayed = await ops.post('/returns', body, key)
    expect(replayed.headers.get('idempotency-replayed')).toBe('true')
    expect(replayed.body.message).toBe('It has not settled yet; there is nothing to return.')

    const wrong = await ops.post('/returns', { transferId: take().id, reason: 'R99' }, french)
    expect(wrong.body.errors).toMatchObject([
      {
        field: 'reason',
        message: expect.stringMatching(/^doit être l’un des codes de l’action\u00a0: R01, .+ et \d+ autres$/),
        allowed: expect.arrayContaining(['R01']),
      },
    ])
  })

  test('X-08 K-40 what was shown is sealed as it is said: read in any language, with one hash', async () => {
    const { id, code } = take()
    const { body: request } = await ops.post('/returns', { transferId: id, reason: code }, french)
    const inFrench = await admin.get(`/v1/requests/${request.id}`, french)
    const inEnglish = await admin.get(`/v1/requests/${request.id}`)
    expect(inFrench.body.evidence.preview.summary).toContain('est comptabilisé')
    expect(inEnglish.body.evidence.preview.summary).toContain('is booked')
    const { rows } = await product.superuser.query(
      `SELECT evidence, encode(evidence_hash, 'hex') AS hash FROM kernel.action_revision WHERE request_id = $1`,
      [request.id],
    )
    expect(rows[0].evidence.preview.summary.say).toBe(
      `The bank's return {0} of {1} from {2} to {3} is booked.`,
    )
    expect(createHash('sha256').update(canonicalBytes(rows[0].evidence)).digest('hex')).toBe(rows[0].hash)
    const approved = await admin.post(
      `/v1/requests/${request.id}/approve`,
      { digest: inFrench.body.digest, preview_digest: inEnglish.body.preview_digest },
      arabic,
    )
    expect(approved.status).toBe(200)
  })

  test('X-08 what was asked for before sentences were kept as they are said is read, compared and agreed to', async () => {
    const { id, code } = take()
    const { body: request } = await ops.post('/returns', { transferId: id, reason: code })
    const { body: shown } = await ops.get(`/v1/requests/${request.id}`)
    // As an earlier version has sealed it: the preview as it read.
    const { rows } = await product.superuser.query(
      'SELECT evidence FROM kernel.action_revision WHERE request_id = $1',
      [request.id],
    )
    const earlier = { ...rows[0].evidence, preview: shown.evidence.preview }
    await product.superuser.query('ALTER TABLE kernel.action_revision DISABLE TRIGGER USER')
    await product.superuser.query(
      `UPDATE kernel.action_revision SET evidence = $2, evidence_hash = decode($3, 'hex') WHERE request_id = $1`,
      [request.id, earlier, createHash('sha256').update(canonicalBytes(earlier)).digest('hex')],
    )
    await product.superuser.query('ALTER TABLE kernel.action_revision ENABLE TRIGGER USER')
    const read = await admin.get(`/v1/requests/${request.id}`, french)
    expect(read.body.evidence.preview).toEqual(shown.evidence.preview)
    expect(read.body.drift).toEqual([])
    expect(read.body.current_preview.summary).toContain('est comptabilisé')
    const approved = await admin.post(`/v1/requests/${request.id}/approve`, {
      digest: read.body.digest,
      preview_digest: read.body.preview_digest,
    })
    expect(approved.status).toBe(200)
  })

  test('X-08 where the request leaves it open the person’s own language counts', async () => {
    const own = await product.as('transfers/OPS', { lang: 'fr' })
    const { body } = await own.post(PREVIEW, asked(take()))
    expect(body.changes[0].label).toBe('Virement')
  })
})
