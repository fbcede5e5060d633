import type { Failure } from '../actions/failure.ts'
import { say } from '../languages/say.ts'
import type { EntityRef } from './entity-ref.ts'

/** 404: there is no such record, or none for this person. */
export function notFound(target: EntityRef): Failure {
  return {
    kind: 'not_found',
    code: 'not_found',
    message: say`There is no ${target.kind} "${target.id}".`,
  }
}
