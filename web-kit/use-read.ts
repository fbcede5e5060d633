import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useClient } from './client-context.tsx'

/** What a console serves of its own, read once somebody asks for it. @param params null: nothing is asked for yet */
export function useRead<Answer>(path: string, params: Record<string, string> | null): UseQueryResult<Answer> {
  const client = useClient()
  return useQuery({
    queryKey: ['read', path, params],
    queryFn: ({ signal }) => client.read<Answer>(path, params ?? {}, signal),
    enabled: params !== null,
  })
}
