import type pg from 'pg'
import type { BoundAction, BoundEffectContext } from '../console.ts'
import type { Delivery } from './define-action.ts'
import type { DispatcherOptions } from './dispatcher.ts'
import { faultPoint } from './fault-point.ts'
import { recheckAuthorisation } from './recheck-authorisation.ts'
import { loadRequest } from './request-record.ts'
import {
  type Attempt,
  beginDispatching,
  type Lease,
  maybeSent,
  settleDelivery,
  settleUnknown,
  settleUnsent,
} from './settle-effect.ts'

/** Of its lease, what a delivery uses at most; the rest is for writing down what came of it. */
const LEASE_SHARE_FOR_SENDING = 0.8
/**
 * A key is taken for forgotten this much before the upstream says so: the request may be under way for a while, and two
 * clocks are compared.
 */
const KEY_RETENTION_MARGIN_MS = 10 * 60_000

/**
 * One try at one due effect: lease, recheck, send, write down what came of it. Every step is committed before the next,
 * so that whoever takes over after a crash knows whether something may have been sent.
 *
 * @returns whether the lease was ours
 */
export async function deliverEffect(
  options: DispatcherOptions,
  due: { readonly request_id: string; readonly revision: number },
): Promise<boolean> {
  const { kernel, report } = options
  const sendingMs = options.leaseMs * LEASE_SHARE_FOR_SENDING
  // Counted from before the lease is taken, so that sending ends before another may begin.
  const sendBefore = performance.now() + sendingMs
  const signal = AbortSignal.timeout(sendingMs)
  const lease = await takeLease(kernel.pool, due, options)
  if (!lease) return false
  faultPoint('leased')

  const record = await loadRequest(kernel.pool, due.request_id)
  const action = record && kernel.actions.get(record.type)
  if (!record?.revision || !action) {
    report({
      level: 'error',
      message: `no declaration of ${record?.type} here; the effect waits`,
      requestId: due.request_id,
    })
    return true
  }
  const attempt: Attempt = { record, action, revision: record.revision, lease }
  const decided = record.revision.decided
  const context: BoundEffectContext = {
    key: lease.effect_key,
    targetVersion: record.revision.target_version,
    signal,
  }

  let current = attempt
  if (maybeSent(attempt)) {
    // What was begun is ended, as it was authorised then: asked for first, and only then sent again.
    const next = await afterLostAnswer(attempt, context)
    if ('settle' in next) {
      await settleDelivery(options, attempt, next.settle, next.byReadback)
      return true
    }
    if ('ask' in next) {
      await settleUnknown(options, attempt, next.ask)
      return true
    }
  } else {
    const recheck = await recheckAuthorisation(kernel, attempt)
    if (recheck === 'unreadable') {
      await settleDelivery(options, attempt, retry('the target cannot be read now'), false)
      return true
    }
    if (recheck) {
      if (recheck.altered) {
        report({ level: 'error', message: `not sent: ${recheck.stale}`, requestId: due.request_id })
      }
      await settleUnsent(options, attempt, recheck.stale)
      return true
    }
    if (record.state === 'authorized') {
      if (!(await beginDispatching(options, attempt))) return true
      current = {
        ...attempt,
        record: { ...record, state: 'dispatching', transitions: record.transitions + 1 },
      }
    }
  }
  faultPoint('dispatching')

  // Looked at by the clock, not by the signal: after a pause of the whole process its timer has not fired yet.
  if (performance.now() > sendBefore) {
    await settleDelivery(options, current, retry('the lease was about to end'), false)
    return true
  }
  faultPoint('before_send')
  const delivery = await action.deliver(decided, context)
  faultPoint('after_send')
  if (delivery.outcome === 'unknown') {
    await settleLost(options, current, context, delivery)
  } else {
    await settleDelivery(options, current, delivery, false)
  }
  faultPoint('settled')
  return true
}

async function takeLease(
  pool: pg.Pool,
  { request_id, revision }: { readonly request_id: string; readonly revision: number },
  { holder, leaseMs }: Pick<DispatcherOptions, 'holder' | 'leaseMs'>,
): Promise<Lease | null> {
  const { rows } = await pool.query<{ lease: Lease | null }>({
    name: 'lease-effect',
    text: 'SELECT kernel.lease_effect($1, $2, $3, $4) AS lease',
    values: [request_id, revision, holder, leaseMs],
  })
  return rows[0]?.lease ?? null
}

type Next =
  | { readonly settle: Delivery; readonly byReadback: boolean }
  /** A person has to look. */
  | { readonly ask: string }
  | { readonly send: true }

/** An earlier attempt may have arrived, its answer lost: what may be done now without doing it twice. */
async function afterLostAnswer(attempt: Attempt, context: BoundEffectContext): Promise<Next> {
  const { action, revision, lease } = attempt
  const earlier = await action.readBack(revision.decided, context)
  switch (earlier?.outcome) {
    case 'done':
    case 'refused':
      return { settle: earlier, byReadback: true }
    case 'unknown':
      return { settle: retry(earlier.why), byReadback: true }
    case 'retry':
    case undefined:
      break
    default:
      earlier satisfies never
  }
  if (action.keyRetentionMs === null) {
    return earlier
      ? { send: true }
      : { ask: 'it may have happened; the upstream cannot be asked and would do it a second time' }
  }
  const retentionMs = await action.keyRetentionMs(revision.decided, context)
  if (retentionMs === undefined) {
    return { settle: retry('the upstream does not say for how long it knows a key'), byReadback: false }
  }
  const agedMs = (lease.maybe_sent_for_ms ?? 0) + KEY_RETENTION_MARGIN_MS
  return agedMs < retentionMs
    ? { send: true }
    : { ask: 'it may have happened; the upstream has forgotten its key by now and would do it a second time' }
}

/** The answer was lost just now: the upstream is asked at once; what it cannot say is left for a later attempt. */
async function settleLost(
  options: DispatcherOptions,
  attempt: Attempt,
  context: BoundEffectContext,
  lost: Extract<Delivery, { outcome: 'unknown' }>,
): Promise<void> {
  const { action, revision } = attempt
  // With the time that the lease gives used up, asking would only fail.
  const answer = context.signal.aborted ? lost : await action.readBack(revision.decided, context)
  if (answer?.outcome === 'done') {
    await settleDelivery(options, attempt, answer, true)
  } else if (answer === undefined && !deduplicates(action)) {
    await settleUnknown(options, attempt, `${lost.why}; the upstream cannot be asked whether it happened`)
  } else {
    await settleDelivery(options, attempt, lost, false)
  }
}

function deduplicates(action: BoundAction): boolean {
  return action.keyRetentionMs !== null
}

function retry(why: string): Extract<Delivery, { outcome: 'retry' }> {
  return { outcome: 'retry', why }
}
