import type { QueueSavedView } from '@countersign/sdk/wire/queues.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { useText } from '../messages.ts'

/** Asked before a view is gone, for whom else it is too. */
export default function DeleteView({
  view,
  busy,
  problem,
  onClose,
  onDelete,
}: {
  view: Pick<QueueSavedView, 'name' | 'shared'>
  busy: boolean
  problem: string | undefined
  onClose: () => void
  onDelete: () => void
}) {
  const t = useText()
  return (
    <ConfirmDialog
      title={t('queue.views.deleting')}
      onClose={onClose}
      confirm={{ label: t('queue.views.deleteNow'), busy, run: onDelete }}
    >
      <p>{t(view.shared ? 'queue.views.delete.shared' : 'queue.views.delete.own', { name: view.name })}</p>
      {problem === undefined ? null : <Banner tone="danger">{problem}</Banner>}
    </ConfirmDialog>
  )
}
