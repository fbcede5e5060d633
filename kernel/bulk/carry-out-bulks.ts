import { actionDigest, DIGEST_FORMAT, effectKey } from '../actions/action-digest.ts'
import { auditOf } from '../actions/audit-parts.ts'
import { type BulkRowPart, type Committed, commitWrite } from '../actions/commit-write.ts'
import { takeLease } from '../actions/deliver-effect.ts'
import type { DispatcherOptions } from '../actions/dispatcher.ts'
import type { Result } from '../actions/failure.ts'
import { recheckPeople } from '../actions/recheck-authorisation.ts'
import { requestEvent } from '../actions/request-events.ts'
import { openRequestPart } from '../actions/request-part.ts'
import { loadRequest, type RequestRecord, type RevisionRecord } from '../actions/request-record.ts'
import { digestFault } from '../actions/revision-fault.ts'
import {
  type Attempt,
  type Because,
  beginDispatching,
  DISPATCHER,
  DISPATCHER_ORIGIN,
  type Lease,
  settleDelivery,
  settleUnsent,
} from '../actions/settle-effect.ts'
import { requirementOf } from '../approvals/approval-policy.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say } from '../languages/say.ts'
import { canonicalBytes, type Json, sha256 } from '../personal-data/canonical-json.ts'
import { pause } from '../time/pause.ts'
import { bulkFault } from './bulk-fault.ts'
import { unmadeRows } from './bulk-rows.ts'

const OPEN_MAX = 20
/** Rows made in one sweep; between sweeps it is looked whether they may still be. */
const ROWS_A_SWEEP = 100
const WRITES_AT_ONCE = 4
/** A row that the database refuses to make so often, one time after the other, is left out with the code of its refusal. */
export const ROW_TRIES_MAX = 3
const ROW_RETRY_MS = 200
/** By another worker: that stands. */
const MADE_ALREADY = 'made_already'
/** Asked for by somebody else meanwhile; if by another worker as this very row, leaving it out comes to nothing. */
const TAKEN = 'already_requested'
/** Somebody stopped the whole between the look at it and the row. */
const STOPPED = 'withdrawn'
const DONE_WITH = [MADE_ALREADY, TAKEN, STOPPED]

type OpenBulk = {
  readonly request_id: string
  readonly revision: number
  readonly state: 'authorized' | 'dispatching'
  readonly fence: string
  readonly unmade: string
  readonly unended: string
}

/**
 * Requests over many records that were agreed to: each row becomes a request of its own, on the signatures of the whole;
 * and once all of them have ended, so has the whole. Derived from rows alone, so that whichever worker lives goes on with
 * it; two at once make no row twice (kernel.bulk_child).
 */
export async function carryOutBulks(kernel: Kernel, options: DispatcherOptions): Promise<void> {
  const { rows } = await kernel.pool.query<OpenBulk>(
    'SELECT request_id, revision, state, fence, unmade, unended FROM kernel.open_bulks($1, $2)',
    [OPEN_MAX, [...kernel.actions.keys()]],
  )
  for (const bulk of rows) {
    if (options.signal.aborted) return
    const record = await loadRequest(kernel.pool, bulk.request_id)
    const action = record && kernel.actions.get(record.type)
    if (!record?.revision || !record.bulk || !action) {
      options.report({
        level: 'error',
        message: `no declaration of ${record?.type} here; its rows wait`,
        requestId: bulk.request_id,
      })
      continue
    }
    const attempt = { record, action, revision: record.revision, lease: leaseOf(bulk) }
    if (bulk.state === 'authorized') await begin(options, attempt)
    else if (Number(bulk.unmade) > 0) await makeRows(options, attempt)
    else await end(options, attempt)
  }
}

/** The whole is leased once, to begin; what follows is written under that fence by whoever gets there first. */
function leaseOf({ fence }: OpenBulk): Lease {
  return {
    fence: Number(fence),
    attempts: 1,
    effect_key: '',
    maybe_sent: 0,
    maybe_sent_for_ms: null,
    last_maybe_sent_for_ms: null,
    asked: 0,
    resolution: null,
  }
}

