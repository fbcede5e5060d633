import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { requirementOf } from '../approvals/approval-policy.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { auditOf } from './audit-parts.ts'
import { commitWrite } from './commit-write.ts'
import type { Delivery } from './define-action.ts'
import { faultPoint } from './fault-point.ts'
import { readTarget } from './preview-action.ts'
import { requestEvent } from './request-events.ts'
import { loadRequest, type RequestRecord, type RequestState } from './request-record.ts'

const LEASE_MS = 15_000
const IDLE_POLL_MS = 40
const BATCH = 16
/** Together with the backoff below: an upstream may be away for half a day before an effect is given up. */
const ATTEMPTS_MAX = 40
const BACKOFF_FIRST_MS = 500
const BACKOFF_MAX_MS = 30 * 60_000
/** Attempts after which an answer that stays lost becomes a question for a person. */
const UNKNOWN_ATTEMPTS_MAX = 12
const EXPIRY_SWEEP_MS = 5_000
const EXPIRY_BATCH = 100

export type DispatcherOptions = {
  /** The kernel with the dispatcher's pool. */
  readonly kernel: Kernel
  /** Who holds the leases: unique to this process. */
  readonly holder: string
  readonly signal: AbortSignal
  readonly report: (what: {
    level: 'info' | 'warn' | 'error'
    message: string
    requestId?: string
    error?: unknown
  }) => void
}

const ORIGIN = { httpRequestId: 'dispatcher' }

/**
 * Delivers authorised effects until the signal fires. Any number of dispatchers may run: a lease and a fence decide
 * which of them writes.
 */
export async function runDispatcher(options: DispatcherOptions): Promise<void> {
  const { kernel, signal, report } = options
  let sweptAt = 0
  while (!signal.aborted) {
    try {
      const delivered = await dispatchDue(options)
      if (Date.now() - sweptAt > EXPIRY_SWEEP_MS) {
        sweptAt = Date.now()
        await expireLapsed(kernel, options)
      }
      if (delivered === 0) await sleep(IDLE_POLL_MS, undefined, { signal }).catch(ignoreAbort)
    } catch (error) {
      if (signal.aborted) return
      report({ level: 'error', message: 'the dispatcher could not work; it goes on', error })
      await sleep(1_000, undefined, { signal }).catch(ignoreAbort)
    }
  }
}

/** One round. @returns how many effects were taken up */
export async function dispatchDue(options: DispatcherOptions): Promise<number> {
  const { kernel } = options
  const connectors = [...new Set([...kernel.actions.values()].flatMap((action) => action.connector ?? []))]
  const { rows } = await kernel.pool.query<{ request_id: string; revision: number }>({
    name: 'due-effects',
    text: 'SELECT request_id, revision FROM kernel.due_effects($1, $2)',
    values: [BATCH, connectors],
  })
  const taken = await Promise.all(rows.map((row) => deliver(options, row.request_id, row.revision)))
  return taken.filter(Boolean).length
}

async function deliver(options: DispatcherOptions, requestId: string, revision: number): Promise<boolean> {
  const { kernel, holder, report } = options
  const lease = await takeLease(kernel.pool, requestId, revision, holder)
  if (!lease) return false
  faultPoint('leased')

  let record = await loadRequest(kernel.pool, requestId)
  const action = record && kernel.actions.get(record.type)
  if (!record?.revision || !action) {
    report({ level: 'error', message: `no declaration of ${record?.type} here; the effect waits`, requestId })
    return false
  }

  const attempt: Attempt = { record, action, revision: record.revision, lease }
  if (record.state === 'authorized') {
    const recheck = await recheckAuthorisation(kernel, attempt)
    if (recheck === 'unreadable') {
      await settle(options, attempt, { outcome: 'retry', why: 'the target cannot be read now' }, false)
      return true
    }
    if (recheck) {
      await settleStale(options, attempt, recheck)
      return true
    }
    const moved = await move(options, attempt, 'dispatching')
    if (!moved) return true
    record = { ...record, state: 'dispatching', transitions: record.transitions + 1 }
  }
  faultPoint('dispatching')

  const current: Attempt = { ...attempt, record }
  const context = {
    key: lease.effect_key,
    targetVersion: attempt.revision.target_version,
    signal: AbortSignal.timeout(LEASE_MS - 2_000),
  }
  // An earlier attempt may have arrived, its answer lost: ask before sending again.
  if (lease.unanswered > 0 || record.attempts.some(({ outcome }) => outcome === 'unknown')) {
    const earlier = await action.readBack(attempt.revision.decided, context)
    if (earlier?.outcome === 'done') {
      await settle(options, current, earlier, true)
      return true
    }
    if (earlier?.outcome === 'unknown') {
      await settle(options, current, earlier, true)
      return true
    }
  }
  faultPoint('before_send')
  const delivery = await action.deliver(attempt.revision.decided, context)
  faultPoint('after_send')
  const known =
    delivery.outcome === 'unknown'
      ? await askBack(action, attempt.revision.decided, context, delivery)
      : { delivery, byReadback: false }
  await settle(options, current, known.delivery, known.byReadback)
  faultPoint('settled')
  return true
}

