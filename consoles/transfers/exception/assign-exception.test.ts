import { changePolicy } from '@countersign/testkit/approval-policy.ts'
import {
  type Answer,
  type Client,
  eventually,
  type Product,
  startProduct,
} from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let product: Product
let ops: Client
let second: Client
let admin: Client

beforeAll(async () => {
  product = await startProduct({ sandboxProcess: true })
  ops = await product.as('transfers/OPS')
  second = await product.as('transfers/OPS-2')
  admin = await product.as('transfers/ADMIN')
}, 120_000)
afterAll(() => product?.close())

type Money = { amount: string; currency: string }
type Partner = {
  id: string
  posting_id: string
  open: Money
  date: string
  side: 'debit' | 'credit'
  bound: unknown[]
}
type Told = {
  id: string
  version: number
  kind: string
  side: 'debit' | 'credit'
  state: string
  amount: Money
  candidates: { id: string; score: number; why: string; partners?: Partner[]; with?: { id: string }[] }[]
  parts?: { id: string; amount: Money }[]
  residual?: { id: string; amount: Money; state: string }
  residual_of?: string
}

const used = new Set<string>()
const atRecon = (id: string): Promise<Told> => product.upstream(`/recon/exceptions/${id}`)

/** An open line of the world that no test has had yet. */
async function aLine(fits: (line: Told) => boolean = () => true): Promise<Told> {
  const { exceptions } = await product.upstream('/recon/exceptions?state=open&limit=200')
  for (const { id, kind } of exceptions as Told[]) {
    if (used.has(id) || kind !== 'statement_line') continue
    const line = await atRecon(id)
    if (!fits(line)) continue
    used.add(id)
    return line
  }
  throw new Error('the seeded world has no such line')
}
const single = ({ amount, candidates: [best] }: Told) =>
  best !== undefined && best.with === undefined && best.partners?.[0]?.open.amount === amount.amount
const target = ({ id }: { id: string }) => ({ kind: 'exception', id })
const assign = (
  who: Client,
  line: { id: string },
  parts: unknown,
  reason: object = { code: 'same_payment' },
  more: object = {},
) =>
  who.post('/v1/actions/transfers.assign_exception', {
    target: target(line),
    input: { parts },
    reason,
    ...more,
  })
/** As the console does: what is asked for is what was shown. */
async function ask(
  who: Client,
  type: string,
  line: { id: string },
  body: Record<string, unknown>,
): Promise<Answer> {
  const { undoes, ...shown } = body
  const preview = await who.post(`/v1/actions/transfers.${type}/preview`, { target: target(line), ...shown })
  if (preview.status !== 200) return preview
  const { preview_digest } = preview.body
  return who.post(`/v1/actions/transfers.${type}`, { target: target(line), ...body, preview_digest })
}
const ended = (id: string, who = ops) =>
  eventually('the request to end', async () => {
    const { body } = await who.get(`/v1/requests/${id}`)
    return ['executed', 'failed', 'stale', 'outcome_unknown'].includes(body.state) && body
  })
const minor = ({ amount }: Money) => BigInt(amount.replace('.', ''))

