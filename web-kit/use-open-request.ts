import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { useQuery } from '@tanstack/react-query'
import { useClient } from './client-context.tsx'
import { useMe } from './me-context.tsx'
import { pendingRequestsQuery } from './queries.ts'

/**
 * The request for an action that waits on a record; null where there is none. Undefined where that is not known: it is being read, could
 * not be, or this person may not know of such requests. @param wanted false: nothing is asked
 */
export function useOpenRequest(
  of: EntityRef,
  action: string,
  wanted: boolean,
): ActionRequest | null | undefined {
  const { permissions } = useMe()
  const reads =
    permissions.includes('requests:read') &&
    [action, `${action}:decide`, 'audit:read'].some((name) => permissions.includes(name))
  const pending = useQuery({ ...pendingRequestsQuery(useClient(), of), enabled: reads && wanted })
  if (!reads || pending.data === undefined) return undefined
  return pending.data.requests.find(({ type }) => type === action) ?? null
}
