import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Suspense, useState } from 'react'
import { lazyDialog } from '../lazy-part.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'

const ExtraOperators = lazyDialog(() => import('./extra-operators.tsx'), 'queue.extra.title')

/** Beside the backlog it is for: more people on it, in one move. Whoever gives no work sees none of it. */
export function ExtraOperatorsButton({ queue }: { queue: Queue }) {
  const t = useText()
  const { permissions } = useMe()
  const [open, setOpen] = useState(false)
  if (!permissions.includes('kernel.assign_item')) return null
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('queue.extra')}
      </Button>
      {open ? (
        <Suspense>
          <ExtraOperators queue={queue} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  )
}
