import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { english } from '../languages/make-teller.ts'
import { say, type Text, written } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { auditOf } from './audit-parts.ts'
import { commitWrite, type WriteParts } from './commit-write.ts'
import type { Delivery } from './define-action.ts'
import type { DispatcherOptions } from './dispatcher.ts'
import { keptCode, keptDetail, keptText } from './kept-outcome.ts'
import { requestEvent } from './request-events.ts'
import type { RequestRecord, RequestState } from './request-record.ts'

/** Together with the backoff below: an upstream may be away for ten hours before an effect is given up. */
export const ATTEMPTS_MAX = 400
const BACKOFF_FIRST_MS = 500
/**
 * The circuit breaker is what spares an upstream that is away; an effect that waits much longer than this would only
 * keep people waiting after it is back.
 */
const BACKOFF_MAX_MS = 120_000
/** The longest that an upstream's own word puts an effect off. */
const EXPECTED_MAX_MS = 30 * 60_000
/** The same where the upstream has said when it expects to be asked again. */
const BACKOFF_EXPECTED_MAX_MS = 60_000
/** An effect of which nobody knows is asked about for ever, less and less often. */
const ASK_FIRST_MS = 1_000
const ASK_MAX_MS = 600_000
/** Attempts that were sent and of which nothing was heard, after which a person is asked. */
const UNKNOWN_ATTEMPTS_MAX = 12

export const DISPATCHER = 'system:dispatcher'
export const DISPATCHER_ORIGIN = { httpRequestId: 'dispatcher' }

export type Lease = {
  readonly fence: number
  readonly attempts: number
  readonly effect_key: string
  /** Earlier attempts after which the effect may have happened. */
  readonly maybe_sent: number
  /** How long ago the first of them began, by the database's clock; null where there is none. */
  readonly maybe_sent_for_ms: number | null
  /** How long ago the last of them began that can have sent anything. */
  readonly last_maybe_sent_for_ms: number | null
  /** Earlier attempts that were begun after it was left to people: made only to ask. */
  readonly asked: number
  /** What people have agreed came of it. */
  readonly resolution: { readonly id: string; readonly outcome: 'executed' | 'failed' } | null
}

/** One try at one effect, under a lease. */
export type Attempt = {
  readonly record: RequestRecord
  readonly action: BoundAction
  readonly revision: NonNullable<RequestRecord['revision']>
  readonly lease: Lease
}

/** Something may have left for the upstream: a request is moved to dispatching, and that committed, before it is sent. */
export function maybeSent({ record, lease }: Attempt): boolean {
  return record.state === 'dispatching' && lease.maybe_sent > 0
}

/** Moves the request to dispatching. @returns false where another dispatcher has taken over */
export function beginDispatching(options: DispatcherOptions, attempt: Attempt): Promise<boolean> {
  return write(options, attempt, { to: 'dispatching' })
}

/** Why an effect came to what it did. */
export type Because = {
  /** All that the log and the events carry of it. */
  readonly code: string
  /** In our own words, which repeat nothing of the upstream's. */
  readonly sentence?: Text
  /** In the upstream's words: sealed before they are kept. */
  readonly said?: string
}

/** What the connector answered, written where the fence still holds: final, or to be tried again after a while. */
export async function settleDelivery(
  options: DispatcherOptions,
  attempt: Attempt,
  delivery: Delivery,
  byReadback: boolean,
): Promise<void> {
  switch (delivery.outcome) {
    case 'done':
      await write(options, attempt, {
        to: 'executed',
        settle: { outcome: 'done', by_readback: byReadback, detail: keptDetail(delivery.detail) },
      })
      return
    case 'refused':
      await write(options, attempt, {
        to: 'failed',
        because: { code: keptCode(delivery.code), said: delivery.message },
        settle: { outcome: 'refused', by_readback: byReadback },
      })
      return
    case 'retry':
      await settleRetry(options, attempt, becauseOf(delivery), byReadback, delivery.retryAfterMs)
      return
    case 'unknown': {
      const because = becauseOf(delivery)
      // A request that was never moved to dispatching was never sent.
      const earlier = attempt.record.state === 'dispatching' ? attempt.lease.maybe_sent : 0
      if (earlier + 1 >= UNKNOWN_ATTEMPTS_MAX) {
        await settleUnknown(options, attempt, because)
      } else {
        await write(options, attempt, {
          because,
          settle: { outcome: 'unknown', by_readback: byReadback, retry_in_ms: backoffMs(options, attempt) },
        })
      }
      return
    }
    default:
      delivery satisfies never
  }
}

