import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, faultClient, type LoadReport, type Operator } from './fault-client.ts'
import type { FaultWorld } from './fault-world.ts'

/** An operator looks at the screen between two clicks. */
const PAUSE_MAX_MS = 120
const TRESPASS_EVERY_MS = 500
/** Records in one request over many. */
const SEVERAL = { least: 2, most: 8 } as const
const GRANT = 'kernel.grant_role'
/** Somebody's word that gave a person a role. */
const GRANTED = 'a role granted'
/** What waits for its evidence in this run. */
export const RELEASE = 'transfers.unfreeze_entity'
/** A release that the witness had first. */
const RELEASED = 'a release after its evidence'
const ROLES = ['transfers/OPS', 'transfers/COMPLIANCE', 'transfers/ADMIN']
/** How far ahead something is asked for: near enough that the run sees it carried out. */
const AHEAD_MS = { least: 1_000, most: 15_000 } as const

const SEVERAL_AT_ONCE = 'returns in bulk'
const IN_EMERGENCY = 'transfers.freeze_entity, emergency'
const FOR_LATER = 'transfers.freeze_entity, scheduled_for'
const TAKEN_BACK = `${RELEASE}, undoes`

/** What a run has to have sent, so that something is at stake. */
export const AT_STAKE = [
  ...['return', SEVERAL_AT_ONCE, 'approve', 'reveal', 'withdraw', 'trespass', IN_EMERGENCY, FOR_LATER],
  ...[TAKEN_BACK, RELEASED, GRANT, GRANTED],
]
/** What leads to something that is missing has this beside its share, of about a hundred. */
const MISSING_SHARE = 60

/** One thing to do, and what is at stake that it may come to. */
type Way = {
  readonly share: number
  readonly doing: (by: Operator) => Promise<void>
  readonly leadsTo?: readonly string[]
}

/** A platform administrator by that name asks for returns, freezes and a role: none of it may ever be. */
export const TRESPASSER = 'fault-platform-1'

/**
 * Operators at work until the signal: they ask for one record and for many, at once and for later, agree, reject, freeze
 * in an emergency, take back what was done, look at personal data, take up work, and never stop retrying under the same
 * key.
 */
