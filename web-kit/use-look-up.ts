import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useClient } from './client-context.tsx'

/** What a console finds by something that must stand in no address (K-30). @param sought null: nothing is looked for yet */
export function useLookUp<Answer>(
  path: string,
  sought: Record<string, string> | null,
): UseQueryResult<Answer> {
  const client = useClient()
  return useQuery({
    queryKey: ['look-up', path, sought],
    queryFn: ({ signal }) => client.lookUp<Answer>(path, sought ?? {}, signal),
    enabled: sought !== null,
  })
}