/** It certainly has not happened by this attempt; it is tried again, unless it has been for too long. */
export async function settleRetry(
  options: DispatcherOptions,
  attempt: Attempt,
  because: Because,
  byReadback = false,
  /** By when the upstream expects to be asked again. */
  expectedMs?: number,
): Promise<void> {
  if (attempt.lease.attempts >= ATTEMPTS_MAX) return giveUp(options, attempt, because)
  await write(options, attempt, {
    because,
    settle: {
      outcome: 'retry',
      by_readback: byReadback,
      retry_in_ms: backoffMs(options, attempt, expectedMs),
    },
  })
}

/** More attempts were begun than there may be: some ended without a word of what came of them. */
export function attemptsAreOver({ record, lease }: Attempt): boolean {
  return record.state !== 'outcome_unknown' && lease.attempts > ATTEMPTS_MAX
}

/** It is not tried any more. */
export async function giveUp(options: DispatcherOptions, attempt: Attempt, because: Because): Promise<void> {
  if (maybeSent(attempt)) await settleUnknown(options, attempt, because)
  else await settleUnsent(options, attempt, because)
}

/** It certainly has not happened, and is not to happen any more. */
export async function settleUnsent(
  options: DispatcherOptions,
  attempt: Attempt,
  because: Because,
  byReadback = false,
): Promise<void> {
  await write(options, attempt, {
    // K-16: once under way a request can no longer become stale.
    to: attempt.record.state === 'authorized' ? 'stale' : 'failed',
    because,
    settle: { outcome: 'stale', by_readback: byReadback },
  })
}

/**
 * It may have happened, and sending it again could do it twice. From here on it is only asked about, until the upstream
 * can say or people have looked.
 */
export async function settleUnknown(
  options: DispatcherOptions,
  attempt: Attempt,
  because: Because,
): Promise<void> {
  await write(options, attempt, {
    ...(attempt.record.state === 'outcome_unknown' ? {} : { to: 'outcome_unknown' as const }),
    because,
    settle: { outcome: 'unknown', by_readback: false, retry_in_ms: askAgainMs(options, attempt) },
  })
}

/** People have looked and agree on what came of it; the database looks at their request itself. */
export async function settleResolved(
  options: DispatcherOptions,
  attempt: Attempt,
  resolution: NonNullable<Lease['resolution']>,
): Promise<void> {
  await write(options, attempt, {
    to: resolution.outcome,
    because: { code: 'resolved_by_people', sentence: say`people have looked and agree that it is so` },
    resolutionId: resolution.id,
    settle: { outcome: resolution.outcome === 'executed' ? 'done' : 'refused', by_readback: false },
  })
}

/**
 * Doubling, between half of it and all of it. An upstream that says when it expects us is at work: it is asked no
 * earlier, and not much later.
 */
function backoffMs(
  { random = Math.random }: DispatcherOptions,
  { lease }: Attempt,
  expectedMs?: number,
): number {
  const longest = expectedMs === undefined ? BACKOFF_MAX_MS : BACKOFF_EXPECTED_MAX_MS
  const full = Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(lease.attempts - 1, 20), longest)
  return Math.max(Math.round(full * (0.5 + random() / 2)), Math.min(expectedMs ?? 0, EXPECTED_MAX_MS))
}

/** As above, begun afresh: of the attempts, only those that were made to ask count. */
function askAgainMs({ random = Math.random }: DispatcherOptions, { lease }: Attempt): number {
  const full = Math.min(ASK_FIRST_MS * 2 ** Math.min(lease.asked, 20), ASK_MAX_MS)
  return Math.round(full * (0.5 + random() / 2))
}

