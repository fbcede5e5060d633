import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importFile } from '../import/import-file.ts'

let product: Product
let ops: Client
let admin: Client
let directory: string
/** Lines of statements of our own, by amount and currency. */
const lines = new Map<string, string[]>()

/** Eleven small lines come to more than ten times the limit of one. */
const SMALL = 11

beforeAll(async () => {
  product = await startProduct()
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  directory = mkdtempSync(join(tmpdir(), 'write-off-'))
  await bring('USD', ['227,84', ...Array.from({ length: SMALL }, () => '99,00')])
  await bring('EUR', ['7,00'])
}, 120_000)
afterAll(async () => {
  await product?.close()
  rmSync(directory, { recursive: true, force: true })
})

/** A statement of an account that nobody knows, of lines that came in. */
async function bring(currency: string, amounts: readonly string[]) {
  const cents = amounts.reduce((sum, amount) => sum + Number(amount.replace(',', '')), 0)
  const file = join(directory, `${currency}.sta`)
  const statement = [
    ...[`:20:${currency}1`, ':25:DE89370400440532013000', ':28C:1/1', `:60F:C260101${currency}100,00`],
    ...amounts.map((amount, n) => `:61:2601010101C${amount}NMSCNOBODY-${currency}${n}`),
    ...[`:62F:C260101${currency}${((cents + 10_000) / 100).toFixed(2).replace('.', ',')}`, '-', ''],
  ]
  writeFileSync(file, statement.join('\r\n'))
  const report = await importFile(file, 'mt940', {
    server: async () => ({ name: 'server', baseUrl: product.url, token: ops.token }),
    upstream: async (name) => ({ name, baseUrl: `${product.sandboxUrl}/${name}`, token: product.sandboxKey }),
  })
  expect(report.outcome).toBe('imported')
  const { exceptions } = await product.upstream('/recon/exceptions?state=open&limit=200')
  for (const { id, reference, amount } of exceptions) {
    if (!reference.startsWith(`NOBODY-${currency}`)) continue
    const key = `${amount.amount} ${currency}`
    lines.set(key, [...(lines.get(key) ?? []), id])
  }
}
const of = (key: string) => lines.get(key) ?? []
const target = (id: string) => ({ kind: 'exception', id })

async function ask(who: Client, type: string, id: string, body: object) {
  const path = `/v1/actions/transfers.${type}`
  const preview = await who.post(`${path}/preview`, { target: target(id), ...body })
  expect(preview.status).toBe(200)
  const { preview_digest } = preview.body
  const asked = await who.post(path, { target: target(id), ...body, preview_digest })
  return { preview: preview.body, asked: asked.body }
}
const ended = (id: string) =>
  eventually('the request to end', async () => {
    const { body } = await ops.get(`/v1/requests/${id}`)
    return ['executed', 'failed', 'stale'].includes(body.state) && body
  })