test('T-05 C-23 GET /exceptions tells amount, date, reference, state, and candidates with a score and why in words', async () => {
  const { status, body } = await ops.get('/exceptions?state=open&limit=200')
  expect(status).toBe(200)
  const line = body.exceptions.find((one: Told) => one.candidates.length > 0)
  expect(Object.keys(line).toSorted()).toEqual(
    ['amount', 'candidates', 'date', 'id', 'kind', 'reference', 'state'].toSorted(),
  )
  expect(Object.keys(line.candidates[0]).toSorted()).toEqual(['id', 'score', 'why'])
  const words = body.exceptions.flatMap((one: Told) => one.candidates.map(({ why }) => why))
  expect(words).toContainEqual(expect.stringMatching(/^same amount, .*, \d+ days?$/))
  const french = await ops.get('/exceptions?state=open&limit=200', { 'accept-language': 'fr' })
  expect(JSON.stringify(french.body)).toMatch(/"why":"même montant, .*jour/)
})

describe('T-05 assigning', () => {
  test('T-05 T-07 a line is assigned to its partner: previewed on fresh state, done at Recon, told by both records, and taken back', async () => {
    const line = await aLine(single)
    const partner = line.candidates[0]?.id ?? ''
    const beside = (relation: string) =>
      eventually(`"${relation}" beside the transfer`, async () => {
        const { body } = await ops.get(`/v1/entities/transfer/${partner}`)
        const ours = body.related.filter(({ id }: { id: string }) => id === line.id)
        return ours.length === 1 && ours[0].relation === relation
      })
    await beside('open exception that may be about it')
    const shown = (await ops.get(`/v1/entities/exception/${line.id}`)).body
    expect(shown.data.candidates[0]).toMatchObject({
      id: partner,
      why: expect.stringContaining('same amount'),
      partners: [{ id: partner, open: { currency: line.amount.currency } }],
    })
    expect(shown.affordances.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['transfers.assign_exception', 'transfers.write_off_exception']),
    )
    const preview = await ops.post('/v1/actions/transfers.assign_exception/preview', {
      target: target(line),
      input: { parts: [{ id: partner }] },
    })
    expect(preview.body.changes).toContainEqual({
      label: `Open of ${partner}`,
      before: expect.stringContaining(line.amount.currency),
      after: expect.stringMatching(/^0/),
    })
    const asked = await assign(ops, line, [{ id: partner }])
    expect(asked.status).toBe(202)
    const done = await ended(asked.body.id)
    expect(done).toMatchObject({ state: 'executed', type: 'transfers.assign_exception' })
    expect(await atRecon(line.id)).toMatchObject({
      state: 'assigned',
      settled_by: 'transfers-OPS',
      parts: [{ id: partner, amount: line.amount }],
    })
    await eventually('it to leave the queue', async () => {
      const { body } = await ops.get('/v1/queues/transfers.exceptions/items?limit=200')
      return body.items.every(({ subject }: { subject: { id: string } }) => subject.id !== line.id)
    })
    for (const of of [`exception/${line.id}`, `transfer/${partner}`]) {
      const timeline = await eventually(`the timeline of ${of}`, async () => {
        const { body } = await ops.get(`/v1/entities/${of}/timeline`)
        return (
          body.entries.some(({ type }: { type: string }) => type === 'transfers.exception.assigned') && body
        )
      })
      expect(timeline.entries.map(({ summary }: { summary: string }) => summary)).toContain(
        `Statement line assigned: ${line.id} to ${partner}`,
      )
    }

    await beside('statement line assigned to it')
    const back = await ask(second, 'unassign_exception', line, {
      reason: { code: 'wrong_partner' },
      undoes: asked.body.id,
    })
    expect(back.status).toBe(202)
    expect((await ended(back.body.id)).undoes).toBe(asked.body.id)
    await beside('open exception that may be about it')
    const again = await atRecon(line.id)
    expect({ ...again, version: 0 }).toEqual({ ...line, version: 0 })
    // And that can be taken back as well, with what it was assigned to.
    const affordances = (await ops.get(`/v1/entities/exception/${line.id}`)).body.affordances
    expect(
      affordances.find(({ action }: { action: string }) => action === 'transfers.assign_exception').undoes,
    ).toEqual({ id: back.body.id, input: { parts: [{ id: partner, amount: line.amount }] } })
    await eventually('it to be back in the queue', async () => {
      const { body } = await ops.get('/v1/queues/transfers.exceptions/items?limit=200')
      return body.items.some(({ subject }: { subject: { id: string } }) => subject.id === line.id)
    })
  })

  test('T-05 a line goes to two transfers that it is the sum of', async () => {
    const line = await aLine(({ candidates: [best] }) => best?.with !== undefined)
    const partners = line.candidates[0]?.partners ?? []
    expect(partners.length).toBeGreaterThanOrEqual(2)
    // Each of a sum leads to the line, the second as well as the first.
    for (const { id } of partners) {
      await eventually(`the line beside ${id}`, async () => {
        const { body } = await ops.get(`/v1/entities/transfer/${id}`)
        return body.related.some((one: { id: string }) => one.id === line.id)
      })
    }
    const asked = await assign(
      ops,
      line,
      partners.map(({ id, open }) => ({ id, amount: open })),
      { code: 'booked_together' },
    )
    expect((await ended(asked.body.id)).state).toBe('executed')
    const bound = await atRecon(line.id)
    expect(bound.parts?.map(({ id }) => id).toSorted()).toEqual(partners.map(({ id }) => id).toSorted())
    expect(bound.residual).toBeUndefined()
  })

  test('T-05 what is left over is an open exception in the queue, with its origin; the assignment stands as long as that is dealt with', async () => {
    // So little of it that it may be what a bank keeps: one person assigns it.
    const line = await aLine((one) => single(one) && minor(one.amount) > 6_000n)
    const partner = line.candidates[0]?.id ?? ''
    const less = { ...line.amount, amount: centsOf(minor(line.amount) - 105n) }
    const asked = await assign(ops, line, [{ id: partner, amount: less }], { code: 'less_charges' })
    await ended(asked.body.id)
    const { residual } = await atRecon(line.id)
    expect(residual).toMatchObject({ state: 'open', amount: { amount: '1.05' } })
    const left = { id: residual?.id ?? '' }
    used.add(left.id)
    const item = await eventually('what is left over to be in the queue', async () => {
      const { body } = await ops.get('/v1/queues/transfers.exceptions/items?limit=200')
      return body.items.find(({ subject }: { subject: { id: string } }) => subject.id === left.id)
    })
    expect(item.title).toContain('1.05')
    const record = (await ops.get(`/v1/entities/exception/${left.id}`)).body
    // Beside what is said of whoever the line is about, who may be frozen.
    expect(record.banners.map(({ text }: { text: string }) => text)).toContain(
      `This is what the assignment of ${line.id} left over.`,
    )
    expect(record.related).toContainEqual(expect.objectContaining({ kind: 'exception', id: line.id }))

    const written = await ask(ops, 'write_off_exception', left, {
      input: { account: 'bank_charges' },
      reason: { code: 'bank_charge' },
    })
    expect(written.body).toMatchObject({ state: 'pending', approvals: { required: 1 } })
    const agreed = await admin.post(`/v1/requests/${written.body.id}/approve`, {
      digest: written.body.digest,
    })
    expect(agreed.status).toBe(200)
    expect((await ended(written.body.id)).state).toBe('executed')
    const { write_off } = await product.upstream(`/recon/exceptions/${left.id}`)
    const posting = await product.upstream(`/ledger/postings/${write_off.posting_id}`)
    const sums = { debit: 0n, credit: 0n }
    for (const { side, amount } of posting.lines as { side: 'debit' | 'credit'; amount: Money }[]) {
      sums[side] += minor(amount)
    }
    expect(sums).toEqual({ debit: 105n, credit: 105n })
    const refused = await ask(ops, 'unassign_exception', line, { reason: { code: 'wrong_amount' } })
    expect(refused.body).toMatchObject({ code: 'residual_not_open' })
    expect(refused.body.detail).toContain(left.id)

    const reversed = await ask(ops, 'reverse_write_off', left, {
      reason: { code: 'partner_found' },
      undoes: written.body.id,
    })
    await admin.post(`/v1/requests/${reversed.body.id}/approve`, { digest: reversed.body.digest })
    expect((await ended(reversed.body.id)).state).toBe('executed')
    const back = await ask(ops, 'unassign_exception', line, { reason: { code: 'wrong_amount' } })
    expect((await ended(back.body.id)).state).toBe('executed')
    expect((await atRecon(left.id)).state).toBe('withdrawn')
    const gone = await assign(ops, left, [{ id: partner }])
    expect(gone.body).toMatchObject({ code: 'withdrawn', detail: expect.stringContaining(line.id) })
  })

  test('T-05 others are found by amount and by the beginning of a reference, of the same currency and direction', async () => {
    const line = await aLine(single)
    const partner = line.candidates[0]?.partners?.[0]
    const find = async (typed: string) =>
      (await ops.get(`/v1/exceptions/${line.id}/partners?q=${encodeURIComponent(typed)}`)).body
    const found = (await find(line.amount.amount)).partners
    expect(found.map(({ id }: Partner) => id)).toContain(partner?.id)
    expect((await find(partner?.id ?? '')).partners).toHaveLength(1)
    expect((await find('nothing is called so')).partners).toEqual([])
    const empty = await ops.get(`/v1/exceptions/${line.id}/partners?q=`)
    expect([empty.status, empty.body.errors[0].field]).toEqual([400, 'q'])
    expect((await ops.get('/v1/exceptions/exc_nothing/partners?q=abc')).status).toBe(404)
    expect(
      (await (await product.as('platform/OPS_ADMIN')).get(`/v1/exceptions/${line.id}/partners?q=abc`)).status,
    ).toBe(403)
  })
})

