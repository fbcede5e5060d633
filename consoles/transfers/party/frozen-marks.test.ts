import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

let product: Product
let compliance: Client
let admin: Client

beforeAll(async () => {
  product = await startProduct()
  compliance = await product.as('transfers/COMPLIANCE')
  admin = await product.as('transfers/ADMIN')
}, 120_000)
afterAll(() => product?.close())

type Mark = { tone: string; word: string; text: string }
type Row = { subject: { kind: string; id: string }; marks?: Mark[] }

const rowsOf = async (queue: string): Promise<Row[]> => {
  const { body } = await compliance.get(`/v1/queues/transfers.${queue}/items?limit=200`)
  return body.items
}
const rowOf = async (queue: string, id: string) =>
  (await rowsOf(queue)).find(({ subject }) => subject.id === id)
const parties = async (transfer: string): Promise<string[]> => {
  const { originator, receiver } = await product.upstream(`/cts/transfers/${transfer}`)
  return [originator.party_id, receiver.party_id]
}
const found = async (typed: string, kind: string, id: string): Promise<{ marks?: Mark[] } | undefined> => {
  const { body } = await compliance.get(`/v1/search?q=${encodeURIComponent(typed)}`)
  const groups: { kind: string; hits: { id: string; marks?: Mark[] }[] }[] = body.groups
  return groups.find((group) => group.kind === kind)?.hits.find((hit) => hit.id === id)
}
const freeze = (party: string) =>
  product.upstream(`/compliance/parties/${party}/freeze`, { reason: 'elsewhere' })
const unfreeze = (party: string) =>
  product.upstream(`/compliance/parties/${party}/unfreeze`, { reason: 'elsewhere' })

/** A record of the queue that nobody frozen has to do with, and a party of what it is about. */
async function someRow(queue: string): Promise<{ id: string; party: string }> {
  for (const { subject, marks } of await rowsOf(queue)) {
    if (marks !== undefined) continue
    if (subject.kind === 'transfer') return { id: subject.id, party: (await parties(subject.id))[1] ?? '' }
    const record = await product.upstream(
      subject.kind === 'hit' ? `/compliance/hits/${subject.id}` : `/recon/exceptions/${subject.id}`,
    )
    if (subject.kind === 'hit') return { id: subject.id, party: record.party_id }
    const candidate = record.candidates?.find((one: { kind: string }) => one.kind === 'transfer')
    if (candidate) return { id: subject.id, party: (await parties(candidate.id))[1] ?? '' }
  }
  throw new Error(`the seeded world has nothing for ${queue}`)
}

test.each([
  ['returns', /is frozen: no money of it moves/],
  ['exceptions', /is frozen, and a transfer of it may be what this is about/],
  ['compliance', /is frozen: no money of it moves/],
])(
  'T-04 a row of the queue %s says that a party of it is frozen, and no longer once that ends',
  async (queue, said) => {
    await eventually('a queue with rows', async () => (await rowsOf(queue)).length > 0)
    const { id, party } = await someRow(queue)
    const { name, kind } = await product.upstream(`/compliance/parties/${party}`)
    expect((await rowOf(queue, id))?.marks).toBeUndefined()
    const before = (await rowsOf(queue)).filter(({ marks }) => marks !== undefined).length
    await freeze(party)
    const marks = await eventually('the mark', async () => (await rowOf(queue, id))?.marks)
    expect(marks).toEqual([{ tone: 'danger', word: 'Frozen', text: expect.stringMatching(said) }])
    if (kind === 'person') expect(JSON.stringify(marks)).not.toContain(name)
    // Not all rows: those of this party alone.
    const rows = await rowsOf(queue)
    expect(rows.filter((row) => row.marks !== undefined).length - before).toBeLessThan(rows.length / 2)
    await unfreeze(party)
    await eventually('the mark to go', async () => (await rowOf(queue, id))?.marks === undefined)
  },
)

test('T-04 what is found, and what waits in the inbox, says that it has to do with a frozen party', async () => {
  const { id, party } = await someRow('returns')
  expect((await found(id, 'transfer', id))?.marks).toBeUndefined()
  await freeze(party)
  for (const [kind, ref] of [
    ['transfer', id],
    ['party', party],
  ] as const) {
    const marks = await eventually('the mark', async () => (await found(ref, kind, ref))?.marks)
    expect(marks, kind).toEqual([{ tone: 'danger', word: 'Frozen', text: expect.stringContaining('frozen') }])
  }
  const asked = await compliance.post('/entity/unfreeze', { entityId: party, reason: 'cleared' })
  expect(asked.status, asked.text).toBe(202)
  const { body } = await admin.get('/v1/approvals')
  const item = body.items.find((one: { id: string }) => one.id === asked.body.id)
  expect(item.marks).toEqual([{ tone: 'danger', word: 'Frozen', text: expect.stringContaining('frozen') }])
  await unfreeze(party)
  await eventually('the mark to go', async () => {
    const inbox = await admin.get('/v1/approvals')
    return inbox.body.items.find((one: { id: string }) => one.id === asked.body.id)?.marks === undefined
  })
})
