import type { WorkItem } from '@countersign/sdk/wire/queues.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import { useUndecidedKeys } from '../undecided-keys.ts'

/** One governed action of the kernel on several work items of a queue. */
export type OnItems = {
  type: string
  items: readonly string[]
  input: Record<string, unknown>
  /** Code of the reason. */
  reason: string
}

/** Of the items that one thing was asked of: how many it was done to, and why not to the others. */
export type DoneToItems = { done: number; refused: { item: string; error: unknown }[] }

/**
 * Asks one action of several work items, each on its own and under its own key; one that is refused stops no other,
 * and one whose answer was lost goes under the same key when it is asked again.
 */
export function useOnItems(queue: string) {
  const client = useClient()
  const queries = useQueryClient()
  const keys = useUndecidedKeys()
  return useMutation({
    mutationFn: async ({ type, items, input, reason }: OnItems) => {
      const results = await Promise.allSettled(
        items.map((item) =>
          keys.under(item, { type, input, reason }, (key) =>
            client.submitAction(
              {
                type,
                target: { kind: 'work_item', id: `${queue}:${item}` },
                input,
                reason: { code: reason },
              },
              key,
            ),
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

/** Taking the items that nobody has; or, where all of them are mine, giving them back. */
export function claimOf(items: readonly WorkItem[], me: string): OnItems {
  const release = items.every(({ assignee }) => assignee?.id === me)
  return {
    type: release ? 'kernel.release_item' : 'kernel.claim_item',
    items: items.filter(({ assignee }) => release || assignee === null).map(({ id }) => id),
    input: {},
    reason: release ? 'put_back' : 'take_up',
  }
}
