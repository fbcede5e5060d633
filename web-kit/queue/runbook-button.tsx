import { Button } from '@countersign/ui/button.tsx'
import { Suspense, useState, useTransition } from 'react'
import type { Situation } from '../console-web.ts'
import { lazyDialog } from '../lazy-part.tsx'
import { type MessageSource, useText } from '../messages.ts'
import { withTexts } from '../with-texts.ts'

const loadRunbook = () => import('./runbook.tsx')

/** T-09: what to do beside the queue that it is to be done in. */
export function RunbookButton({
  messages,
  ...runbook
}: {
  /** What it is said in. */
  messages: MessageSource | undefined
  title: string
  situations: readonly Situation[]
  /** The guide that says it at length. */
  guide: string | undefined
}) {
  const t = useText()
  const [open, setOpen] = useState(false)
  const [loading, start] = useTransition()
  const [Runbook] = useState(() =>
    lazyDialog(messages === undefined ? loadRunbook : withTexts(loadRunbook, messages), 'queue.runbook'),
  )
  return (
    <>
      <Button size="small" variant="quiet" busy={loading} onClick={() => start(() => setOpen(true))}>
        {t('queue.runbook')}
      </Button>
      <Suspense>{open ? <Runbook {...runbook} onClose={() => setOpen(false)} /> : null}</Suspense>
    </>
  )
}