export async function runLoad(
  world: FaultWorld,
  random: () => number,
  signal: AbortSignal,
  /** What has to be at stake and was not yet: it is done more often until it was, and taken out then. */
  missing: Set<string>,
): Promise<LoadReport> {
  const onSent = (what: string) => void missing.delete(what)
  const { once, send, report } = faultClient(world, random, onSent)
  const people = (role: string, n: number): Operator[] =>
    Array.from({ length: n }, (_, i) => ({
      name: `fault-${role.toLowerCase()}-${i + 1}`,
      role: `transfers/${role}`,
    }))
  const [ops, admins, compliance] = [people('OPS', 5), people('ADMIN', 4), people('COMPLIANCE', 4)]
  // Who has no business with money, and asks for it all the same.
  const platform = { name: TRESPASSER, role: 'platform/PLATFORM_ADMIN' }
  const { rows: returns } = await world.sandboxDatabase.query<{ id: string }>(
    `SELECT id FROM cts.transfer WHERE id LIKE 'tr_fault_%' ORDER BY random()`,
  )
  const { rows: parties } = await world.sandboxDatabase.query<{ id: string }>(
    'SELECT id FROM compliance.party LIMIT 60',
  )
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)]
    if (item === undefined) throw new Error('there is nothing to pick from')
    return item
  }
  const between = ({ least, most }: { least: number; most: number }) => least + random() * (most - least)
  const anyParty = () => ({ kind: 'party', id: pick(parties).id })

  async function act(
    by: Operator,
    type: string,
    target: { readonly kind: string; readonly id: string },
    reason: object,
    more: object = {},
    input: object = {},
  ): Promise<void> {
    const seen = await once(by, 'POST', `/v1/actions/${type}/preview`, { target, input })
    if (seen?.status !== 200) return
    const { preview_digest } = seen.body
    const what = ['emergency', 'scheduled_for', 'undoes'].find((name) => name in more)
    const body = { target, input, reason, preview_digest, ...more }
    await send(by, what ? `${type}, ${what}` : type, `/v1/actions/${type}`, body)
  }

  async function askForReturn(by: Operator): Promise<void> {
    const transfer = returns.pop()
    if (transfer) await send(by, 'return', '/returns', { transferId: transfer.id, reason: 'R01' })
  }

  /** K-19: one request, one approval, and each record on its own. */
  async function askForSeveral(by: Operator): Promise<void> {
    const several = returns.splice(-Math.round(between(SEVERAL)))
    if (several.length === 0) return
    const path = '/v1/actions/transfers.return_transfer/bulk'
    const body = {
      rows: several.map(({ id }) => ({ target: { kind: 'transfer', id } })),
      reason: { code: 'R01' },
    }
    const seen = await once(by, 'POST', `${path}/preview`, body)
    if (seen?.status !== 200 || seen.body.preview_digest === null) return
    await send(by, 'returns in bulk', path, { ...body, preview_digest: seen.body.preview_digest })
  }

  async function freezeOrUnfreeze(by: Operator): Promise<void> {
    const chance = random()
    if (chance < 0.35) await act(by, 'transfers.freeze_entity', anyParty(), { code: 'fraud_suspected' })
    else if (chance < 0.6) {
      const reason = { code: 'fraud_suspected', note: 'It drains' }
      await act(by, 'transfers.freeze_entity', anyParty(), reason, { emergency: true })
    } else if (chance < 0.75) {
      const scheduled_for = new Date(Date.now() + between(AHEAD_MS)).toISOString()
      const reason = { code: 'fraud_suspected', note: 'At the close of business' }
      await act(by, 'transfers.freeze_entity', anyParty(), reason, { scheduled_for })
    } else await act(by, RELEASE, anyParty(), { code: 'cleared' })
  }

  /** K-21: what is offered to be taken back on the page of a record that was frozen. */
  async function takeBack(by: Operator): Promise<void> {
    const done = await once(by, 'GET', '/v1/requests?type=transfers.freeze_entity&state=executed&limit=20')
    const frozen = (done?.status === 200 ? done.body.requests : []) as { target: { id: string } }[]
    if (frozen.length === 0) return
    const target = { kind: 'party', id: pick(frozen).target.id }
    const record = await once(by, 'GET', `/v1/entities/party/${target.id}`)
    const affordances = (record?.status === 200 ? record.body.affordances : []) as {
      action: string
      undoes?: { id: string }
    }[]
    const offer = affordances.find(({ undoes }) => undoes !== undefined)
    if (offer?.undoes) await act(by, offer.action, target, { code: 'cleared' }, { undoes: offer.undoes.id })
  }

  /** I8: a release waits for its evidence once it is agreed to; that one has been carried out is seen here. */
  async function agreeToRelease(by: Operator): Promise<void> {
    const done = await once(by, 'GET', `/v1/requests?type=${RELEASE}&state=executed&limit=20`)
    const released = (done?.status === 200 ? done.body.requests : []) as { evidence_first?: true }[]
    if (released.some(({ evidence_first }) => evidence_first)) onSent(RELEASED)
    await agreeTo(by, RELEASE)
  }

  /** K-30: what was looked at is written down before it is shown, or it is not shown. */
  async function look(by: Operator): Promise<void> {
    const target = anyParty()
    const body = { target, input: { field: 'name' }, reason: { code: 'customer_contact' } }
    const asked = await send(by, 'reveal', '/v1/actions/transfers.reveal_party', body)
    if (asked?.status === 200) await once(by, 'GET', `/v1/entities/party/${target.id}/revealed`)
  }

  async function takeUp(by: Operator): Promise<void> {
    const list = await once(by, 'GET', '/v1/queues/transfers.returns/items?assignee=none&limit=20')
    const items = (list?.status === 200 ? list.body.items : []) as { id: string }[]
    if (items.length === 0) return
    const target = { kind: 'work_item', id: `transfers.returns:${pick(items).id}` }
    await act(by, 'kernel.claim_item', target, { code: 'take_up' })
  }

  async function decide(by: Operator): Promise<void> {
    const inbox = await once(by, 'GET', '/v1/approvals?limit=20')
    const items = (inbox?.status === 200 ? inbox.body.items : []) as {
      id: string
      digest: string
      can_approve: boolean
    }[]
    const open = items.filter((item) => item.can_approve)
    if (open.length === 0) return
    const { id, digest } = pick(open)
    if (random() < 0.85) await send(by, 'approve', `/v1/requests/${id}/approve`, { digest })
    else await send(by, 'reject', `/v1/requests/${id}/reject`, { reason: 'Not this one' })
  }

  /** K-42: what was agreed to for later is withdrawn before its time, or was too late for that. */
  async function withdraw(by: Operator): Promise<void> {
    const list = await once(by, 'GET', '/v1/requests?scheduled=waiting&requested_by=me&limit=20')
    const [mine] = (list?.status === 200 ? list.body.requests : []) as { id: string }[]
    if (mine) await send(by, 'withdraw', `/v1/requests/${mine.id}/cancel`, { reason: 'No longer wanted' })
  }

  /** I12: a role for anybody, whoever asks for it among them. */
  async function grant(by: Operator): Promise<void> {
    const target = { kind: 'person', id: pick([...ops, ...admins, ...compliance]).name }
    await act(by, GRANT, target, { code: 'covers', note: 'While others are away' }, {}, { role: pick(ROLES) })
  }

  /** I12: whoever may decide on roles agrees to any, also to one that they asked for or that is for themselves. */
  async function agreeToGrant(by: Operator): Promise<void> {
    const answer = await agreeTo(by, GRANT)
    if (answer?.body.state === 'executed') onSent(GRANTED)
  }

  async function agreeTo(by: Operator, type: string): Promise<Answer | undefined> {
    const list = await once(by, 'GET', `/v1/requests?type=${type}&state=pending&limit=20`)
    const open = (list?.status === 200 ? list.body.requests : []) as { id: string; digest: string }[]
    if (open.length === 0) return undefined
    const { id, digest } = pick(open)
    return send(by, 'approve', `/v1/requests/${id}/approve`, { digest })
  }

  /** I11, I12: what this person asks for is refused each time; no crash makes it otherwise. */
  async function trespass(by: Operator): Promise<void> {
    const transfer = returns[0]
    if (transfer) await send(by, 'trespass', '/returns', { transferId: transfer.id, reason: 'R01' })
    await send(by, 'trespass', '/v1/actions/transfers.freeze_entity', {
      ...{ target: anyParty(), input: {}, reason: { code: 'fraud_suspected', note: 'Now' }, emergency: true },
      preview_digest: 'none',
    })
    await send(by, 'trespass', '/v1/actions/kernel.grant_role', {
      target: { kind: 'person', id: by.name },
      ...{
        input: { role: 'transfers/ADMIN' },
        reason: { code: 'new_duty', note: 'Mine' },
        preview_digest: 'none',
      },
    })
    await sleep(TRESPASS_EVERY_MS)
  }

  async function work(by: Operator, doing: (by: Operator) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await doing(by)
      await sleep(random() * PAUSE_MAX_MS)
    }
  }
  /** One of these, as often beside each other as their shares say; what is still missing before all others. */
  const oneOf =
    (...ways: readonly Way[]) =>
    (by: Operator): Promise<void> => {
      const shares = ways.map(({ share, leadsTo }) =>
        leadsTo?.some((what) => missing.has(what)) ? share + MISSING_SHARE : share,
      )
      let left = random() * shares.reduce((sum, share) => sum + share, 0)
      for (const [index, { doing }] of ways.entries()) {
        left -= shares[index] ?? 0
        if (left < 0) return doing(by)
      }
      return Promise.resolve()
    }
  const asOps = oneOf(
    { share: 70, doing: askForReturn },
    { share: 10, doing: askForSeveral, leadsTo: [SEVERAL_AT_ONCE] },
    { share: 20, doing: takeUp },
  )
  const asAdmin = oneOf(
    { share: 90, doing: decide },
    { share: 4, doing: grant, leadsTo: [GRANT] },
    { share: 6, doing: agreeToGrant, leadsTo: [GRANTED] },
  )
  const asCompliance = oneOf(
    { share: 40, doing: freezeOrUnfreeze, leadsTo: [IN_EMERGENCY, FOR_LATER] },
    { share: 36, doing: decide },
    { share: 10, doing: takeBack, leadsTo: [TAKEN_BACK] },
    { share: 4, doing: agreeToRelease, leadsTo: [RELEASED] },
    { share: 8, doing: look, leadsTo: ['reveal'] },
    { share: 6, doing: withdraw, leadsTo: ['withdraw'] },
  )
  await Promise.all([
    ...ops.map((by) => work(by, asOps)),
    ...admins.map((by) => work(by, asAdmin)),
    work(platform, trespass),
    ...compliance.map((by) => work(by, asCompliance)),
  ])
  return report()
}