async function begin(options: DispatcherOptions, attempt: Attempt): Promise<void> {
  const { request_id } = attempt.record
  const due = { request_id, revision: attempt.revision.revision }
  const lease = await takeLease(options.kernel.pool, due, options)
  if (!lease) return
  const because = await recheck(options, attempt)
  if (because) await settleUnsent(options, { ...attempt, lease }, because)
  else await beginDispatching(options, { ...attempt, lease })
}

/** As of a single request; its records are looked at one by one later. */
async function recheck(
  options: Pick<DispatcherOptions, 'kernel' | 'report'>,
  { record, action, revision }: Attempt,
): Promise<Because | undefined> {
  const { kernel, report } = options
  const fault = (await digestFault(kernel, action, record)) ?? (await bulkFault(kernel, record))
  if (fault) {
    report({ level: 'error', message: `not sent: ${fault}`, requestId: record.request_id })
    return { code: 'request_altered', sentence: fault }
  }
  const people = await recheckPeople(kernel, { record, action, revision })
  if ('stale' in people) return people.stale
  const { attributes = {} } = revision.evidence
  const policy = await kernel.policies.current(action.console)
  const requirement = requirementOf(policy, action, attributes, people.roles)
  if (requirement.forbidden) {
    return { code: 'forbidden_by_policy', sentence: say`the approval policy now forbids this` }
  }
  return people.counting(requirement.rule.eligibleRoles) < requirement.rule.required
    ? { code: 'policy_tightened', sentence: say`the approval policy now asks for more people` }
    : undefined
}

async function makeRows(options: DispatcherOptions, attempt: Attempt): Promise<void> {
  const { kernel } = options
  const { request_id } = attempt.record
  const rows = await unmadeRows(kernel.pool, request_id, ROWS_A_SWEEP)
  const because = await recheck(options, attempt)
  if (because) {
    await leaveOut(kernel, request_id, rows, because.code)
    return
  }
  const left = rows.values()
  const maker = async () => {
    for (const row of left) {
      if (options.signal.aborted) return
      await makeRow(options, attempt, row)
    }
  }
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, maker))
}

async function leaveOut(
  kernel: Kernel,
  requestId: string,
  rows: readonly BulkRowPart[],
  why: string,
): Promise<void> {
  await kernel.pool.query('SELECT kernel.leave_bulk_rows($1, $2, $3)', [
    requestId,
    rows.map(({ position }) => position),
    why,
  ])
}

/** Makes a row a request of its own; what cannot be one is left out, so that the others and the whole can end. */
async function makeRow(options: DispatcherOptions, attempt: Attempt, row: BulkRowPart): Promise<void> {
  const { kernel, report, signal } = options
  const { request_id: requestId, type } = attempt.record
  const committed = await commitRowIfItCan(options, attempt, row)
  if (committed.ok) {
    kernel.observeMove({ action: type, state: 'authorized' })
  } else if (committed.failure.code === MADE_ALREADY) {
    report({
      level: 'info',
      message: `row ${row.position}: ${english(committed.failure.message)}`,
      requestId,
    })
  } else if (DONE_WITH.includes(committed.failure.code) || !signal.aborted) {
    await leaveOut(kernel, requestId, [row], committed.failure.code)
  }
}

/** Tries {@link ROW_TRIES_MAX} times what the database refuses for another reason than that the row is done with. */
async function commitRowIfItCan(
  { kernel, report, signal }: DispatcherOptions,
  attempt: Attempt,
  row: BulkRowPart,
): Promise<Result<Committed>> {
  const { request_id: requestId } = attempt.record
  let committed = await commitRow(kernel, attempt, row)
  for (let tried = 1; !committed.ok && !DONE_WITH.includes(committed.failure.code); tried += 1) {
    report({
      level: 'warn',
      message: `row ${row.position}, try ${tried}: ${english(committed.failure.message)}`,
      requestId,
    })
    if (tried === ROW_TRIES_MAX || signal.aborted) break
    await pause(ROW_RETRY_MS, signal)
    committed = await commitRow(kernel, attempt, row)
  }
  return committed
}

