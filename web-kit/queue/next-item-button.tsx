import type { Queue, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { Button } from '@countersign/ui/button.tsx'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import { useKeys } from '../keymap.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { describeRefusal } from '../problem-notice.tsx'
import { useUndecidedKeys } from '../undecided-keys.ts'
import styles from './queue.module.css'

/** Takes the most urgent item that nobody has, and opens it. */
export function NextItemButton({
  queue,
  onOpen,
}: {
  queue: Queue
  onOpen: (item: Pick<WorkItem, 'subject'>) => void
}) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const { permissions } = useMe()
  const keys = useUndecidedKeys()
  const next = useMutation({
    mutationFn: () => keys.under(queue.name, 'next', (key) => client.nextItem(queue.name, key)),
    onSuccess: (answer) => {
      void queries.invalidateQueries({ queryKey: ['queue-head', queue.name] })
      if (answer.subject !== undefined) onOpen({ subject: answer.subject })
    },
  })
  const barred = permissions.includes('kernel.claim_item')
    ? undefined
    : t('queue.notYours', { console: queue.console })
  const take = () => {
    if (barred === undefined && !next.isPending) next.mutate()
  }
  useKeys(t('queue.keys'), [
    { keys: 'N', label: t('queue.next'), run: take, when: () => barred === undefined },
  ])
  return (
    <>
      <span className={styles.said} aria-live="polite">
        {next.isError
          ? describeRefusal(next.error, t)
          : next.data?.item === null
            ? t('queue.next.none')
            : null}
      </span>
      <Button size="small" keys="N" busy={next.isPending} disabledReason={barred} onClick={take}>
        {t('queue.next')}
      </Button>
    </>
  )
}
