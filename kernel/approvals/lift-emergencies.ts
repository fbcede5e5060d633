import { auditOf } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { considerTarget } from '../actions/consider-action.ts'
import type { DispatcherOptions } from '../actions/dispatcher.ts'
import { requestEvent } from '../actions/request-events.ts'
import { openRequestPart } from '../actions/request-part.ts'
import { loadRequest, type RequestRecord, type RequestState } from '../actions/request-record.ts'
import { digestFault } from '../actions/revision-fault.ts'
import { revisionPart } from '../actions/revision-part.ts'
import { DISPATCHER, DISPATCHER_ORIGIN } from '../actions/settle-effect.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say, written } from '../languages/say.ts'

const BATCH = 50
/** A lift that came to nothing is asked for again after this, so often. */
const RETRY_AFTER_S = 30
const TRIES_MAX = 20

/**
 * Emergencies that people have taken back meanwhile end so, those whose last term is over as lapsed; and what was rejected or has lapsed is lifted by the inverse of its
 * action, once its own effect is known. Derived from rows alone, so that whichever worker lives goes on with it.
 */
export async function liftEmergencies(
  kernel: Kernel,
  options: Pick<DispatcherOptions, 'report'>,
): Promise<void> {
  for (const { request_id, spent } of await over(kernel)) {
    await end(kernel, options, request_id, spent ? 'taken_back' : 'lapsed')
  }
  for (const { request_id, state, spent, tries } of await toBeLifted(kernel)) {
    const emergency = await loadRequest(kernel.pool, request_id)
    if (!emergency?.emergency) throw new Error(`emergency ${request_id} has vanished`)
    if (spent) await nothingToLift(kernel, emergency, tries + 1, 'taken_back')
    else if (state === 'executed') await lift(kernel, options, emergency, tries + 1)
    else await nothingToLift(kernel, emergency, tries + 1, `it had no effect: ${state}`)
  }
}

async function over(kernel: Kernel): Promise<{ request_id: string; spent: boolean }[]> {
  const { rows } = await kernel.pool.query<{ request_id: string; spent: boolean }>(
    `SELECT * FROM (SELECT e.request_id, kernel.emergency_is_spent(e.request_id) AS spent,
                           kernel.emergency_until(e.request_id) < clock_timestamp() AS lapsed
                      FROM kernel.emergency e LEFT JOIN kernel.emergency_end x USING (request_id)
                     WHERE x.request_id IS NULL) open
      WHERE spent OR lapsed
      LIMIT $1`,
    [BATCH],
  )
  return rows
}

async function end(
  kernel: Kernel,
  { report }: Pick<DispatcherOptions, 'report'>,
  requestId: string,
  outcome: 'lapsed' | 'taken_back',
): Promise<void> {
  const record = await loadRequest(kernel.pool, requestId)
  if (!record) throw new Error(`emergency ${requestId} has vanished`)
  const target = { kind: record.target_kind, id: record.target_id }
  const committed = await commitWrite(
    kernel.pool,
    {
      tenant_id: record.tenant_id,
      emergency_end: { request_id: requestId, outcome, actor_id: DISPATCHER },
      events: [
        requestEvent(
          `emergency_${outcome}`,
          requestId,
          { name: record.type },
          target,
          DISPATCHER,
          DISPATCHER_ORIGIN,
          {},
        ),
      ],
      audit: auditOf(kernel, {
        kind: 'system',
        eventSubType: outcome === 'lapsed' ? 'EMERGENCY_LAPSED' : 'EMERGENCY_TAKEN_BACK',
        severity: 'HIGH',
        actor: { id: DISPATCHER, roles: [] },
        action: record.type,
        target: { kind: 'request', id: requestId },
        outcome,
        ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
      }),
    },
    'kernel.commit_outcome',
  )
  if (!committed.ok) report({ level: 'warn', message: english(committed.failure.message), requestId })
}

type ToBeLifted = {
  readonly request_id: string
  readonly state: RequestState
  readonly spent: boolean
  readonly tries: number
}

