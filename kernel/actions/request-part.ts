import type { BoundAction } from '../console.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { WriteParts } from './commit-write.ts'

type Declared = Pick<BoundAction, 'name' | 'console' | 'risk' | 'movesMoney'>
type Asked = {
  readonly requestId: string
  readonly target: EntityRef
  readonly door: string
  readonly by: { readonly id: string; readonly roles: readonly string[] }
  readonly correlationId: string
}
type RequestPart = NonNullable<WriteParts['request']>

/** A request that may come to be carried out: whether others may stand beside it, and whether it goes on in a halt. */
export function openRequestPart(
  action: Declared & Pick<BoundAction, 'concurrent' | 'containment'>,
  of: Asked,
): RequestPart {
  const { concurrent, containment } = action
  return { ...requestPart(action, of), concurrent, containment }
}

/** A request as it is first written: the action by its declaration, on what, and who asks through which door. */
export function requestPart(action: Declared, of: Asked): RequestPart {
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
