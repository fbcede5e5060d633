import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { type Failure, invalid } from './failure.ts'
import { loadRequest, type RequestRecord } from './request-record.ts'
import { maySeeRequest, noSuchRequest } from './visible-requests.ts'

/** What would take a request back, for the form. */
export type UndoOffer = {
  readonly action: string
  readonly title: string
  /** What the form begins with. */
  readonly input: Json
}

/** The inverse of what was done, where its action names one and nobody has asked for it yet. */
export function undoOffer(kernel: Pick<Kernel, 'actions'>, record: RequestRecord): UndoOffer | undefined {
  const action = kernel.actions.get(record.type)
  const inverse = action?.inverse === undefined ? undefined : kernel.actions.get(action.inverse)
  if (!action || !inverse || !record.revision || record.bulk) return undefined
  if (record.state !== 'executed' || record.undone_by !== null) return undefined
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
  const record = await loadRequest(kernel.pool, undoes)
  if (!record || !maySeeRequest(kernel, principal, record)) {
    return { ...noSuchRequest(undoes), ...invalid({ field: 'undoes', message: 'names no request' }) }
  }
  const inverse = kernel.actions.get(record.type)?.inverse
  if (inverse !== action.name) {
    return invalid({
      field: 'undoes',
      message: `names a request that ${action.name} does not take back`,
      allowed: inverse === undefined ? [] : [inverse],
    })
  }
  if (record.target_kind !== target.kind || record.target_id !== target.id) {
    return invalid({
      field: 'target.id',
      message: 'is not the record of the request that is taken back',
      allowed: [record.target_id],
    })
  }
  if (record.undone_by !== null) {
    return {
      kind: 'conflict',
      code: 'already_undone',
      message: 'That has been taken back already, or somebody has asked for it.',
      extra: { undone_by: { id: record.undone_by, link: `/v1/requests/${record.undone_by}` } },
    }
  }
  return record.state === 'executed'
    ? undefined
    : {
        kind: 'conflict',
        code: 'not_undoable',
        message: `That request is ${record.state}; only what was carried out is taken back.`,
      }
}

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
    text: `SELECT DISTINCT ON (q.type) q.type, q.request_id, v.decided
             FROM kernel.action_request q JOIN kernel.action_revision v USING (request_id, revision)
            WHERE q.target_kind = $1 AND q.target_id = $2 AND q.type = ANY ($3) AND q.state = 'executed'
              AND kernel.undone_by(q.request_id) IS NULL
            ORDER BY q.type, q.created_at DESC`,
    values: [target.kind, target.id, inverses.map(({ name }) => name)],
  })
  return new Map(
    rows.flatMap(({ type, request_id, decided }) => {
      const action = kernel.actions.get(type)
      if (!action?.inverse || !maySeeRequest(kernel, principal, { type, requested_by: '' })) return []
      return [[action.inverse, { id: request_id, input: action.inverseInput(decided) }] as const]
    }),
  )
}