describe('T-05 refusals', () => {
  test('T-05 what does not fit is refused before anything is asked for, and the field is named', async () => {
    const line = await aLine(single)
    const partner = line.candidates[0]?.id ?? ''
    const fault = async (parts: unknown) => {
      const { status, body } = await assign(ops, line, parts)
      return [status, body.errors?.[0]?.field ?? body.code, body.detail]
    }
    const { currency } = line.amount
    const more = { currency, amount: centsOf(minor(line.amount) + 1n) }
    const other = { amount: '1.00', currency: currency === 'EUR' ? 'USD' : 'EUR' }
    const against = await aLine(({ side, amount, candidates }) => {
      return side !== line.side && amount.currency === currency && candidates[0]?.partners !== undefined
    })
    const wrongWay = against.candidates[0]?.id
    expect(await fault(undefined)).toEqual([400, 'input.parts', expect.anything()])
    expect(await fault([])).toEqual([400, 'input.parts', expect.anything()])
    expect(await fault([{ id: partner }, { id: partner }])).toEqual([400, 'input.parts', expect.anything()])
    expect(await fault([{ id: partner }, { id: wrongWay }])).toEqual([
      400,
      'input.parts.0.amount',
      expect.anything(),
    ])
    const posting = line.candidates[0]?.partners?.[0]?.posting_id
    const one = { currency, amount: '0.01' }
    expect(
      await fault([
        { id: partner, amount: one },
        { id: posting, amount: one },
      ]),
    ).toEqual([400, 'input.parts.1.id', expect.stringContaining(`names what ${partner} names already`)])
    expect(await fault([{ id: partner, amount: more }])).toEqual([
      400,
      'input.parts',
      expect.stringContaining('more than the line'),
    ])
    expect(await fault([{ id: partner, amount: other }])).toEqual([
      400,
      'input.parts.0.amount',
      expect.anything(),
    ])
    expect(await fault([{ id: partner, amount: { ...other, currency, amount: '0.00' } }])).toEqual([
      400,
      'input.parts.0.amount',
      expect.anything(),
    ])
    expect(await fault([{ id: 'tr_nothing' }])).toEqual([400, 'input.parts.0.id', expect.anything()])
    expect(await fault([{ id: wrongWay }])).toEqual([
      400,
      'input.parts.0.id',
      expect.stringMatching(/came in|went out/),
    ])
    expect((await atRecon(line.id)).version).toBe(line.version)
    const compliance = await product.as('transfers/COMPLIANCE')
    expect((await assign(compliance, line, [{ id: partner }])).status).toBe(403)
  })

  test('T-05 who is late is told who has it and what: before they ask, and of two at once the one that comes second', async () => {
    const line = await aLine(single)
    const other = await aLine(
      (one) =>
        one.side === line.side &&
        one.amount.currency === line.amount.currency &&
        minor(one.amount) >= minor(line.amount),
    )
    // Whether anything speaks for it is no matter here.
    await changePolicy(product, [alone])
    const partner = line.candidates[0]?.id ?? ''
    const whole = [{ id: partner, amount: line.amount }]
    await product.stopWorker()
    const asked = [await assign(ops, line, whole), await assign(second, other, whole)]
    expect(asked.map(({ status }) => status)).toEqual([202, 202])
    product.startWorker()
    const states = await Promise.all(
      asked.map(async ({ body }) => ended(body.id, body.requested_by.id === ops.id ? ops : second)),
    )
    expect(states.filter(({ state }) => state === 'executed')).toHaveLength(1)
    const [winner, loser] = states[0].state === 'executed' ? states : [states[1], states[0]]
    expect(JSON.stringify(loser)).toContain(winner.target.id)
    expect(JSON.stringify(loser)).toContain(winner.requested_by.id)
    const late = await assign(ops, { id: loser.target.id }, whole)
    expect(late).toMatchObject({ status: 409, body: { code: 'partner_taken' } })
    expect(late.body.detail).toContain(winner.target.id)
    expect(late.body.detail).toContain(winner.requested_by.name)
    expect((await assign(ops, { id: winner.target.id }, whole)).body).toMatchObject({
      code: 'already_assigned',
      detail: expect.stringContaining(winner.requested_by.name),
    })
  })

  test('T-05 a write-off over the limit is refused with the limit named; the approval rules set it, by currency', async () => {
    const large = await aLine(({ amount }) => amount.currency === 'USD' && minor(amount) > 20_000n)
    const body = { input: { account: 'unexplained' }, reason: { code: 'below_cost' } }
    const refused = await ask(ops, 'write_off_exception', large, body)
    expect(refused).toMatchObject({ status: 409, body: { code: 'over_write_off_limit' } })
    expect(refused.body.detail).toMatch(/100\.00/)
    const affordance = (await ops.get(`/v1/entities/exception/${large.id}`)).body.affordances.find(
      ({ action }: { action: string }) => action === 'transfers.write_off_exception',
    )
    expect(affordance).toMatchObject({ allowed: false, reason: refused.body.detail })
    const rule = (currency: string, amount: string) => ({
      action: 'transfers.write_off_exception',
      when: { scope: currency, amount_over: { amount, currency } },
      forbid: true,
      required: 0,
      eligible_roles: [],
      expires_in_s: 3600,
    })
    const base = {
      action: 'transfers.write_off_exception',
      required: 2,
      eligible_roles: ['transfers/ADMIN'],
      expires_in_s: 3600,
    }
    await changePolicy(product, [rule('USD', '1000000.00'), rule('EUR', '1.00'), base])
    const asked = await ask(ops, 'write_off_exception', large, body)
    expect(asked.body).toMatchObject({ state: 'pending', approvals: { required: 2 } })
    await ops.post(`/v1/requests/${asked.body.id}/cancel`, { reason: 'not now' })
    await changePolicy(product, [])
    expect((await ask(ops, 'write_off_exception', large, body)).body.code).toBe('over_write_off_limit')
    const one = await aLine()
    const wrong = await ask(ops, 'write_off_exception', one, { ...body, input: { account: 'mine' } })
    expect(wrong.body.errors[0]).toMatchObject({
      field: 'input.account',
      allowed: ['bank_charges', 'rounding', 'unexplained'],
    })
  })
})

