import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { Menu } from '@countersign/ui/menu.tsx'
import { Suspense, useState } from 'react'
import { useClient } from '../client-context.tsx'
import { lazyDialog } from '../lazy-part.tsx'
import { useText } from '../messages.ts'
import type { QueueList } from '../queries.ts'
import styles from './queue.module.css'

const CorrectionsDialog = lazyDialog(() => import('./corrections-dialog.tsx'), 'queue.file.title')

/** The list as a file: downloaded, filled in, and brought back. */
export function FileMenu({ queue, list }: { queue: Queue; list: QueueList }) {
  const t = useText()
  const client = useClient()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Menu
        label={t('queue.file')}
        button={<span className={styles.quiet}>{t('queue.file')} ▾</span>}
        groups={[
          {
            key: 'file',
            items: [
              {
                key: 'download',
                label: t('queue.file.download'),
                onSelect: () => window.location.assign(client.correctionsPath(queue.name, list)),
              },
              { key: 'upload', label: t('queue.file.upload'), onSelect: () => setOpen(true) },
            ],
          },
        ]}
      />
      <Suspense>{open ? <CorrectionsDialog queue={queue} onClose={() => setOpen(false)} /> : null}</Suspense>
    </>
  )
}
