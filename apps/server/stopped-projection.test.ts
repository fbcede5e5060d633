import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { rebuildProjection } from '@countersign/kernel/projections/rebuild-projection.ts'
import { type Client, eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { seededParties } from '@countersign/testkit/seeded-records.ts'
import { composeTested } from '@countersign/testkit/tested-consoles.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const NAME = 'transfers.notebook'
const PATH = `/v1/entities/projection/${NAME}`

/** Notes as a console might list them; while it is broken, one that it does not expect stops it. */
let broken = true
const notebook: Projection = {
  name: NAME,
  tables: ['public.notebook'],
  types: ['kernel.note.written'],
  apply: [
    `INSERT INTO {public.notebook} SELECT e.position FROM kernel.ordered_event e
      WHERE e.position > $1 AND e.position <= $2 AND e.type = 'kernel.note.written'`,
  ],
  async derive({ client, from, to }) {
    const { rows } = await client.query(
      `SELECT FROM kernel.ordered_event WHERE position > $1 AND position <= $2 AND refs && $3::text[]
          AND type = 'kernel.note.written'`,
      [from, to, unexpected],
    )
    if (broken && rows.length > 0) throw new Error('a party of no branch')
  },
}
const unexpected: string[] = []

let product: Product
let ops: Client
let admin: Client
let compliance: Client
let nextParty: () => string

beforeAll(async () => {
  product = await startProduct({
    worker: false,
    compose: (upstreams, observe) => {
      const { consoles, connectors } = composeTested(upstreams, observe)
      return {
        connectors,
        consoles: consoles.map((console) =>
          console.name === 'transfers'
            ? { ...console, projections: [...console.projections, notebook] }
            : console,
        ),
      }
    },
  })
  await product.superuser.query(
    `CREATE TABLE public.notebook (position bigint PRIMARY KEY);
     ALTER TABLE public.notebook OWNER TO countersign_owner;
     GRANT CREATE ON SCHEMA public TO countersign_owner;
     GRANT SELECT, INSERT ON public.notebook TO countersign_sequencer`,
  )
  product.startWorker()
  ops = await product.as('transfers/OPS')
  admin = await product.as('transfers/ADMIN')
  compliance = await product.as('transfers/COMPLIANCE')
  nextParty = await seededParties(product)
}, 120_000)
afterAll(() => product?.close())

type Shown = {
  state: string
  stopped_at: { position: number; type: string; refs: string[] } | null
  failures: number
  failing: string | null
  left_out: number
}
async function shown(): Promise<Shown> {
  const { body } = await ops.get('/v1/projections')
  return body.projections.find(({ name }: { name: string }) => name === NAME)
}
const until = (state: string) =>
  eventually(`the projection to be ${state}`, async () => {
    const now = await shown()
    return now.state === state && now
  })

/** @returns the position of its event */
async function note(party: string): Promise<number> {
  expect((await ops.post(`/v1/entities/party/${party}/notes`, { text: 'seen' })).status).toBe(201)
  return eventually('the note to have its place', async () => {
    const { rows } = await product.superuser.query<{ position: string }>(
      `SELECT max(position) AS position FROM kernel.ordered_event
        WHERE type = 'kernel.note.written' AND refs @> ARRAY[$1]`,
      [`party/${party}`],
    )
    return Number(rows[0]?.position ?? 0) || undefined
  })
}
async function stopAtUnexpected(): Promise<number> {
  broken = true
  const party = nextParty()
  unexpected.push(`party/${party}`)
  const position = await note(party)
  await until('stopped')
  return position
}
async function listed(): Promise<number[]> {
  const { rows } = await product.superuser.query<{ position: string }>(
    'SELECT position FROM public.notebook ORDER BY position',
  )
  return rows.map(({ position }) => Number(position))
}
async function act(by: Client, action: string, code: string) {
  const path = `/v1/actions/kernel.${action}`
  const body = { target: { kind: 'projection', id: NAME }, input: {} }
  const preview = await by.post(`${path}/preview`, body)
  if (preview.status !== 200) return preview
  return by.post(path, { ...body, reason: { code }, preview_digest: preview.body.preview_digest })
}
const agree = (by: Client, { id, digest }: { id: string; digest: string }) =>
  by.post(`/v1/requests/${id}/approve`, { digest })

test('K-24 K-47 a projection that throws stops at the event, says so, raises an alert, and holds up no other', async () => {
  const before = await note(nextParty())
  const position = await stopAtUnexpected()
  const behind = await note(nextParty())
  expect(await shown()).toMatchObject({
    failing: 'a party of no branch',
    stopped_at: { position, type: 'kernel.note.written', refs: expect.arrayContaining(unexpected) },
    left_out: 0,
  })
  expect(await listed()).toEqual([before])
  await eventually('the others to come past it', async () => {
    const { rows } = await product.superuser.query(
      'SELECT bool_and(position >= $1 AND failing IS NULL) AS past FROM kernel.projection WHERE name <> $2',
      [behind, NAME],
    )
    return rows[0].past
  })
  await eventually('the alert', async () => {
    const { body } = await ops.get('/v1/alerts')
    return body.alerts.some(
      ({ kind, facts }: { kind: string; facts: { projection?: string } }) =>
        kind === 'kernel.projection_stopped' && facts.projection === NAME,
    )
  })
  const readiness = await fetch(`${product.url}/readyz`)
  expect(readiness.status).toBe(200)
  expect(await readiness.json()).toMatchObject({ projections: { failing: [NAME], left_out: 0 } })
  const record = (await ops.get(PATH)).body
  expect(record).toMatchObject({ state: 'stopped', banners: [{ tone: 'danger' }] })
})

test('K-24 people try it again at once: while nothing is mended it stands, and mended it goes on from there', async () => {
  const later = () =>
    product.superuser.query(
      `UPDATE kernel.projection SET retry_at = now() + interval '1 hour' WHERE name = $1`,
      [NAME],
    )
  await later()
  const { failures } = await shown()
  expect((await act(ops, 'retry_projection', 'try_again')).body.state).toBe('executed')
  await eventually('another try', async () => (await shown()).failures > failures)
  expect((await shown()).state).toBe('stopped')

  await later()
  broken = false
  expect((await act(ops, 'retry_projection', 'cause_mended')).body.state).toBe('executed')
  await until('well')
  await eventually('all three notes', async () => (await listed()).length === 3)
  const again = await act(ops, 'retry_projection', 'try_again')
  expect([again.status, again.body.code]).toEqual([409, 'not_stopped'])
  const log = (await admin.get('/v1/audit?action=kernel.retry_projection')).body.entries
  expect(log.some(({ reason }: { reason: { code: string } }) => reason.code === 'cause_mended')).toBe(true)
})

test('K-24 K-14 two people skip the one event: it is left out and named, the rest is shown, and a rebuild takes it up once it can', async () => {
  const nothing = await act(admin, 'skip_event', 'cannot_be_shown')
  expect([nothing.status, nothing.body.code]).toEqual([409, 'not_stopped'])
  const position = await stopAtUnexpected()
  const behind = await note(nextParty())
  expect((await act(ops, 'skip_event', 'cannot_be_shown')).status).toBe(403)
  const asked = await act(admin, 'skip_event', 'cannot_be_shown')
  expect([asked.status, asked.body.state], asked.text).toEqual([202, 'pending'])
  expect((await agree(admin, asked.body)).status).toBe(403)
  expect((await shown()).state).toBe('stopped')
  // Nor in the database, on the word of nobody.
  const owner = product.database.pool('superuser', { options: '-c role=countersign_owner' })
  await expect(
    owner.query(
      `INSERT INTO kernel.event (event_id, stream, version, type, schema_version, source, request_id, payload, occurred_at)
       VALUES (gen_random_uuid(), $1, 99, 'kernel.projection.event_skipped', 1, 'countersign', $2,
               jsonb_build_object('position', $3::bigint), now())`,
      [`kernel.projection/${NAME}`, asked.body.id, position],
    ),
  ).rejects.toMatchObject({ code: '23001' })

  const agreed = await agree(compliance, asked.body)
  expect([agreed.status, agreed.body.state], agreed.text).toEqual([200, 'executed'])
  await until('incomplete')
  await eventually('what comes behind it', async () => (await listed()).includes(behind))
  expect(await listed()).not.toContain(position)
  expect((await ops.get(PATH)).body.data.left_out).toEqual([
    {
      ...{ position, type: 'kernel.note.written', why: 'a party of no branch', skipped_by: asked.body.id },
      at: expect.stringMatching(/Z$/),
    },
  ])
  const log = (await admin.get('/v1/audit?action=kernel.skip_event')).body.entries
  expect(log).toContainEqual(
    expect.objectContaining({ outcome: 'executed', detail: expect.objectContaining({ position }) }),
  )

  const rebuild = () => rebuildProjection(product.superuser, notebook, { swap: true })
  unexpected.splice(0, unexpected.length - 1)
  expect(await rebuild()).toMatchObject({ leftOut: 1, identical: true })
  expect((await ops.get(PATH)).body.data.left_out).toMatchObject([{ position, skipped_by: asked.body.id }])
  broken = false
  expect(await rebuild()).toMatchObject({ leftOut: 0, swapped: true })
  expect(await listed()).toContain(position)
  expect((await shown()).state).toBe('well')
})

test('K-24 an event that no longer stops it is not skipped, whoever has agreed', async () => {
  await stopAtUnexpected()
  const asked = await act(admin, 'skip_event', 'lists_needed_now')
  broken = false
  await act(ops, 'retry_projection', 'cause_mended')
  await until('well')
  const late = await agree(compliance, asked.body)
  expect(late.status, late.text).toBe(409)
  expect((await shown()).left_out).toBe(0)
})