/** Authorised by the signatures of the whole; the database compares every member of it. */
function commitRow(
  kernel: Kernel,
  { record, action, revision }: Attempt,
  row: BulkRowPart,
): Promise<Result<Committed>> {
  const requestId = uuidV7()
  const target = { kind: row.target_kind, id: row.target_id }
  const whole = { kind: 'request', id: record.request_id }
  return commitWrite(
    kernel.pool,
    {
      tenant_id: record.tenant_id,
      request: openRequestPart(action, {
        requestId,
        target,
        door: 'bulk',
        by: { id: record.requested_by, roles: record.requested_roles },
        correlationId: record.correlation_id,
      }),
      revision: childRevision(kernel, record, revision, requestId, row),
      child: { request_id: record.request_id, position: row.position },
      transitions: [
        {
          step: 1,
          revision: 1,
          from_state: null,
          to_state: 'authorized',
          basis: 'quorum',
          actor_id: DISPATCHER,
        },
      ],
      outbox: { revision: 1 },
      events: [
        requestEvent(
          'requested',
          requestId,
          action,
          target,
          DISPATCHER,
          DISPATCHER_ORIGIN,
          { state: 'authorized', reason_code: revision.reason_code, part_of: record.request_id },
          [whole],
        ),
      ],
      audit: auditOf(kernel, {
        kind: 'action',
        actor: { id: DISPATCHER, roles: [] },
        action: action.name,
        target,
        reason: { code: revision.reason_code },
        outcome: 'authorized',
        actionRequestId: requestId,
        transition: { from: null, to: 'authorized', revision: 1 },
        detail: {
          ...action.recorded(row.decided).detail,
          part_of: record.request_id,
          position: row.position,
        },
        ...(record.tenant_id === null ? {} : { tenantId: record.tenant_id }),
      }),
    },
    'kernel.commit_child',
  )
}

function childRevision(
  kernel: Pick<Kernel, 'now'>,
  record: RequestRecord,
  revision: RevisionRecord,
  requestId: string,
  row: BulkRowPart,
) {
  const { digest, salt } = actionDigest({
    type: record.type,
    target: { kind: row.target_kind, id: row.target_id },
    input: row.input,
    reason: { code: revision.reason_code, note: null },
    targetVersion: row.target_version,
    policyVersion: revision.policy_version,
    requestId,
    revision: 1,
    decided: row.decided,
    connector: row.connector,
  })
  const evidence: Json = {
    ...revision.evidence,
    preview: row.preview,
    target_version: row.target_version,
    attributes: row.attributes,
    part_of: { id: record.request_id, position: row.position },
  }
  return {
    revision: 1,
    input: row.input,
    reason_code: revision.reason_code,
    // The note stands on the whole, sealed under its key.
    reason_note: null,
    decided: row.decided,
    digest: digest.toString('hex'),
    digest_salt: salt.toString('hex'),
    digest_format: DIGEST_FORMAT,
    target_version: row.target_version,
    policy_version: revision.policy_version,
    required_approvals: revision.required_approvals,
    eligible_roles: revision.eligible_roles,
    effect: 'upstream' as const,
    connector: row.connector,
    effect_key: effectKey(requestId, 1),
    expires_in_ms: Math.max(0, new Date(revision.expires_at).getTime() - kernel.now().getTime()),
    evidence,
    evidence_hash: sha256(canonicalBytes(evidence)).toString('hex'),
    created_by: revision.created_by,
    approval_max_age_s: revision.approval_max_age_s,
    ...(revision.evidence_first ? { evidence_first: true as const } : {}),
    authenticated_at: null,
  }
}

/** Every row has ended: the whole was carried out, unless nothing of it was. */
async function end(options: DispatcherOptions, attempt: Attempt): Promise<void> {
  const { counts = {}, count = 0 } = attempt.record.bulk ?? {}
  const executed = counts.executed ?? 0
  if (executed === 0) {
    const message = `none of ${count} rows was carried out`
    await settleDelivery(options, attempt, { outcome: 'refused', code: 'no_row_executed', message }, false)
  } else {
    await settleDelivery(options, attempt, { outcome: 'done', detail: { count, executed } }, false)
  }
}
