import type { Affordance } from '@countersign/sdk/wire/entities.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { requestQuery } from '../queries.ts'

/** Why an action that is open on the record cannot be asked for again: what it waits for, and who asked. */
export function useWaiting(of: EntityRef, affordances: Affordance[]): (one: Affordance) => string {
  const t = useText()
  const me = useMe()
  const open = affordances.find((one) => one.open_request !== undefined)?.open_request
  const request = useQuery({
    ...requestQuery(useClient(), open ?? ''),
    enabled: open !== undefined && me.permissions.includes('requests:read'),
  }).data
  const asked = request?.target.kind === of.kind && request.target.id === of.id ? request : undefined
  return (one) => {
    if (asked === undefined || one.open_request !== asked.id) return one.reason ?? t('record.notAllowed')
    const { id, name } = asked.requested_by
    const how = asked.state === 'pending' ? 'waits' : asked.schedule === 'waiting' ? 'timed' : 'underway'
    return t(SAID[how][id === me.person.id ? 'mine' : 'of'], { name })
  }
}

const SAID = {
  waits: { of: 'record.waits', mine: 'record.waitsOwn' },
  timed: { of: 'record.timed', mine: 'record.timedOwn' },
  underway: { of: 'record.underway', mine: 'record.underwayOwn' },
} as const