/** Ended without agreement, their own effect known, and not lifted or being lifted, nor found to need it no more. */
async function toBeLifted(kernel: Kernel): Promise<ToBeLifted[]> {
  const { rows } = await kernel.pool.query<ToBeLifted>(
    `SELECT e.request_id, q.state, kernel.emergency_is_spent(e.request_id) AS spent, count(l.try)::integer AS tries
       FROM kernel.emergency e
       JOIN kernel.emergency_end x ON x.request_id = e.request_id AND x.outcome IN ('rejected', 'lapsed')
       JOIN kernel.action_request q ON q.request_id = e.request_id AND q.state IN ('executed', 'failed', 'stale')
       LEFT JOIN kernel.emergency_lift l ON l.request_id = e.request_id
       LEFT JOIN kernel.action_request lift ON lift.request_id = l.lift_id
      GROUP BY e.request_id, q.state
     HAVING count(l.try) < $2
        AND bool_and(l.try IS NULL OR coalesce(lift.state IN ('stale', 'failed')
                                               AND lift.state_at < clock_timestamp() - make_interval(secs => $3), false))
      LIMIT $1`,
    [BATCH, TRIES_MAX, RETRY_AFTER_S],
  )
  return rows
}

async function lift(
  kernel: Kernel,
  { report }: Pick<DispatcherOptions, 'report'>,
  record: RequestRecord,
  attempt: number,
): Promise<void> {
  const asked = kernel.actions.get(record.type)
  const form = asked?.emergency
  const action = record.emergency ? kernel.actions.get(record.emergency.inverse) : undefined
  if (!form || !action) {
    report({
      level: 'error',
      message: `no declaration of what lifts ${record.type} here; it stays in force`,
      requestId: record.request_id,
    })
    return
  }
  // What was never done as it was signed for is not what holds there.
  const altered = asked && (await digestFault(kernel, asked, record))
  if (altered) {
    report({ level: 'error', message: `not lifted: ${english(altered)}`, requestId: record.request_id })
    await nothingToLift(kernel, record, attempt, 'request_altered')
    return
  }
  const target = { kind: record.target_kind, id: record.target_id }
  const reason = { code: form.liftReason }
  const author = { id: DISPATCHER, roles: [] }
  const considered = await considerTarget(kernel, action, target, reason, author)
  if (!considered.ok) {
    const { kind, code, message } = considered.failure
    // Lifted by people already, say; an upstream that cannot be read is asked again.
    if (kind === 'conflict') await nothingToLift(kernel, record, attempt, code)
    else report({ level: 'warn', message: `not lifted yet: ${message}`, requestId: record.request_id })
    return
  }
  const requestId = uuidV7()
  const { part } = await revisionPart(kernel, considered.value, { requestId, revision: 1, reason, author })
  const committed = await commitWrite(
    kernel.pool,
    {
      tenant_id: record.tenant_id,
      request: {
        ...openRequestPart(action, {
          requestId,
          target,
          door: 'emergency',
          by: author,
          correlationId: record.correlation_id,
        }),
        // A request of people for the same stands beside it; whichever comes first makes the other stale.
        concurrent: true,
      },
      revision: part,
      lift: { request_id: record.request_id, try: attempt, why: record.emergency?.outcome ?? 'ended' },
      transitions: [
        {
          step: 1,
          revision: 1,
          from_state: null,
          to_state: 'authorized',
          basis: 'emergency',
          actor_id: DISPATCHER,
          why: written(
            record.emergency?.outcome === 'rejected'
              ? say`the emergency was rejected`
              : say`the emergency has lapsed`,
          ),
        },
      ],
      outbox: { revision: 1 },
      events: [
        requestEvent('requested', requestId, action, target, DISPATCHER, DISPATCHER_ORIGIN, {
          state: 'authorized',
          reason_code: reason.code,
          basis: 'emergency',
          lifts: record.request_id,
        }),
      ],
      audit: auditOf(kernel, {
        kind: 'action',
        actor: author,
        action: action.name,
        target,
        reason,
        outcome: 'authorized',
        actionRequestId: requestId,
        transition: { from: null, to: 'authorized', revision: 1 },
        detail: { basis: 'emergency', lifts: record.request_id },
        ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
      }),
    },
    'kernel.commit_lift',
  )
  // Another worker has written the same at the same moment.
  if (!committed.ok)
    report({ level: 'info', message: english(committed.failure.message), requestId: record.request_id })
  else kernel.observeMove({ action: action.name, state: 'authorized' })
}

async function nothingToLift(
  kernel: Kernel,
  record: RequestRecord,
  attempt: number,
  why: string,
): Promise<void> {
  await kernel.pool.query('SELECT kernel.nothing_to_lift($1, $2, $3, $4::jsonb)', [
    record.request_id,
    attempt,
    why,
    JSON.stringify(
      auditOf(kernel, {
        kind: 'system',
        eventSubType: 'EMERGENCY_NOT_LIFTED',
        severity: 'HIGH',
        actor: { id: DISPATCHER, roles: [] },
        action: record.type,
        target: { kind: 'request', id: record.request_id },
        outcome: 'nothing_to_lift',
        detail: { code: why },
        ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
      }),
    ),
  ])
}
