import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useClient } from '../client-context.tsx'
import { entityQuery } from '../queries.ts'

/** Whoever only passes through a record on the way to another does not rest on it for as long as this. */
const RESTED_MS = 150

/**
 * Reads the record that a person comes to next while they look at the one before it. What is read so is shown with its
 * age as any other, and read anew once it is old.
 *
 * @param next undefined where nothing comes next, or where it cannot be told.
 */
export function useReadAhead(next: EntityRef | undefined): void {
  const queries = useQueryClient()
  const client = useClient()
  const { kind, id } = next ?? {}
  useEffect(() => {
    if (kind === undefined || id === undefined) return
    const timer = setTimeout(() => void queries.prefetchQuery(entityQuery(client, { kind, id })), RESTED_MS)
    return () => clearTimeout(timer)
  }, [queries, client, kind, id])
}