/** What a connector said, as it may be kept. */
export function becauseOf({ code, why }: Extract<Delivery, { outcome: 'retry' | 'unknown' }>): Because {
  return { code: keptCode(code), said: why }
}

type Settled = NonNullable<WriteParts['settle']>
type Change = {
  readonly to?: RequestState
  readonly because?: Because
  readonly settle?: Pick<Settled, 'outcome' | 'by_readback' | 'retry_in_ms'> & {
    readonly detail?: Settled['detail']
  }
  readonly resolutionId?: string
}

async function write(
  { kernel, holder, report }: DispatcherOptions,
  { record, action, revision, lease }: Attempt,
  { to, because, settle, resolutionId }: Change,
): Promise<boolean> {
  const target = { kind: record.target_kind, id: record.target_id }
  const committed = await commitWrite(
    kernel.pool,
    {
      tenant_id: record.tenant_id,
      expect: {
        request_id: record.request_id,
        transitions: record.transitions,
        approvals: record.approvals.length,
        fence: lease.fence,
      },
      ...(settle
        ? {
            settle: {
              ...settle,
              detail: settle.detail ?? (because ? await detailOf(kernel, target, because) : {}),
              request_id: record.request_id,
              revision: revision.revision,
              fence: lease.fence,
              ...(resolutionId === undefined ? {} : { resolution_id: resolutionId }),
            },
          }
        : {}),
      ...(to
        ? {
            transitions: [
              {
                step: record.transitions + 1,
                revision: revision.revision,
                from_state: record.state,
                to_state: to,
                actor_id: DISPATCHER,
                why: because && written(because.sentence ?? because.code),
              },
            ],
          }
        : {}),
      events:
        to && to !== 'dispatching'
          ? [
              requestEvent(
                eventOf(to),
                record.request_id,
                action,
                target,
                DISPATCHER,
                DISPATCHER_ORIGIN,
                because ? { code: because.code } : {},
                [record.part_of?.id, record.undoes].flatMap((id) => (id ? [{ kind: 'request', id }] : [])),
              ),
            ]
          : [],
      audit: to
        ? auditOf(kernel, {
            kind: 'action',
            actor: { id: DISPATCHER, roles: [] },
            action: action.name,
            target,
            outcome: to,
            actionRequestId: record.request_id,
            transition: { from: record.state, to, revision: revision.revision },
            detail: {
              holder,
              ...(because ? { code: because.code } : {}),
              ...(resolutionId === undefined ? {} : { resolution: resolutionId }),
            },
            ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
          })
        : [],
    },
    'kernel.commit_outcome',
  )
  if (!committed.ok) {
    // Fenced or moved: another process has taken over, and what it writes holds.
    report({
      level: 'warn',
      message: `not written: ${english(committed.failure.message)}`,
      requestId: record.request_id,
    })
  }
  if (committed.ok && to) kernel.observeMove({ action: action.name, state: to })
  return committed.ok
}

/** The upstream's own words may name a person, so they are sealed as a person's note is. */
async function detailOf(
  { sealer }: Pick<DispatcherOptions['kernel'], 'sealer'>,
  target: EntityRef,
  { code, sentence, said }: Because,
): Promise<Record<string, Json>> {
  const [sealed] =
    said === undefined
      ? []
      : await sealer.sealRegardless(target, [{ text: keptText(said), class: 'free_text' }])
  return {
    code,
    ...(sentence === undefined ? {} : { why: sentence }),
    ...(sealed === undefined ? {} : { said: sealed }),
  }
}

function eventOf(state: RequestState): 'stale' | 'executed' | 'failed' | 'outcome_unknown' {
  switch (state) {
    case 'stale':
    case 'executed':
    case 'failed':
    case 'outcome_unknown':
      return state
    default:
      throw new Error(`the dispatcher does not move a request to ${state}`)
  }
}
