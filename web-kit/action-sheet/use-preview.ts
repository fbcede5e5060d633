import { keepPreviousData, type QueryKey, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useSettled } from '../use-settled.ts'
import { sentInput } from './schema-fields.ts'

const PREVIEW_PAUSE_MS = 250

/**
 * What would happen now, as the server reckons it whenever the person pauses.
 *
 * @param wanting something has to be filled in before it can be asked
 */
export function usePreview<Preview>({
  of,
  typed,
  wanting,
  read,
}: {
  of: QueryKey
  typed: Record<string, unknown>
  wanting: boolean
  read: (input: Record<string, unknown>, signal: AbortSignal) => Promise<Preview>
}): {
  /** The last that was read, of whatever was typed then. */
  query: UseQueryResult<Preview>
  /** The one that is of exactly what is typed; undefined while it is not there. */
  shown: Preview | undefined
  /** What it was reckoned of. */
  input: Record<string, unknown>
} {
  const wanted = sentInput(typed)
  const input = useSettled(wanted, PREVIEW_PAUSE_MS)
  const settled = JSON.stringify(wanted) === JSON.stringify(input)
  const query = useQuery({
    queryKey: ['preview', ...of, input],
    queryFn: ({ signal }) => read(input, signal),
    // Nothing may be wanting any more of what is typed, and yet of what was typed before the pause.
    enabled: !wanting && settled,
    retry: false,
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })
  const exact = settled && !query.isPlaceholderData
  return { query, shown: query.isSuccess && exact ? query.data : undefined, input }
}
