import type pg from 'pg'
import type { BoundAction, BoundEffectContext } from '../console.ts'
import { ownVersion } from '../entities/rests-on.ts'
import { english } from '../languages/make-teller.ts'
import { say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { Delivery } from './define-action.ts'
import type { DispatcherOptions } from './dispatcher.ts'
import { faultPoint } from './fault-point.ts'
import { recheckAuthorisation } from './recheck-authorisation.ts'
import { agreedVersion, loadRequest } from './request-record.ts'
import { openInput } from './seal-input.ts'
import {
  type Attempt,
  attemptsAreOver,
  type Because,
  becauseOf,
  beginDispatching,
  giveUp,
  type Lease,
  maybeSent,
  settleDelivery,
  settleResolved,
  settleRetry,
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
  const { decided, input } = record.revision
  const target = { kind: record.target_kind, id: record.target_id }
  const agreed = agreedVersion(record)
  const context: BoundEffectContext = {
    key: lease.effect_key,
    targetVersion: agreed === null ? null : ownVersion(agreed),
    input: async () =>
      (await openInput(kernel.sealer, action.inputSchema, input, target)) as Record<string, Json>,
    signal,
  }

  if (record.state === 'outcome_unknown') {
    await askAgain(options, attempt, context)
    return true
  }
  if (attemptsAreOver(attempt)) {
    await giveUp(options, attempt, {
      code: 'attempts_over',
      sentence: say`it was tried as often as it may be, and some tries ended without a word of what came of them`,
    })
    return true
  }

  let current = attempt
  if (maybeSent(attempt)) {
    // What was begun is ended, as it was authorised then: asked for first, and only then sent again.
    const next = await afterLostAnswer(attempt, context, options.leaseMs)
    if ('settle' in next) {
      await settleDelivery(options, attempt, next.settle, true)
      return true
    }
    if ('wait' in next) {
      await settleRetry(options, attempt, next.wait, next.byReadback, next.expectedMs)
      return true
    }
    if ('ask' in next) {
      await settleUnknown(options, attempt, next.ask)
      return true
    }
  } else {
    const recheck = await recheckAuthorisation(kernel, attempt)
    if (recheck === 'unreadable') {
      await settleRetry(options, attempt, {
        code: 'target_unreadable',
        sentence: say`the target cannot be read now`,
      })
      return true
    }
    if (recheck) {
      if (recheck.altered) {
        report({
          level: 'error',
          message: `not sent: ${english(recheck.stale.sentence ?? recheck.stale.code)}`,
          requestId: due.request_id,
        })
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
    await settleRetry(options, current, {
      code: 'lease_about_to_end',
      sentence: say`the lease was about to end`,
    })
    return true
  }
  faultPoint('before_send')
  const delivery = await action.deliver(decided, context)
  faultPoint('after_send')
  if (delivery.outcome === 'unknown') {
    await settleLost(options, current, context, delivery)
  } else if (delivery.outcome === 'refused' && maybeSent(current) && action.afterLostAnswer?.class === 'C') {
    await settleRefusedAgain(options, current, context, delivery)
  } else {
    await settleDelivery(options, current, delivery, false)
  }
  faultPoint('settled')
  return true
}

/** Takes the lease of a due effect, its attempt row with it; null where another has it. */
export async function takeLease(
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
  | { readonly settle: Extract<Delivery, { outcome: 'done' | 'refused' }> }
  | { readonly wait: Because; readonly byReadback: boolean; readonly expectedMs?: number }
  /** A person has to look. */
  | { readonly ask: Because }
  | { readonly send: true }

/** An earlier attempt may have arrived, its answer lost: what may be done now without doing it twice. */
async function afterLostAnswer(
  attempt: Attempt,
  context: BoundEffectContext,
  leaseMs: number,
): Promise<Next> {
  const earlier = await readBack(attempt, context)
  switch (earlier?.outcome) {
    case 'done':
    case 'refused':
      return { settle: earlier }
    case 'unknown':
      return { wait: becauseOf(earlier), byReadback: true }
    case 'retry':
    case undefined:
      break
    default:
      earlier satisfies never
  }
  const lost = attempt.action.afterLostAnswer
  switch (lost?.class) {
    case 'A':
      return afterLostKey(lost, attempt, context)
    case 'B':
      return earlier ? afterNotFound(lost, attempt, context, leaseMs) : { ask: CANNOT_BE_ASKED }
    case 'C':
      // Nothing has been written over the version yet: whichever copy arrives first is the only one that can.
      return earlier ? { send: true } : { ask: MOVED_ON }
    case 'D':
    case undefined:
      return { ask: CANNOT_BE_ASKED }
  }
}

const CANNOT_BE_ASKED: Because = {
  code: 'cannot_be_asked',
  sentence: say`it may have happened; the upstream cannot be asked and would do it a second time`,
}
const MOVED_ON: Because = {
  code: 'moved_on',
  sentence: say`it may have happened; the record has moved on so far that it no longer shows`,
}

type OfClass<Class> = Extract<NonNullable<BoundAction['afterLostAnswer']>, { class: Class }>

/** Class A: the same key may be sent again for as long as it is known. */
async function afterLostKey(
  lost: OfClass<'A'>,
  attempt: Attempt,
  context: BoundEffectContext,
): Promise<Next> {
  switch (await keyIs(lost, attempt, context)) {
    case 'unsaid':
      return {
        wait: {
          code: 'key_retention_unsaid',
          sentence: say`the upstream does not say for how long it knows a key`,
        },
        byReadback: false,
      }
    case 'known':
      return { send: true }
    case 'forgotten':
      return {
        ask: {
          code: 'key_forgotten',
          sentence: say`it may have happened; the upstream has forgotten its key by now and would do it a second time`,
        },
      }
  }
}

/** Class B: that nothing is found says something once what is under way can no longer arrive. */
async function afterNotFound(
  lost: OfClass<'B'>,
  attempt: Attempt,
  context: BoundEffectContext,
  leaseMs: number,
): Promise<Next> {
  const leftMs = await mayStillArriveForMs(lost, attempt, context, leaseMs)
  if (leftMs === undefined) {
    return {
      wait: {
        code: 'settling_unsaid',
        sentence: say`the upstream does not say for how long an order may wait`,
      },
      byReadback: true,
    }
  }
  return leftMs > 0 ? { wait: MAY_STILL_ARRIVE, byReadback: true, expectedMs: leftMs } : { send: true }
}

const MAY_STILL_ARRIVE: Because = {
  code: 'may_still_arrive',
  sentence: say`it has not happened yet; the upstream may still come to it`,
}

/** Of an order of class B: for how long it may still be carried out; undefined where the upstream does not say. */
async function mayStillArriveForMs(
  lost: OfClass<'B'>,
  { revision, lease }: Attempt,
  context: BoundEffectContext,
  leaseMs: number,
): Promise<number | undefined> {
  const settlesMs = await lost.settlesWithinMs(revision.decided, context)
  // It was sent at some time while the lease held.
  return settlesMs === undefined ? undefined : settlesMs + leaseMs - (lease.last_maybe_sent_for_ms ?? 0)
}

/** What the upstream knows of the key of an attempt that it may have seen. */
async function keyIs(
  lost: OfClass<'A'>,
  { revision, lease }: Attempt,
  context: BoundEffectContext,
): Promise<'unsaid' | 'known' | 'forgotten'> {
  const retentionMs = await lost.keyRetentionMs(revision.decided, context)
  if (retentionMs === undefined) return 'unsaid'
  return (lease.maybe_sent_for_ms ?? 0) + KEY_RETENTION_MARGIN_MS < retentionMs ? 'known' : 'forgotten'
}

/** What the upstream says came of it; undefined where it is of a class that cannot say. */
async function readBack(
  { action, revision }: Attempt,
  context: BoundEffectContext,
): Promise<Delivery | undefined> {
  const lost = action.afterLostAnswer
  return lost === null || lost.class === 'D' ? undefined : lost.readBack(revision.decided, context)
}

/** Whether the upstream's word that it has not happened is its last. */
async function isNoFinal(attempt: Attempt, context: BoundEffectContext, leaseMs: number): Promise<boolean> {
  const lost = attempt.action.afterLostAnswer
  switch (lost?.class) {
    case 'A':
      return (await keyIs(lost, attempt, context)) === 'known'
    case 'B': {
      const leftMs = await mayStillArriveForMs(lost, attempt, context, leaseMs)
      return leftMs !== undefined && leftMs <= 0
    }
    case 'C':
    case 'D':
    case undefined:
      return false
  }
}

/**
 * Nobody knows whether it happened: it is never sent again, only asked about, until the upstream can say or people have
 * looked and agree.
 */
async function askAgain(
  options: DispatcherOptions,
  attempt: Attempt,
  context: BoundEffectContext,
): Promise<void> {
  const { lease, record } = attempt
  if (lease.resolution) return settleResolved(options, attempt, lease.resolution)
  try {
    const answer = await readBack(attempt, context)
    if (answer?.outcome === 'done' || answer?.outcome === 'refused') {
      return await settleDelivery(options, attempt, answer, true)
    }
    if (answer?.outcome === 'unknown') return await settleUnknown(options, attempt, becauseOf(answer))
    if (answer !== undefined && (await isNoFinal(attempt, context, options.leaseMs))) {
      const because = { code: 'not_happened', sentence: say`the upstream says that it has not happened` }
      return await settleUnsent(options, attempt, because, true)
    }
    await settleUnknown(options, attempt, {
      code: 'cannot_say',
      sentence: say`the upstream cannot say whether it happened`,
    })
  } catch (error) {
    options.report({
      level: 'error',
      message: 'the upstream could not be asked; it is asked again later',
      requestId: record.request_id,
      error,
    })
    await settleUnknown(options, attempt, {
      code: 'asking_failed',
      sentence: say`asking the upstream failed by a fault of ours`,
    })
  }
}

/** The answer was lost just now: the upstream is asked at once; what it cannot say is left for a later attempt. */
async function settleLost(
  options: DispatcherOptions,
  attempt: Attempt,
  context: BoundEffectContext,
  lost: Extract<Delivery, { outcome: 'unknown' }>,
): Promise<void> {
  // With the time that the lease gives used up, asking would only fail.
  const answer = context.signal.aborted ? lost : await readBack(attempt, context)
  if (answer?.outcome === 'done') {
    await settleDelivery(options, attempt, answer, true)
  } else if (answer === undefined && attempt.action.afterLostAnswer?.class !== 'A') {
    await settleUnknown(options, attempt, becauseOf(lost))
  } else {
    await settleDelivery(options, attempt, lost, false)
  }
}

/**
 * Class C: what was refused may have been written by our own earlier copy, so the record itself says what came of it.
 */
async function settleRefusedAgain(
  options: DispatcherOptions,
  attempt: Attempt,
  context: BoundEffectContext,
  refused: Extract<Delivery, { outcome: 'refused' }>,
): Promise<void> {
  const answer = await readBack(attempt, context)
  switch (answer?.outcome) {
    case 'done':
    case 'refused':
      return settleDelivery(options, attempt, answer, true)
    case 'retry':
      return settleDelivery(options, attempt, refused, false)
    case 'unknown':
      return settleDelivery(options, attempt, answer, true)
    case undefined:
      return settleUnknown(options, attempt, MOVED_ON)
  }
}
