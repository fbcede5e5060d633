import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declarations } from './declarations.ts'

type Ref = { kind: string; id: string }

/** Of each kind so many: their states differ. */
const OF_A_KIND = 2
/** It is on no side of the platform console: none of its doors opens to it. What payouts are is not here yet. */
const LET_IN_NOWHERE = [
  'platform/MERCHANT',
  'platform/finance_reader',
  'treasury/pay_admin',
  'treasury/finance_ops',
  'treasury/ops',
]
const installed = declarations.flatMap(({ roles }) => roles.map(({ role }) => role))
let product: Product

beforeAll(async () => {
  product = await startProduct()
}, 120_000)
afterAll(() => product?.close())

/** What lists, queues and what stands above a list lead this person to. */
async function ledTo(person: Client): Promise<Ref[]> {
  const { lists = [] } = (await person.get('/v1/lists')).body
  const { queues = [] } = (await person.get('/v1/queues')).body
  const kinds = declarations
    .flatMap(({ entities }) => entities)
    .flatMap(({ kind, list }) => (list ? [kind] : []))
  const found: Ref[] = lists.flatMap(({ actions_of }: { actions_of: Ref[] }) => actions_of)
  for (const kind of kinds) {
    const { status, body } = await person.get(`/v1/entities/${kind}?limit=${OF_A_KIND}`)
    if (status === 200) found.push(...body.entities.map(({ id }: Ref) => ({ kind, id })))
  }
  for (const { name } of queues) {
    const { body } = await person.get(`/v1/queues/${name}/items?limit=${OF_A_KIND}`)
    found.push(...body.items.map(({ subject }: { subject: Ref }) => subject))
  }
  return found
}

test.each(installed.filter((role) => !LET_IN_NOWHERE.includes(role)))(
  'C-02 X-02 what %s is led to opens, with what may be done to it, and so does what it leads to',
  async (role) => {
    const person = await product.as(role)
    const opened = new Set<string>()
    const open = async ({ kind, id }: Ref): Promise<Ref[]> => {
      if (opened.has(`${kind}/${id}`)) return []
      opened.add(`${kind}/${id}`)
      const { status, text, body } = await person.get(`/v1/entities/${kind}/${encodeURIComponent(id)}`)
      expect(status, `${kind} ${id}: ${text}`).toBe(200)
      expect(body.affordances).toBeInstanceOf(Array)
      return body.related ?? []
    }
    const refs = await eventually('records to be led to', async () => {
      const found = await ledTo(person)
      return found.length > 0 || !role.includes('/ADMIN') ? found : undefined
    })
    const related: Ref[] = []
    for (const ref of refs) related.push(...(await open(ref)).slice(0, OF_A_KIND))
    for (const ref of related) await open(ref)
    expect(opened.size).toBeGreaterThan(0)
  },
  120_000,
)

test('K-21 beside one another no console’s lists leave out what another console was told', async () => {
  const { superuser } = product
  await eventually('all lists to come to the head', async () => {
    const { rows } = await superuser.query(
      'SELECT name FROM kernel.projection p, kernel.event_head h WHERE p.position < h.position',
    )
    return rows.length === 0 || undefined
  })
  const { rows } = await superuser.query(
    'SELECT projection, count(*)::integer, min(why) AS why FROM kernel.projection_left_out GROUP BY projection',
  )
  expect(rows).toEqual([])
})

test.each(LET_IN_NOWHERE)('P-13 C-02 who may enter nowhere is led to nothing: %s', async (role) => {
  expect(await ledTo(await product.as(role))).toEqual([])
})