/** Assigning asks for nobody, whatever speaks against it. */
const alone = {
  action: 'transfers.assign_exception',
  required: 0,
  eligible_roles: [],
  expires_in_s: 3600,
}

test('T-05 K-19 several lines go to one posting in one request, each with its own amount, and it keeps the rest open', async () => {
  const { exceptions } = await product.upstream('/recon/exceptions?state=open&limit=200')
  const lines = (exceptions as Told[])
    .filter(
      ({ id, kind, side, amount }) =>
        !used.has(id) && kind === 'statement_line' && side === 'credit' && amount.currency === 'USD',
    )
    .toSorted((a, b) => Number(minor(a.amount) - minor(b.amount)))
    .slice(0, 2)
  const [first, second] = lines
  if (!first || !second) throw new Error('the seeded world has not two such lines left')
  for (const { id } of lines) used.add(id)
  const sum = minor(first.amount) + minor(second.amount)
  const found = (await ops.get(`/v1/exceptions/${first.id}/partners?q=INV`)).body.partners as Partner[]
  const posting = found.find(({ open }) => minor(open) > sum)
  if (!posting) throw new Error('nothing so large is open')
  const type = '/v1/actions/transfers.assign_exception/bulk'
  const body = {
    rows: lines.map((line) => ({ target: target(line) })),
    input: { parts: [{ id: posting.id }] },
    reason: { code: 'booked_in_parts' },
  }
  const preview = await ops.post(`${type}/preview`, body)
  expect(preview.body.warnings).toHaveLength(2)
  const asked = await ops.post(type, { ...body, preview_digest: preview.body.preview_digest })
  expect(asked.body).toMatchObject({ state: 'pending', approvals: { required: 1 } })
  await admin.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
  await eventually('both to be assigned', async () => {
    const { body: now } = await ops.get(`/v1/requests/${asked.body.id}`)
    return now.state === 'executed' && now.bulk.counts.executed === 2
  })
  for (const line of lines) {
    expect((await atRecon(line.id)).parts).toMatchObject([{ id: posting.id, amount: line.amount }])
  }
  const { partners } = await product.upstream(`/recon/exceptions/${first.id}?partners=${posting.id}`)
  expect(minor(partners[0].open)).toBe(minor(posting.open) - sum)
})

