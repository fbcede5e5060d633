import { changeLine } from '../actions/change-line.ts'
import { accept, type EventToBe, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { type OperatorSettings, operatorId, operatorStream } from './operator-entity.ts'

/** How work comes to people is theirs and their lead's to say. */
export const NOBODY_AGREES = { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 } as const

/** The settings with an absence, or with none; refused where it is over, or ends before it begins. */
export function away(
  state: OperatorSettings,
  from: string | undefined,
  until: string | null | undefined,
  now: Date,
  field: string,
) {
  if (until == null) return accept({ ...state, awayFrom: null, awayUntil: null })
  const start = from === undefined ? now.getTime() : Date.parse(from)
  if (Date.parse(until) <= Math.max(start, now.getTime())) {
    return refuseField(field, say`must lie ahead, and behind the start`)
  }
  return accept({
    ...state,
    awayFrom: new Date(start).toISOString(),
    awayUntil: new Date(Date.parse(until)).toISOString(),
  })
}

/** Times stand by themselves, so that whoever reads them reads them in their own zone. */
export function absenceChanges(
  state: OperatorSettings,
  from: string | undefined,
  until: string | null | undefined,
) {
  return [
    ...(until == null ? [] : [changeLine(say`Away from`, state.awayFrom, from)]),
    changeLine(say`Away until`, state.awayUntil, until),
  ]
}

/** Each event says all that is known, so that the last of them is enough. */
export function operatorEvent(what: string, state: OperatorSettings): EventToBe {
  const id = operatorId(state.console, state.person)
  return {
    type: `kernel.operator.${what}`,
    stream: operatorStream(id),
    refs: [{ kind: 'operator', id }],
    payload: {
      console: state.console,
      person: state.person,
      skills: [...state.skills],
      max_open: state.maxOpen,
      away_from: state.awayFrom,
      away_until: state.awayUntil,
    },
  }
}
