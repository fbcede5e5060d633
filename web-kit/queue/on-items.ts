import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'

/** Of the items that one thing was asked of: how many it was done to, and why not to the others. */
export type DoneToItems = { done: number; refused: { item: string; error: unknown }[] }

/** Asks one action of the kernel of several work items of a queue, each on its own; one that is refused stops no other. */
export function useOnItems(queue: string, type: string, reason: string) {
  const client = useClient()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ items, input }: { items: readonly string[]; input: Record<string, unknown> }) => {
      const results = await Promise.allSettled(
        items.map((item) =>
          client.submitAction(
            {
              type,
              target: { kind: 'work_item', id: `${queue}:${item}` },
              input,
              reason: { code: reason },
            },
            crypto.randomUUID(),
          ),
        ),
      )
      const refused = results.flatMap((result, n) =>
        result.status === 'rejected' ? [{ item: items[n] ?? '', error: result.reason as unknown }] : [],
      )
      return { done: results.length - refused.length, refused } satisfies DoneToItems
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['queue-head', queue] }),
  })
}