test('T-05 K-19 many at once go each to its best candidate where that is good enough; the others say what they lack, row by row', async () => {
  const { exceptions } = await product.upstream('/recon/exceptions?state=open&limit=200')
  const lines: Told[] = []
  for (const { id, kind } of exceptions as Told[]) {
    if (kind === 'statement_line' && !used.has(id)) lines.push(await atRecon(id))
  }
  const rows = lines.map((line) => ({ target: target(line), expected_version: String(line.version) }))
  const type = '/v1/actions/transfers.assign_best_candidate/bulk'
  const reason = { code: 'best_candidate' }
  const preview = await ops.post(`${type}/preview`, { rows, reason })
  expect(preview.status).toBe(200)
  const taken = preview.body.rows.filter(({ accepted }: { accepted: boolean }) => accepted)
  const left = preview.body.rows.filter(({ accepted }: { accepted: boolean }) => !accepted)
  expect(taken.length).toBeGreaterThanOrEqual(2)
  expect(left.map(({ code }: { code: string }) => code)).toContain('score_too_low')
  for (const { target: of } of taken) {
    expect(lines.find(({ id }) => id === of.id)?.candidates[0]?.score).toBeGreaterThanOrEqual(0.8)
  }
  const wanted = new Set(taken.map(({ target: of }: { target: { id: string } }) => of.id))
  const chosen = rows.filter(({ target: of }) => wanted.has(of.id))
  const narrowed = await ops.post(`${type}/preview`, { rows: chosen, reason })
  const asked = await ops.post(type, { rows: chosen, reason, preview_digest: narrowed.body.preview_digest })
  expect(asked.status).toBe(202)
  await eventually('every row to end', async () => {
    const { body } = await ops.get(`/v1/requests/${asked.body.id}`)
    return body.state === 'executed'
  })
  const { body } = await ops.get(`/v1/requests/${asked.body.id}/rows?limit=200`)
  for (const row of body.rows) {
    const now = await atRecon(row.target.id)
    expect(now.state).toBe(row.state === 'executed' ? 'assigned' : 'open')
  }
  expect(
    body.rows.filter(({ state }: { state: string }) => state === 'executed').length,
  ).toBeGreaterThanOrEqual(1)
})

