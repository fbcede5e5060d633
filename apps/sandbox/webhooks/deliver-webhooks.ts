import type { WebhookSecrets } from '../config.ts'
import type { Database } from '../database/database.ts'
import { type PublishedEvent, readEvents } from '../events/read-events.ts'
import type { Misbehaviour } from '../misbehaviour/misbehaviour.ts'
import { UPSTREAMS, type Upstream } from '../upstreams.ts'
import { type DeliveryPlan, planDelivery } from './plan-delivery.ts'
import { signWebhook } from './sign-webhook.ts'

const BATCH_MAX_EVENTS = 100
/** The receiver takes a body of 1 MiB; one event is always sent, however large. */
const BATCH_MAX_BYTES = 512 * 1024
const REQUEST_TIMEOUT_MS = 10_000
const BACKOFF_FIRST_MS = 250
const BACKOFF_MAX_MS = 5_000
/** How long reordering waits for a second event to change places with. */
const REORDER_WINDOW_MS = 1_000
/** How often the outbox is looked at when nothing has announced an event. */
const IDLE_POLL_MS = 1_000
const ERROR_KEPT_MAX_CHARACTERS = 500

export type WebhookTarget = { readonly url: string; readonly secrets: WebhookSecrets }

/**
 * Delivers events from the outbox to `{url}/{upstream}`: in order per upstream, signed, until answered 2xx. What
 * was answered is kept in the database, so that a restarted process resumes where the last one stopped.
 *
 * @returns a function that stops; it resolves when no request is under way
 */
export function deliverWebhooks(
  database: Database,
  target: WebhookTarget,
  misbehaviour: Misbehaviour,
  report: (error: Error) => void,
): () => Promise<void> {
  let stopped = false
  const sleepers = new Map<Upstream, { wakeable: boolean; finish: () => void }>()
  const underWay = new Map<Upstream, AbortController>()
  database.onEvents(() => {
    for (const { wakeable, finish } of sleepers.values()) if (wakeable) finish()
  })

  /** Resolves after `ms`, when delivery stops, or (where `wakeable`) when events were recorded. */
  const pause = (upstream: Upstream, ms: number, wakeable: boolean) =>
    new Promise<void>((done) => {
      const finish = () => {
        clearTimeout(timer)
        sleepers.delete(upstream)
        done()
      }
      const timer = setTimeout(finish, stopped ? 0 : ms)
      sleepers.set(upstream, { wakeable, finish })
    })

  const send = async (upstream: Upstream, secret: string, events: readonly string[]) => {
    const request = new AbortController()
    underWay.set(upstream, request)
    const late = new Error(`no answer within ${REQUEST_TIMEOUT_MS} ms`)
    const timer = setTimeout(() => request.abort(late), REQUEST_TIMEOUT_MS)
    try {
      await post(`${target.url}/${upstream}`, secret, events, request.signal)
    } finally {
      clearTimeout(timer)
      underWay.delete(upstream)
    }
  }

  const run = async (upstream: Upstream, secret: string) => {
    let plan: DeliveryPlan | undefined
    let attempts = 0
    while (!stopped) {
      try {
        plan =
          (await stillToDeliver(database, upstream, plan)) ??
          (await nextPlan(database, misbehaviour, upstream, () => pause(upstream, REORDER_WINDOW_MS, false)))
        if (!plan) {
          await pause(upstream, IDLE_POLL_MS, true)
          continue
        }
        // A retry goes on with what was not answered yet; what misbehaviour chose is not chosen anew.
        while (plan.requests[0]) {
          await send(upstream, secret, plan.requests[0])
          plan = { ...plan, requests: plan.requests.slice(1) }
        }
        await keepDelivered(database, upstream, plan.through)
        plan = undefined
        attempts = 0
      } catch (error) {
        if (stopped) return
        attempts += 1
        const failure = error instanceof Error ? error : new Error(String(error))
        await keepFailure(database, upstream, attempts, failure).catch(report)
        await pause(upstream, backoffMs(attempts), false)
      }
    }
  }
  const running = Promise.all(
    UPSTREAMS.flatMap((upstream) => {
      const secret = target.secrets[upstream]
      return secret === undefined ? [] : [run(upstream, secret)]
    }),
  )
  return async () => {
    stopped = true
    for (const { finish } of sleepers.values()) finish()
    for (const request of underWay.values()) request.abort()
    await running
  }
}

async function nextPlan(
  database: Database,
  misbehaviour: Misbehaviour,
  upstream: Upstream,
  waitForMore: () => Promise<void>,
): Promise<DeliveryPlan | undefined> {
  const events = await nextEvents(database, upstream)
  if (events.length === 0) return undefined
  if (events.length === 1 && misbehaviour.rules(upstream).some(({ mode }) => mode === 'reorder_webhook')) {
    await waitForMore()
    return planDelivery(upstream, await nextEvents(database, upstream), misbehaviour)
  }
  return planDelivery(upstream, events, misbehaviour)
}

async function nextEvents(database: Database, upstream: Upstream): Promise<PublishedEvent[]> {
  const after = await deliveredThrough(database, upstream)
  const events = await readEvents(database, upstream, after, BATCH_MAX_EVENTS)
  let bytes = 0
  const fitting = events.findIndex(({ json }, index) => {
    bytes += Buffer.byteLength(json) + 1
    return index > 0 && bytes > BATCH_MAX_BYTES
  })
  return fitting === -1 ? events : events.slice(0, fitting)
}

/** A reset forgets the events of the world before it; a plan that holds such is given up. */
async function stillToDeliver(
  database: Database,
  upstream: Upstream,
  plan: DeliveryPlan | undefined,
): Promise<DeliveryPlan | undefined> {
  return plan && plan.through > (await deliveredThrough(database, upstream)) ? plan : undefined
}

async function deliveredThrough(database: Database, upstream: Upstream): Promise<number> {
  const { rows } = await database.query<{ through: number }>(
    'SELECT delivered_through::float8 AS through FROM platform.webhook_delivery WHERE upstream = $1',
    [upstream],
  )
  return rows[0]?.through ?? 0
}

async function post(
  url: string,
  secret: string,
  events: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const body = `[${events.join(',')}]`
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal,
    headers: {
      'content-type': 'application/json',
      'countersign-signature': signWebhook(secret, body, new Date()),
    },
    body,
  })
  // Read to its end, so that the connection can be used again.
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
}

async function keepDelivered(database: Database, upstream: Upstream, through: number): Promise<void> {
  await database.query(
    `UPDATE platform.webhook_delivery
     SET delivered_through = greatest(delivered_through, $2), attempts = 0, last_error = NULL
     WHERE upstream = $1`,
    [upstream, through],
  )
}

async function keepFailure(
  database: Database,
  upstream: Upstream,
  attempts: number,
  failure: Error,
): Promise<void> {
  const cause = failure.cause instanceof Error ? `: ${failure.cause.message}` : ''
  await database.query(
    'UPDATE platform.webhook_delivery SET attempts = $2, last_error = $3 WHERE upstream = $1',
    [upstream, attempts, `${failure.message}${cause}`.slice(0, ERROR_KEPT_MAX_CHARACTERS)],
  )
}

/** Exponential with jitter: between half of it and all of it. */
function backoffMs(attempts: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2)
}