test('T-05 K-11 the limit is not passed by parts: what nothing speaks for is assigned by two, and who agrees to the write-off sees what of the line went where', async () => {
  const [line = ''] = of('227.84 USD')
  const found = (await ops.get(`/v1/exceptions/${line}/partners?q=INV`)).body.partners
  const partner = found.find(({ open }: { open: { amount: string } }) => Number(open.amount) > 300)
  const part = { id: partner.id, amount: { amount: '177.84', currency: 'USD' } }
  const { preview, asked } = await ask(ops, 'assign_exception', line, {
    input: { parts: [part] },
    reason: { code: 'same_payment' },
  })
  expect(preview.warnings).toHaveLength(1)
  expect(preview.warnings[0]).toContain(partner.id)
  expect(asked).toMatchObject({ state: 'pending', approvals: { required: 1 } })
  const { body: shown } = await admin.get(`/v1/requests/${asked.id}`)
  expect(shown.target.title).toBe('227.84 USD · NOBODY-USD0 · 2026-01-01')
  await admin.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
  expect((await ended(asked.id)).state).toBe('executed')
  const { rows } = await product.superuser.query(
    `SELECT convert_from(canonical, 'UTF8')::jsonb #> '{detail,unlike}' AS unlike FROM kernel.audit_entry
      WHERE convert_from(canonical, 'UTF8')::jsonb #> '{detail,unlike}' IS NOT NULL`,
  )
  expect(rows).toContainEqual({ unlike: [partner.id] })

  const left = `${line}.r1`
  const written = await ask(ops, 'write_off_exception', left, {
    input: { account: 'bank_charges' },
    reason: { code: 'bank_charge' },
  })
  const { body: request } = await admin.get(`/v1/requests/${written.asked.id}`)
  expect(request.target.title).toBe('50.00 USD · NOBODY-USD0 · 2026-01-01')
  const { effects, warnings } = request.evidence.preview
  expect(effects).toContain(
    'On 2026-01-01 the bank’s statement has 50.00 USD coming in, with the reference NOBODY-USD0.',
  )
  expect(effects).toContain(`It is what is left over of ${line}, a line of 227.84 USD.`)
  const { name } = request.requested_by
  expect(effects).toContainEqual(
    expect.stringContaining(`177.84 USD of that line was assigned to ${partner.id} by ${name}`),
  )
  // Money that came in is no charge of the bank.
  expect(warnings).toContain('This line brought money in, and a charge takes it out.')
  await ops.post(`/v1/requests/${written.asked.id}/cancel`, { reason: 'not now' })
})

test('T-05 who agrees to a write-off is told what may be the partner', async () => {
  const { exceptions } = await product.upstream('/recon/exceptions?state=open&limit=200')
  const small = exceptions.find(
    ({
      kind,
      amount,
      candidates,
    }: {
      kind: string
      amount: { amount: string }
      candidates: { why: string }[]
    }) =>
      kind === 'statement_line' &&
      Number(amount.amount) < 100 &&
      candidates.some(({ why }) => why.startsWith('Same amount')),
  )
  const { body } = await ops.post('/v1/actions/transfers.write_off_exception/preview', {
    target: target(small.id),
    input: { account: 'rounding' },
  })
  const { id } = small.candidates.find(({ why }: { why: string }) => why.startsWith('Same amount'))
  expect(body.warnings).toContainEqual(expect.stringMatching(`^${id} may be its partner: same amount`))
})

test('T-05 K-14 K-19 small write-offs of one person count together, in one request or in many: above ten times the limit two others agree', async () => {
  const small = of('99.00 USD')
  expect(small).toHaveLength(SMALL)
  const type = '/v1/actions/transfers.write_off_exception'
  const body = (ids: readonly string[]) => ({
    rows: ids.map((id) => ({ target: target(id) })),
    input: { account: 'unexplained' },
    reason: { code: 'below_cost' },
  })
  const by = await product.as('transfers/OPS', { sub: 'small-sums' })
  const required = async (ids: readonly string[]) =>
    (await by.post(`${type}/bulk/preview`, body(ids))).body.approvals.required
  expect(await required(small.slice(1))).toBe(1)
  expect(await required(small)).toBe(2)
  // A line in another currency beside them changes nothing.
  expect(await required([...small, ...of('7.00 EUR')])).toBe(2)
  expect(await required([...small.slice(1), ...of('7.00 EUR')])).toBe(1)

  const some = body(small.slice(1))
  const preview = await by.post(`${type}/bulk/preview`, some)
  const asked = await by.post(`${type}/bulk`, { ...some, preview_digest: preview.body.preview_digest })
  expect(asked.body).toMatchObject({ state: 'pending', approvals: { required: 1 } })
  const last = { target: target(small[0] ?? ''), input: some.input, reason: some.reason }
  expect((await by.post(`${type}/preview`, last)).body.approvals.required).toBe(2)
  const other = await product.as('transfers/OPS-2')
  expect((await other.post(`${type}/preview`, last)).body.approvals.required).toBe(1)
})
