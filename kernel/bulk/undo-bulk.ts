import type pg from 'pg'
import { type Failure, invalid } from '../actions/failure.ts'
import type { RequestRecord } from '../actions/request-record.ts'
import { inverted, standingFault, type UndoOffer } from '../actions/undo-request.ts'
import type { BoundAction } from '../console.ts'
import { type EntityRef, refText } from '../entities/entity-ref.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { canonicalBytes, type Json } from '../personal-data/canonical-json.ts'
import { takesMany } from './bulk-request.ts'

/**
 * The inverse of what was done to many records, where one request over many can ask for it: its rows that still stand are
 * all taken back by the same input.
 */
export async function bulkUndoOffer(
  kernel: Pick<Kernel, 'actions' | 'pool'>,
  record: RequestRecord,
): Promise<UndoOffer | undefined> {
  const action = kernel.actions.get(record.type)
  const inverse = action?.inverse === undefined ? undefined : kernel.actions.get(action.inverse)
  if (!action || !inverse || !takesMany(inverse)) return undefined
  if (record.state !== 'executed' || record.undone !== null) return undefined
  const standing = (await doneRows(kernel.pool, record.request_id)).filter(
    ({ undone_by }) => undone_by === null,
  )
  const inputs = new Map(
    standing
      .map(({ decided }) => action.inverseInput(decided))
      .map((input) => [canonicalBytes(input).toString(), input]),
  )
  const [input] = inputs.values()
  if (input === undefined || inputs.size > 1) return undefined
  return { action: inverse.name, title: inverse.present.title, input }
}

/**
 * Why a request over many records that is said to take another back does not; undefined where it does: each of its rows
 * is one that the other has carried out.
 */
export async function bulkUndoFault(
  kernel: Kernel,
  principal: Principal,
  action: BoundAction,
  targets: readonly EntityRef[],
  undoes: string,
): Promise<Failure | undefined> {
  const named = await inverted(kernel, principal, action, undoes)
  if (!named.ok) return named.failure
  if (!named.value.bulk) {
    return invalid({
      field: 'undoes',
      message: say`names a request over one record: ask for it on that record`,
    })
  }
  const fault = standingFault(named.value)
  if (fault) return fault
  const done = new Set((await doneRows(kernel.pool, undoes)).map(refText))
  const strange = targets.findIndex((target) => !done.has(refText(target)))
  return strange === -1
    ? undefined
    : invalid({
        field: `rows.${strange}.target`,
        message: say`is no record of the request that is taken back, or nothing was done to it`,
      })
}

/** The rows of a request that were carried out, and what takes each of them back. */
async function doneRows(
  pool: pg.Pool,
  requestId: string,
): Promise<(EntityRef & { readonly decided: Json; readonly undone_by: string | null })[]> {
  const { rows } = await pool.query<EntityRef & { decided: Json; undone_by: string | null }>(
    `SELECT r.target_kind AS kind, r.target_id AS id, r.decided, kernel.undone_by(c.child_id) AS undone_by
       FROM kernel.bulk_row r
       JOIN kernel.bulk_child c USING (request_id, position)
       JOIN kernel.action_request one ON one.request_id = c.child_id
      WHERE r.request_id = $1 AND one.state = 'executed'
      ORDER BY r.position`,
    [requestId],
  )
  return rows
}
