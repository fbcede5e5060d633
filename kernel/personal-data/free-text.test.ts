import { readFileSync } from 'node:fs'
import { returnRule } from '@countersign/testkit/approval-policy.ts'
import { type Answer, type Client, type Product, startProduct } from '@countersign/testkit/product.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { seededReturns } from '@countersign/testkit/seeded-records.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saysSomething } from './visible-text.ts'

const blns = publishedData('D12_blns')
const injection = publishedData('D12_injection_dev')
const INJECTIONS = [
  'detect/GenericBlind.txt',
  'detect/Generic_ErrorBased.txt',
  'detect/Generic_SQLI.txt',
  'exploit/Auth_Bypass.txt',
]
const AT_ONCE = 16
/** Shorter ones could stand in an entry by chance. */
const TELLING_CHARACTERS = 10

let product: Product
let asker: Client
let other: Client

beforeAll(async () => {
  product = await startProduct({ worker: false, webhooks: false })
  asker = await product.as('transfers/ADMIN')
  other = await product.as('transfers/COMPLIANCE')
}, 120_000)
afterAll(() => product?.close())

/** Of which any number may be open on one target. */
const CHANGE = '/v1/actions/kernel.change_approval_policy'
let asking: Promise<object> | undefined
/** A request for a change of rules, all but its note. */
function request(): Promise<object> {
  asking ??= (async () => {
    const change = { target: { kind: 'approval_policy', id: 'transfers' }, input: { rules: [returnRule()] } }
    const { body } = await asker.post(`${CHANGE}/preview`, change)
    return { ...change, preview_digest: body.preview_digest }
  })()
  return asking
}
const ask = async (note: string) =>
  asker.post(CHANGE, { ...(await request()), reason: { code: 'limit_review', note } })

async function inBatches<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(each))))
  }
  return results
}

/** Asked for with each string as its note; what is read back is that string, and nothing that cannot be erased holds it. */
async function comesBackAndStaysSealed(strings: readonly string[]): Promise<void> {
  const asked = await inBatches(strings, async (note) => {
    const { status, body } = await ask(note)
    return { note, status, said: body.reason?.note, id: body.id as string }
  })
  for (const { note, status, said } of asked) expect({ status, said }).toEqual({ status: 202, said: note })
  await inBatches(asked, async ({ note, id }) => {
    const { body } = await other.get(`/v1/requests/${id}`)
    expect(Buffer.from(body.reason.note, 'utf8').equals(Buffer.from(note, 'utf8'))).toBe(true)
  })

  const telling = asked.filter(({ note }) => note.trim().length >= TELLING_CHARACTERS)
  expect(telling.length).toBeGreaterThan(asked.length / 4)
  const { rows } = await product.superuser.query<{ id: string; kept: string }>(
    `SELECT q.request_id::text AS id,
            concat_ws(' ',
              (SELECT string_agg(convert_from(e.canonical, 'UTF8'), ' ') FROM kernel.audit_entry e
                WHERE e.action_request_id = q.request_id),
              (SELECT string_agg(e.payload::text, ' ') FROM kernel.event e WHERE e.request_id = q.request_id),
              (SELECT string_agg(i.answer, ' ') FROM kernel.idempotency i WHERE i.request_id = q.request_id),
              (SELECT string_agg(v::text, ' ') FROM kernel.action_revision v WHERE v.request_id = q.request_id),
              (SELECT string_agg(t::text, ' ') FROM kernel.action_transition t WHERE t.request_id = q.request_id)
            ) AS kept
       FROM kernel.action_request q WHERE q.request_id = ANY ($1::uuid[])`,
    [telling.map(({ id }) => id)],
  )
  expect(rows).toHaveLength(telling.length)
  for (const { id, kept } of rows) {
    const note = telling.find((each) => each.id === id)?.note ?? ''
    expect(kept.length).toBeGreaterThan(500)
    expect({
      note,
      inClear: kept.includes(note) || kept.includes(JSON.stringify(note).slice(1, -1)),
    }).toEqual({
      note,
      inClear: false,
    })
  }
}

test.skipIf(blns.absent)(
  'K-30 K-35 C-05 every naughty string comes back byte-equal from a note, and stands in no leaf or event',
  async () => {
    const strings = JSON.parse(readFileSync(blns.file('blns.json'), 'utf8')) as string[]
    const { strings: count } = JSON.parse(readFileSync(blns.file('EXPECTED.json'), 'utf8')) as {
      strings: number
    }
    expect(strings).toHaveLength(count)
    await comesBackAndStaysSealed(strings)
  },
  120_000,
)