type Lease = {
  readonly fence: number
  readonly attempts: number
  readonly effect_key: string
  readonly connector: string
  readonly unanswered: number
}

type Attempt = {
  readonly record: RequestRecord
  readonly action: BoundAction
  readonly revision: NonNullable<RequestRecord['revision']>
  readonly lease: Lease
}

async function takeLease(
  pool: pg.Pool,
  requestId: string,
  revision: number,
  holder: string,
): Promise<Lease | null> {
  const { rows } = await pool.query<{ lease: Lease | null }>({
    name: 'lease-effect',
    text: 'SELECT kernel.lease_effect($1, $2, $3, $4) AS lease',
    values: [requestId, revision, holder, LEASE_MS],
  })
  return rows[0]?.lease ?? null
}

async function askBack(
  action: BoundAction,
  decided: Json,
  context: Parameters<BoundAction['readBack']>[1],
  lost: Delivery,
): Promise<{ delivery: Delivery; byReadback: boolean }> {
  const answer = await action.readBack(decided, context)
  return answer?.outcome === 'done'
    ? { delivery: answer, byReadback: true }
    : { delivery: lost, byReadback: false }
}

/**
 * What was true at authorisation may have ceased to be. @returns why the request is stale, or undefined
 */
async function recheckAuthorisation(
  kernel: Kernel,
  { record, action, revision }: Attempt,
): Promise<string | 'unreadable' | undefined> {
  if (revision.expired) return `the authorisation expired at ${revision.expires_at}`
  const { rows } = await kernel.pool.query<{
    requester_roles: string[]
    still_counting: number
    total: number
  }>(
    `SELECT kernel.current_roles($2) AS requester_roles,
            count(*) FILTER (WHERE kernel.current_roles(a.person_id) && $4)::integer AS still_counting,
            count(*)::integer AS total
       FROM kernel.action_approval a
      WHERE a.request_id = $1 AND a.revision = $3 AND a.decision = 'approve'`,
    [record.request_id, record.requested_by, revision.revision, revision.eligible_roles],
  )
  const now = rows[0]
  const roles = now?.requester_roles ?? []
  if (!kernel.access.mayEver({ kind: 'person', roles }, action.name)) {
    return 'the requester may no longer do this'
  }
  if ((now?.still_counting ?? 0) < revision.required_approvals) {
    return 'an approver no longer holds an eligible role'
  }
  const reading = await readTarget(kernel, action, { kind: record.target_kind, id: record.target_id })
  if (!reading.ok) return reading.failure.kind === 'not_found' ? 'the target no longer exists' : 'unreadable'
  if (reading.value.version !== revision.target_version) {
    return `the target has changed (version ${revision.target_version}, now ${reading.value.version})`
  }
  const policy = await kernel.policies.current(action.console)
  const requirement = requirementOf(
    policy,
    action,
    action.attributes(reading.value.state, revision.input),
    roles,
  )
  if (requirement.forbidden) return 'the approval policy now forbids this'
  if (requirement.rule.required > (now?.total ?? 0)) return 'the approval policy now asks for more people'
  return undefined
}

async function settleStale(options: DispatcherOptions, attempt: Attempt, why: string): Promise<void> {
  const { record, revision, lease } = attempt
  await write(options, attempt, {
    to: 'stale',
    why,
    settle: {
      request_id: record.request_id,
      revision: revision.revision,
      fence: lease.fence,
      outcome: 'stale',
      by_readback: false,
      detail: { why },
    },
  })
}

/** Moves the request without settling. @returns false where another has moved it meanwhile */
async function move(options: DispatcherOptions, attempt: Attempt, to: RequestState): Promise<boolean> {
  return write(options, attempt, { to })
}