test('T-05 K-18 a worker that dies between Recon’s effect and its own record of it assigns once', async () => {
  const line = await aLine((one) => one.candidates.length > 0)
  const [partner] = line.candidates[0]?.partners ?? []
  if (!partner) throw new Error('a candidate is nobody')
  await product.stopWorker()
  const doomed = product.spawnWorker({ COUNTERSIGN_FAULT_POINT: 'after_send' })
  const part = { ...line.amount, amount: centsOf(minLike(minor(line.amount), minor(partner.open))) }
  const asked = await assign(ops, line, [{ id: partner.id, amount: part }])
  expect(asked.status).toBe(202)
  await doomed.ended
  expect((await atRecon(line.id)).state).toBe('assigned')
  product.startWorker()
  expect((await ended(asked.body.id)).state).toBe('executed')
  const { effects } = await product.upstream('/_sandbox/effects?upstream=recon')
  const ours = effects.filter((effect: { target: string }) => effect.target === line.id)
  expect(ours).toMatchObject([{ operation: 'exception.assign', count: 1 }])
}, 120_000)

test('T-05 T-07 while Recon cannot be read nothing is assigned, and what it told last is shown as a copy', async () => {
  const line = await aLine((one) => one.candidates.length > 0)
  await ops.get(`/v1/entities/exception/${line.id}`)
  await product.sandbox.stop()
  const copy = (await ops.get(`/v1/entities/exception/${line.id}`)).body
  expect(copy).toMatchObject({ stale: { age_ms: expect.any(Number) }, state: 'open' })
  // What was proposed is told, without figures: of those nobody knows what is open now.
  expect(copy.data.candidates.map(({ id }: { id: string }) => id)).toContain(line.candidates[0]?.id)
  for (const { score, why, partners } of copy.data.candidates) {
    expect([typeof score, partners]).toEqual(['number', null])
    expect(why).not.toBe('')
  }
  expect(copy.affordances.every(({ allowed }: { allowed: boolean }) => !allowed)).toBe(true)
  const asked = await assign(ops, line, [{ id: 'tr_1' }])
  expect(asked).toMatchObject({ status: 503, body: { code: 'upstream_unreadable' } })
  const found = await ops.get(`/v1/exceptions/${line.id}/partners?q=abc`)
  expect(found.status).toBe(503)
  await product.sandbox.start()
})

function centsOf(value: bigint): string {
  const text = value.toString().padStart(3, '0')
  return `${text.slice(0, -2)}.${text.slice(-2)}`
}

function minLike(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
