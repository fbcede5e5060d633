import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { WriteParts } from './commit-write.ts'

/** A request as it is first written: the action by its declaration, on what, and who asks through which door. */
export function requestPart(
  action: Pick<BoundAction, 'name' | 'console' | 'risk' | 'movesMoney'>,
  of: {
    readonly requestId: string
    readonly target: EntityRef
    readonly door: string
    readonly by: { readonly id: string; readonly roles: readonly string[] }
    readonly correlationId: string
  },
): NonNullable<WriteParts['request']> {
  return {
    request_id: of.requestId,
    type: action.name,
    console: action.console,
    risk: action.risk,
    moves_money: action.movesMoney,
    target_kind: of.target.kind,
    target_id: of.target.id,
    door: of.door,
    requested_by: of.by.id,
    requested_roles: of.by.roles,
    correlation_id: of.correlationId,
  }
}