async function settle(
  options: DispatcherOptions,
  attempt: Attempt,
  delivery: Delivery,
  byReadback: boolean,
): Promise<void> {
  const { record, revision, lease } = attempt
  const base = {
    request_id: record.request_id,
    revision: revision.revision,
    fence: lease.fence,
    by_readback: byReadback,
  }
  const backoff = Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(lease.attempts - 1, 20), BACKOFF_MAX_MS)
  const retry_in_ms = Math.round(backoff * (0.5 + Math.random() / 2))
  switch (delivery.outcome) {
    case 'done':
      await write(options, attempt, {
        to: 'executed',
        settle: { ...base, outcome: 'done', detail: delivery.detail },
      })
      return
    case 'refused':
      await write(options, attempt, {
        to: 'failed',
        why: delivery.message,
        settle: { ...base, outcome: 'refused', detail: { code: delivery.code, message: delivery.message } },
      })
      return
    case 'retry': {
      const detail = { why: delivery.why }
      if (lease.attempts < ATTEMPTS_MAX) {
        await write(options, attempt, { settle: { ...base, outcome: 'retry', detail, retry_in_ms } })
      } else if (record.state === 'authorized') {
        await write(options, attempt, {
          to: 'stale',
          why: delivery.why,
          settle: { ...base, outcome: 'stale', detail },
        })
      } else {
        await write(options, attempt, {
          to: 'failed',
          why: delivery.why,
          settle: { ...base, outcome: 'refused', detail },
        })
      }
      return
    }
    case 'unknown': {
      const detail = { why: delivery.why }
      if (lease.attempts < UNKNOWN_ATTEMPTS_MAX) {
        await write(options, attempt, { settle: { ...base, outcome: 'unknown', detail, retry_in_ms } })
      } else {
        await write(options, attempt, {
          to: 'outcome_unknown',
          why: delivery.why,
          settle: { ...base, outcome: 'unknown', detail },
        })
      }
      return
    }
    default:
      delivery satisfies never
  }
}

async function write(
  { kernel, holder, report }: DispatcherOptions,
  { record, action, revision }: Attempt,
  change: {
    readonly to?: RequestState
    readonly why?: string
    readonly settle?: Parameters<typeof commitWrite>[1]['settle']
  },
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
      },
      ...(change.settle ? { settle: change.settle } : {}),
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
                'system:dispatcher',
                ORIGIN,
                why ? { why } : {},
              ),
            ]
          : [],
      audit: to
        ? auditOf(kernel, {
            kind: 'action',
            actor: { id: 'system:dispatcher', roles: [] },
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
  return committed.ok
}

function eventOf(state: RequestState): 'stale' | 'executed' | 'failed' | 'outcome_unknown' | 'expired' {
  switch (state) {
    case 'stale':
    case 'executed':
    case 'failed':
    case 'outcome_unknown':
    case 'expired':
      return state
    default:
      throw new Error(`the dispatcher does not move a request to ${state}`)
  }
}

/** Pending requests whose time is over, by the database's clock, are moved to expired. */
export async function expireLapsed(
  kernel: Kernel,
  options: Pick<DispatcherOptions, 'report'>,
): Promise<number> {
  const { rows } = await kernel.pool.query<{ request_id: string }>(
    `SELECT q.request_id
       FROM kernel.action_request q JOIN kernel.action_revision v USING (request_id, revision)
      WHERE q.state = 'pending' AND v.expires_at < clock_timestamp()
      ORDER BY q.created_at LIMIT $1`,
    [EXPIRY_BATCH],
  )
  for (const { request_id } of rows) {
    const record = await loadRequest(kernel.pool, request_id)
    if (!record?.revision || record.state !== 'pending') continue
    const target = { kind: record.target_kind, id: record.target_id }
    const committed = await commitWrite(
      kernel.pool,
      {
        tenant_id: record.tenant_id,
        expect: { request_id, transitions: record.transitions, approvals: record.approvals.length },
        transitions: [
          {
            step: record.transitions + 1,
            revision: record.revision.revision,
            from_state: 'pending',
            to_state: 'expired',
            actor_id: 'system:dispatcher',
          },
        ],
        events: [
          requestEvent('expired', request_id, { name: record.type }, target, 'system:dispatcher', ORIGIN, {}),
        ],
        audit: auditOf(kernel, {
          kind: 'action',
          actor: { id: 'system:dispatcher', roles: [] },
          action: record.type,
          target,
          outcome: 'expired',
          actionRequestId: request_id,
          transition: { from: 'pending', to: 'expired', revision: record.revision.revision },
          ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
        }),
      },
      'kernel.commit_outcome',
    )
    if (!committed.ok)
      options.report({ level: 'warn', message: committed.failure.message, requestId: request_id })
  }
  return rows.length
}

/** Only an abort ends a wait early, and the loop looks at the signal itself. */
function ignoreAbort(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error
}
