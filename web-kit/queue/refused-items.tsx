import { Banner } from '@countersign/ui/banner.tsx'
import { useText } from '../messages.ts'
import { describeRefusal } from '../problem-notice.tsx'
import type { DoneToItems } from './use-on-items.ts'

/** How many items something was not done to, and why not to the first of them. */
export function RefusedItems({ result }: { result: DoneToItems | undefined }) {
  const t = useText()
  const [first] = result?.refused ?? []
  if (result === undefined || first === undefined) return null
  return (
    <Banner tone="danger">
      {result.done + result.refused.length > 1
        ? t('queue.refusedSome', { count: result.refused.length })
        : null}{' '}
      {describeRefusal(first.error, t)}
    </Banner>
  )
}
