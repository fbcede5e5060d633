import type { WorkItem } from '@countersign/sdk/wire.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'

/** Who takes a work item, and who gives it back, are governed actions of the kernel. */
export const CLAIM = 'kernel.claim_item'
export const RELEASE = 'kernel.release_item'
const TAKE_UP = { code: 'take_up' }
const PUT_BACK = { code: 'put_back' }

/** Claims the items that nobody has, or releases those that are mine. One key per item and try. */
export function useClaim(queue: string, me: string) {
  const client = useClient()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (items: WorkItem[]) => {
      const release = items.every((item) => item.assignee?.id === me)
      await Promise.all(
        items
          .filter((item) => release || item.assignee === null)
          .map((item) =>
            client.submitAction(
              {
                type: release ? RELEASE : CLAIM,
                target: { kind: 'work_item', id: `${queue}:${item.id}` },
                input: {},
                reason: release ? PUT_BACK : TAKE_UP,
              },
              crypto.randomUUID(),
            ),
          ),
      )
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['queue-head', queue] }),
  })
}
