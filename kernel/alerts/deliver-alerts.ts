import type { Kernel } from '../kernel.ts'
import { languageOf } from '../languages/reader.ts'
import { type AlertFacts, alertTitle } from './alert-kind.ts'
import { alertKindOf } from './alert-kind-of.ts'
import type { AlertChannels, AlertMessage, Sent } from './send-alert.ts'

const DELIVERIES_MAX = 20
/** Longer than the longest wait of a channel. */
const DELIVERY_LEASE_MS = 60_000
export const DELIVERY_ATTEMPTS_MAX = 8
const BACKOFF_FIRST_MS = 5_000
const BACKOFF_MAX_MS = 600_000

export type DeliveryOptions = {
  /** With the dispatcher's pool. */
  readonly kernel: Kernel
  readonly channels: AlertChannels
  /** Who holds the leases: unique to this process. */
  readonly holder: string
  /** Of the console, without a slash at its end. */
  readonly publicUrl: string
  /** Jitter of the waits, from 0 up to 1. */
  readonly random?: () => number
}

type Leased = {
  readonly delivery_id: string
  readonly fence: string
  readonly attempts: number
  readonly what: 'page' | 'resolved'
  readonly page: number
  readonly channel: 'email' | 'webhook'
  readonly email: string | null
  /** Of the recipient, where their identity provider says it. */
  readonly language: string | null
  readonly alert_id: string
  readonly kind: string
  readonly audience: string
  readonly facts: AlertFacts
  readonly raised_at: string
}

/**
 * Sends what is due, at least once: a process that dies after sending and before putting it down leaves a delivery that
 * another sends again, under the same id. After {@link DELIVERY_ATTEMPTS_MAX} failures it is dead, which is an alert in
 * the console.
 *
 * @returns how many deliveries were tried
 */
export async function deliverOnce(options: DeliveryOptions): Promise<number> {
  const { kernel, holder } = options
  const { rows } = await kernel.pool.query<Leased>(
    `SELECT delivery_id, fence, attempts, what, page, channel, email, alert_id, kind, audience, facts, raised_at,
            (SELECT p.language FROM kernel.person p WHERE channel = 'email' AND p.person_id = recipient) AS language
       FROM kernel.lease_alert_deliveries($1, $2, $3)`,
    [holder, DELIVERY_LEASE_MS, DELIVERIES_MAX],
  )
  await Promise.all(rows.map((leased) => deliver(options, leased)))
  return rows.length
}

async function deliver(options: DeliveryOptions, leased: Leased): Promise<void> {
  const { kernel, channels, random = Math.random } = options
  const channel = channels[leased.channel]
  const sent: Sent = channel
    ? await channel(messageOf(options, leased), leased.email ?? undefined)
    : { ok: false, code: 'not_configured', permanent: true }
  const dead = !sent.ok && (sent.permanent || leased.attempts >= DELIVERY_ATTEMPTS_MAX)
  await kernel.pool.query('SELECT kernel.settle_alert_delivery($1, $2, $3, $4, $5)', [
    leased.delivery_id,
    leased.fence,
    sent.ok ? 'sent' : dead ? 'dead' : null,
    sent.ok ? null : sent.code,
    sent.ok || dead ? null : backoffMs(leased.attempts, random),
  ])
}

/** Half to all of a wait that doubles with each attempt. */
function backoffMs(attempts: number, random: () => number): number {
  const wait = Math.min(BACKOFF_FIRST_MS * 2 ** (attempts - 1), BACKOFF_MAX_MS)
  return Math.round(wait * (0.5 + random() / 2))
}

function messageOf({ kernel, publicUrl }: DeliveryOptions, leased: Leased): AlertMessage {
  const kind = alertKindOf(kernel, leased.kind)
  return {
    deliveryId: leased.delivery_id,
    what: leased.what,
    page: leased.page,
    alertId: leased.alert_id,
    kind: kind.name,
    severity: kind.severity,
    audience: leased.audience,
    title: alertTitle(kind, leased.facts),
    reader: { language: languageOf(leased.language) },
    raisedAt: leased.raised_at,
    link: `${publicUrl}/app/entities/alert/${leased.alert_id}`,
  }
}
