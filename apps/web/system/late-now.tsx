import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useNow } from '@countersign/web-kit/clock.ts'
import { formatDuration } from '@countersign/web-kit/duration.ts'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

/** Of a queue whose items are past their time: how many they are now, and how old the oldest open one is. The alert knows that of when it was raised. */
export function LateNow({
  alert: { kind, facts },
  leads = false,
}: {
  /** Beside nothing else that leads somewhere: two links in a line are hit by the same thumb. */
  leads?: boolean
  alert: { kind: unknown; facts: Record<string, unknown> }
}) {
  const t = useText()
  const language = useLanguage()
  const now = useNow()
  const reads = useMe().permissions.includes('kernel:read')
  const late = kind === 'kernel.queue_late'
  const queues = useQuery({ ...queuesQuery(useClient()), enabled: late && reads })
  const queue = queues.data?.find(({ name }) => name === facts.queue)
  if (!late || queue === undefined || !queue.breached || queue.oldest_at === null) return null
  const said = t('system.alert.lateNow', {
    count: queue.breached,
    length: formatDuration(now - Date.parse(queue.oldest_at), language),
  })
  return leads ? <Link to={paths.queue(queue.name)}>{said}</Link> : <span>{said}</span>
}
