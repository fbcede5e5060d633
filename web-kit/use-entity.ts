import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useClient } from './client-context.tsx'
import { entityQuery } from './queries.ts'

/** A record beside the one that is shown, and what can be done to it. */
export function useEntity(of: EntityRef): UseQueryResult<Entity> {
  return useQuery(entityQuery(useClient(), of))
}
