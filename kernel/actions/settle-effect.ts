import type { BoundAction } from '../console.ts'
import { auditOf } from './audit-parts.ts'
import { commitWrite } from './commit-write.ts'
import type { Delivery } from './define-action.ts'
import type { DispatcherOptions } from './dispatcher.ts'
import { requestEvent } from './request-events.ts'
import type { RequestRecord, RequestState } from './request-record.ts'

/** Together with the backoff below: an upstream may be away for half a day before an effect is given up. */
const ATTEMPTS_MAX = 40
const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 30 * 60_000
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

/** What the connector answered, written where the fence still holds: final, or to be tried again after a while. */
export async function settleDelivery(
  options: DispatcherOptions,
  attempt: Attempt,
  delivery: Delivery,
  byReadback: boolean,
): Promise<void> {
  const { lease, record } = attempt
  switch (delivery.outcome) {
    case 'done':
      await write(options, attempt, {
        to: 'executed',
        settle: { outcome: 'done', by_readback: byReadback, detail: delivery.detail },
      })
      return
    case 'refused': {
      const { code, message } = delivery
      await write(options, attempt, {
        to: 'failed',
        why: message,
        settle: { outcome: 'refused', by_readback: byReadback, detail: { code, message } },
      })
      return
    }
    case 'retry': {
      const { why } = delivery
      if (lease.attempts < ATTEMPTS_MAX) {
        await write(options, attempt, {
          settle: {
            outcome: 'retry',
            by_readback: byReadback,
            detail: { why },
            retry_in_ms: backoffMs(lease),
          },
        })
      } else if (maybeSent(attempt)) {
        await settleUnknown(options, attempt, why)
      } else {
        await settleUnsent(options, attempt, why)
      }
      return
    }
    case 'unknown': {
      const { why } = delivery
      // A request that was never moved to dispatching was never sent.
      const earlier = record.state === 'dispatching' ? lease.maybe_sent : 0
      if (earlier + 1 >= UNKNOWN_ATTEMPTS_MAX) {
        await settleUnknown(options, attempt, why)
      } else {
        await write(options, attempt, {
          settle: {
            outcome: 'unknown',
            by_readback: byReadback,
            detail: { why },
            retry_in_ms: backoffMs(lease),
          },
        })
      }
      return
    }
    default:
      delivery satisfies never
  }
}

/** It certainly has not happened, and is not to happen any more. */
export async function settleUnsent(options: DispatcherOptions, attempt: Attempt, why: string): Promise<void> {
  await write(options, attempt, {
    // K-16: once under way a request can no longer become stale.
    to: attempt.record.state === 'authorized' ? 'stale' : 'failed',
    why,
    settle: { outcome: 'stale', by_readback: false, detail: { why } },
  })
}

/** It may have happened, and sending it again could do it twice: a person has to look. */
export async function settleUnknown(
  options: DispatcherOptions,
  attempt: Attempt,
  why: string,
): Promise<void> {
  await write(options, attempt, {
    to: 'outcome_unknown',
    why,
    settle: { outcome: 'unknown', by_readback: false, detail: { why } },
  })
}

/** Doubling, between half of it and all of it. */
function backoffMs({ attempts }: Lease): number {
  const full = Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(attempts - 1, 20), BACKOFF_MAX_MS)
  return Math.round(full * (0.5 + Math.random() / 2))
}

type Settlement = Omit<
  NonNullable<Parameters<typeof commitWrite>[1]['settle']>,
  'request_id' | 'revision' | 'fence'
>

async function write(
  { kernel, holder, report }: DispatcherOptions,
  { record, action, revision, lease }: Attempt,
  change: { readonly to?: RequestState; readonly why?: string; readonly settle?: Settlement },
): Promise<boolean> {
  const target = { kind: record.target_kind, id: record.target_id }
  const { to, why } = change
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
      ...(change.settle
        ? {
            settle: {
              ...change.settle,
              request_id: record.request_id,
              revision: revision.revision,
              fence: lease.fence,
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
                actor_id: holder,
                why,
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
                why ? { why } : {},
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
            ...(why ? { detail: { why } } : {}),
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
      message: `not written: ${committed.failure.message}`,
      requestId: record.request_id,
    })
  }
  if (committed.ok && to) kernel.observeMove({ action: action.name, state: to })
  return committed.ok
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
