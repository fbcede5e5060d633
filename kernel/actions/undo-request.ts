import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { type Failure, fail, invalid, ok, type Result } from './failure.ts'
import type { RequestRecord, RequestState } from './request-record.ts'
import { maySeeRequest, noSuchRequest, visibleRequest } from './visible-requests.ts'

/** What would take a request back, for the form. */
export type UndoOffer = {
  readonly action: string
  readonly title: Text
  /** What the form begins with. */
  readonly input: Json
}

/**
 * The inverse of what was done, where its action names one and nobody has asked for it yet. Not of an emergency that others
 * still decide on, whose rejection lifts it at once; nor of one that has been lifted.
 */
export function undoOffer(kernel: Pick<Kernel, 'actions'>, record: RequestRecord): UndoOffer | undefined {
  const action = kernel.actions.get(record.type)
  const inverse = action?.inverse === undefined ? undefined : kernel.actions.get(action.inverse)
  if (!action || !inverse || !record.revision || record.bulk) return undefined
  if (record.state !== 'executed' || record.undone !== null) return undefined
  if (record.emergency && record.emergency.outcome !== 'agreed') return undefined
  return {
    action: inverse.name,
    title: inverse.present.title,
    input: action.inverseInput(record.revision.decided),
  }
}

/**
 * Why a request that is said to take another back does not; undefined where it does. It is otherwise asked for, and
 * agreed to, as any.
 */
export async function undoFault(
  kernel: Kernel,
  principal: Principal,
  action: BoundAction,
  target: EntityRef,
  undoes: string,
): Promise<Failure | undefined> {
  const named = await inverted(kernel, principal, action, undoes)
  if (!named.ok) return named.failure
  const record = named.value
  if (record.target_kind !== target.kind || record.target_id !== target.id) {
    return invalid({
      field: 'target.id',
      message: say`is not the record of the request that is taken back`,
      allowed: [record.target_id],
    })
  }
  return standingFault(record)
}

/** The request that is to be taken back, where this person may see it and the action is its inverse. */
export async function inverted(
  kernel: Kernel,
  principal: Principal,
  action: BoundAction,
  undoes: string,
): Promise<Result<RequestRecord>> {
  const record = await visibleRequest(kernel, principal, undoes)
  if (!record) {
    return fail({ ...noSuchRequest(undoes), ...invalid({ field: 'undoes', message: say`names no request` }) })
  }
  const inverse = kernel.actions.get(record.type)?.inverse
  if (inverse === action.name) return ok(record)
  return fail(
    invalid({
      field: 'undoes',
      message: say`names a request that ${action.name} does not take back`,
      allowed: inverse === undefined ? [] : [inverse],
    }),
  )
}

/** Why a request is not there to be taken back: it has been, or was never carried out. */
export function standingFault(record: RequestRecord): Failure | undefined {
  if (record.undone !== null) {
    return {
      kind: 'conflict',
      code: 'already_undone',
      message: say`That has been taken back already, or somebody has asked for it.`,
      extra: { undone_by: { id: record.undone.by, link: `/v1/requests/${record.undone.by}` } },
    }
  }
  if (['rejected', 'lapsed', 'taken_back'].includes(record.emergency?.outcome ?? '')) {
    return notUndoable(say`It was an emergency, and has been lifted already.`)
  }
  return record.state === 'executed' ? undefined : notUndoable(NOT_UNDOABLE[record.state])
}

const NOT_UNDOABLE: Record<RequestState, Said> = {
  denied: say`That request was denied; only what was carried out is taken back.`,
  pending: say`That request still waits for approval; only what was carried out is taken back.`,
  rejected: say`That request was rejected; only what was carried out is taken back.`,
  cancelled: say`That request was cancelled; only what was carried out is taken back.`,
  expired: say`That request has expired; only what was carried out is taken back.`,
  authorized: say`That request has been agreed to and not been carried out yet; only what was carried out is taken back.`,
  stale: say`That request is void, as something changed meanwhile; only what was carried out is taken back.`,
  dispatching: say`That request is being carried out; only what was carried out is taken back.`,
  executed: say`That request was carried out; only what was carried out is taken back.`,
  failed: say`That request has failed; only what was carried out is taken back.`,
  outcome_unknown: say`That request has an outcome that nobody knows yet; only what was carried out is taken back.`,
}

function notUndoable(message: Said): Failure {
  return { kind: 'conflict', code: 'not_undoable', message }
}

/** Of each action, so many of the last that were carried out on a record are looked at for one that still stands. */
const LATEST_MAX = 20

/** On one record, what was done last that this action takes back: for each inverse, the request and its input. */
export async function undoableOn(
  kernel: Kernel,
  principal: Pick<Principal, 'id' | 'kind' | 'roles'>,
  target: EntityRef,
): Promise<ReadonlyMap<string, { readonly id: string; readonly input: Json }>> {
  const inverses = [...kernel.actions.values()].filter(
    (action) => action.targetKind === target.kind && action.inverse !== undefined,
  )
  const { rows } = await kernel.pool.query<{ type: string; request_id: string; decided: Json }>({
    name: 'undoable-on',
    text: `SELECT asked.type, done.request_id, done.decided
             FROM unnest($3::text[]) AS asked (type)
            CROSS JOIN LATERAL (
                  SELECT latest.request_id, v.decided
                    FROM (SELECT request_id, revision, created_at FROM kernel.action_request
                           WHERE target_kind = $1 AND target_id = $2 AND type = asked.type AND state = 'executed'
                           ORDER BY created_at DESC LIMIT $4) latest
                    JOIN kernel.action_revision v USING (request_id, revision)
                   WHERE kernel.undone_by(latest.request_id) IS NULL
                     AND NOT EXISTS (SELECT FROM kernel.emergency_end x
                                      WHERE x.request_id = latest.request_id AND x.outcome <> 'agreed')
                   ORDER BY latest.created_at DESC LIMIT 1) done`,
    values: [target.kind, target.id, inverses.map(({ name }) => name), LATEST_MAX],
  })
  return new Map(
    rows.flatMap(({ type, request_id, decided }) => {
      const action = kernel.actions.get(type)
      if (!action?.inverse || !maySeeRequest(kernel, principal, { type, requested_by: '' })) return []
      return [[action.inverse, { id: request_id, input: action.inverseInput(decided) }] as const]
    }),
  )
}