test.skipIf(injection.absent)(
  'K-30 K-35 C-05 every injection comes back byte-equal from a note, and stands in no leaf or event',
  async () => {
    const lines = INJECTIONS.flatMap((name) => readFileSync(injection.file(name), 'utf8').split(/\r?\n/))
    await comesBackAndStaysSealed([...new Set(lines.filter((line) => line !== ''))])
  },
  120_000,
)

test.skipIf(blns.absent)(
  'C-06 the same from what is said of a request: approval, rejection, withdrawal, edit',
  async () => {
    const strings = (JSON.parse(readFileSync(blns.file('blns.json'), 'utf8')) as string[]).filter(
      (text, nth) => nth % 16 === 0 && saysSomething(text),
    )
    const said = async (note: string) => {
      const asked = await Promise.all(['a', 'b', 'c', 'd'].map((first) => ask(first)))
      const [agreed, refused, withdrawn, edited] = asked.map(({ body }) => body)
      const at = (id: string, what: string) => `/v1/requests/${id}/${what}`
      const answers: Answer[] = [
        await other.post(at(agreed.id, 'approve'), { digest: agreed.digest, note }),
        await other.post(at(refused.id, 'reject'), { reason: note }),
        await asker.post(at(withdrawn.id, 'cancel'), { reason: { code: 'changed', note } }),
        await asker.post(at(edited.id, 'edit'), {
          input: { rules: [returnRule({ required: 2 })] },
          reason: { code: 'incident', note },
        }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      const read = async (id: string) => (await other.get(`/v1/requests/${id}`)).body
      expect((await read(agreed.id)).approvals.given[0].note).toBe(note)
      expect((await read(refused.id)).approvals.given[0].note).toBe(note)
      expect((await read(edited.id)).reason).toEqual({ code: 'incident', title: 'After an incident', note })
    }
    await inBatches(strings, said)
  },
  120_000,
)

test.each([
  ['U+0000', 'a\\u0000b'],
  ['a high surrogate alone', 'a\\ud800b'],
  ['a low surrogate alone', '\\udc00'],
  ['surrogates the wrong way round', '\\udc00\\ud800'],
])('K-13 a note with %s is refused, the member named, and nothing is kept', async (_what, escaped) => {
  const before = await product.superuser.query('SELECT count(*)::int AS kept FROM kernel.action_request')
  const body = JSON.stringify({ ...(await request()), reason: { code: 'incident', note: '?' } })
  const refused = await asker.post(CHANGE, body.replace('"?"', `"${escaped}"`))
  expect(refused.status).toBe(400)
  expect(refused.body.errors[0].field).toBe('reason.note')
  const after = await product.superuser.query('SELECT count(*)::int AS kept FROM kernel.action_request')
  expect(after.rows).toEqual(before.rows)
})

test('K-13 bytes that are no UTF-8 are refused', async () => {
  const answer = await fetch(`${product.url}${CHANGE}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${asker.token}`,
      'content-type': 'application/json',
      'idempotency-key': 'x',
    },
    body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ message: expect.stringContaining('UTF-8') })
})

test('K-30 K-35 a note is read by who asked, who may decide and the auditor, redacted by others, and by nobody once erased', async () => {
  const ops = await product.as('transfers/OPS')
  const { id, code } = (await seededReturns(product))()
  const target = { kind: 'transfer', id }
  const path = '/v1/actions/transfers.return_transfer'
  const { preview_digest } = (await ops.post(`${path}/preview`, { target })).body
  const asked = await ops.post(path, {
    target,
    preview_digest,
    reason: { code, note: 'Known to the police' },
  })
  const noteFor = async (persona: string) =>
    (await (await product.as(persona)).get(`/v1/requests/${asked.body.id}`)).body.reason.note
  expect(await noteFor('transfers/OPS')).toBe('Known to the police')
  expect(await noteFor('transfers/ADMIN')).toBe('Known to the police')
  expect(await noteFor('kernel/auditor')).toBe('Known to the police')
  expect(await noteFor('transfers/OPS-2')).toBe('••••')
  await product.superuser.query('DELETE FROM kernel.subject_key WHERE subject = $1', [`transfer/${id}`])
  expect(await noteFor('transfers/OPS')).toBe('••••')
})
