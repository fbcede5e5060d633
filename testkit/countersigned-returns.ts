import { type Client, eventually, type Product } from './product.ts'

export type AuthorisedReturn = {
  readonly id: string
  readonly transfer: string
  /** The idempotency key that CTS is given. */
  readonly key: string
}

/** The bank's returns of the seeded world, each to be booked once, with a second pair of eyes. */
export type CountersignedReturns = {
  readonly ops: Client
  readonly admin: Client
  /** A transfer whose return nobody has asked for. */
  readonly take: () => string
  /** One person asks, and nobody has agreed yet. */
  readonly ask: (transfer?: string) => Promise<{ id: string; digest: string; transfer: string }>
  /** One asks, another agrees: an effect to be delivered. */
  readonly authorise: (transfer?: string) => Promise<AuthorisedReturn>
  /** The request as it is now. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server said; tests look into it by path and compare
  readonly read: (id: string) => Promise<any>
  /** Waits until the request is in one of these states. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly reaches: (id: string, ...states: string[]) => Promise<any>
  /** How often CTS has performed what the key stands for. */
  readonly effects: (key: string) => Promise<number>
}

/** A worker must have run, so that the queue shows what the seeded world holds. */
export async function countersignedReturns(product: Product): Promise<CountersignedReturns> {
  const ops = await product.as('transfers/OPS')
  const admin = await product.as('transfers/ADMIN')
  const open = await eventually('the seeded returns', async () => {
    const { body } = await ops.get('/v1/queues/transfers.returns/items?kind=return&limit=200')
    return body.items.length >= SEEDED_RETURNS_MIN && body.behind_ms === 0 && body.items
  })
  const { transfers } = await product.upstream('/cts/transfers?state=return_received&limit=200')
  const held = new Set(
    transfers
      .filter((transfer: { frozen_parties: string[] }) => transfer.frozen_parties.length > 0)
      .map((transfer: { id: string }) => transfer.id),
  )
  const untaken: string[] = open
    .map((item: { subject: { id: string } }) => item.subject.id)
    .filter((id: string) => !held.has(id))
  const take = () => {
    const transfer = untaken.shift()
    if (transfer === undefined) throw new Error('no return is left in the seeded world')
    return transfer
  }
  const ask: CountersignedReturns['ask'] = async (transfer = take()) => {
    const { body: entity } = await ops.get(`/v1/entities/transfer/${transfer}`)
    const asked = await ops.post('/returns', { transferId: transfer, reason: entity.data.return.code })
    if (asked.status !== 202) throw new Error(`asking was answered ${asked.status}: ${asked.text}`)
    return { id: asked.body.id, digest: asked.body.digest, transfer }
  }
  const read = async (id: string) => (await admin.get(`/v1/requests/${id}`)).body
  return {
    ops,
    admin,
    take,
    ask,
    read,
    async authorise(transfer) {
      const asked = await ask(transfer)
      const agreed = await admin.post(`/v1/requests/${asked.id}/approve`, { digest: asked.digest })
      if (agreed.status !== 200) throw new Error(`agreeing was answered ${agreed.status}: ${agreed.text}`)
      return { id: asked.id, transfer: asked.transfer, key: (await read(asked.id)).effect.key }
    },
    async reaches(id, ...states) {
      let last: unknown
      try {
        return await eventually(
          `${id} being ${states.join(' or ')}`,
          async () => {
            const request = await read(id)
            last = { type: request.type, state: request.state, effect: request.effect }
            return states.includes(request.state) && request
          },
          REACHED_ON_A_BUSY_MACHINE_MS,
        )
      } catch (error) {
        throw new Error(`${(error as Error).message}; it is ${JSON.stringify(last)}`, { cause: error })
      }
    },
    async effects(key) {
      const answer = await fetch(`${product.sandboxUrl}/_sandbox/effects?key=${key}`)
      const { effects } = (await answer.json()) as { effects: { count: number }[] }
      return effects.reduce((sum, { count }) => sum + count, 0)
    },
  }
}

/** An upstream that gives no answer in time on a busy machine is asked again later and later. */
const REACHED_ON_A_BUSY_MACHINE_MS = 180_000
/** Fewer means that the projections are still on their way. */
const SEEDED_RETURNS_MIN = 30
