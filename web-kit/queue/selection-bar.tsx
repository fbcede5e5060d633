import type { Queue, SelectedItem } from '@countersign/sdk/wire/queues.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type RefObject, Suspense, useState } from 'react'
import type { BulkTarget } from '../bulk/bulk-sheet.tsx'
import { useClient } from '../client-context.tsx'
import { lazyDialog } from '../lazy-part.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { actionsQuery, type QueueList } from '../queries.ts'
import styles from './queue.module.css'
import { SnoozeDialog } from './snooze-dialog.tsx'
import type { Selection } from './use-selection.ts'

const AssignDialog = lazyDialog(() => import('./assign-dialog.tsx'), 'queue.assign.confirm')
const BulkSheet = lazyDialog(
  async () => ({ default: (await import('../bulk/bulk-sheet.tsx')).BulkSheet }),
  'queue.bulk.sheet',
)

/** What can be done to everything that is selected: take it, give it to others, put it off, act on it. */
export function SelectionBar({
  queue,
  list,
  selection,
  shown,
  whole,
  menuRef,
  act,
  onAct,
  claim,
}: {
  queue: Queue
  list: QueueList
  selection: Selection
  /** The rows that are on the screen. */
  shown: SelectedItem[]
  /** They are everything that matches. */
  whole: boolean
  menuRef: RefObject<HTMLButtonElement | null>
  /** The action whose sheet is open. */
  act: string | undefined
  onAct: (action: string | undefined) => void
  claim: { busy: boolean; barred: string | undefined; keys: string | undefined; run: () => void }
}) {
  const t = useText()
  const client = useClient()
  const { permissions } = useMe()
  const [open, setOpen] = useState<'assign' | 'snooze' | null>(null)
  const catalogue = useQuery(actionsQuery(client)).data ?? []
  const all = useMutation({
    mutationFn: () => client.selection(queue.name, list),
    onSuccess: ({ items }) => selection.add(items),
  })
  // What is of another kind of record, of a statement beside its lines, can be done to none of these.
  const kinds = new Set(selection.items.map(({ subject }) => subject.kind))
  const actions = (queue.actions ?? []).flatMap(
    (name) => catalogue.find(({ type, target_kind }) => type === name && kinds.has(target_kind)) ?? [],
  )
  const lacks = (permission: string) => (permissions.includes(permission) ? undefined : t('queue.lacks'))
  const count = selection.items.length
  const close = () => setOpen(null)
  const action = actions.find(({ type }) => type === act)
  return (
    <>
      <span className={styles.selection}>
        <span>{t('queue.selected', { count })}</span>
        {whole || shown.some(({ id }) => !selection.ids.has(id)) ? null : (
          <Button size="small" variant="quiet" busy={all.isPending} onClick={() => all.mutate()}>
            {t('queue.selectAll')}
          </Button>
        )}
        {shown.some(({ id }) => !selection.ids.has(id)) ? (
          <Button size="small" variant="quiet" onClick={() => selection.add(shown)}>
            {t('queue.selectShown')}
          </Button>
        ) : null}
        <Button
          size="small"
          {...(claim.keys === undefined ? {} : { keys: claim.keys })}
          busy={claim.busy}
          disabledReason={claim.barred}
          onClick={claim.run}
        >
          {t('queue.assign')}
        </Button>
        <Button size="small" disabledReason={lacks('kernel.assign_item')} onClick={() => setOpen('assign')}>
          {t('queue.assignTo')}
        </Button>
        <Button size="small" disabledReason={lacks('kernel.snooze_item')} onClick={() => setOpen('snooze')}>
          {t('queue.snooze')}
        </Button>
        {actions.length === 0 ? null : (
          <Menu
            label={t('queue.bulk')}
            triggerRef={menuRef}
            button={<span className={styles.quiet}>{t('queue.bulk')}</span>}
            groups={[
              {
                key: 'actions',
                items: actions.map((action) => ({
                  key: action.type,
                  label: action.title,
                  disabledReason: lacks(action.type),
                  onSelect: () => onAct(action.type),
                })),
              },
            ]}
          />
        )}
        <Button size="small" variant="quiet" onClick={selection.clear}>
          {t('queue.clearSelection')}
        </Button>
      </span>
      {all.isError ? <Banner tone="attention">{describeProblem(all.error, t).detail}</Banner> : null}
      <Suspense>
        {open === 'assign' ? (
          <AssignDialog queue={queue} items={selection.items} onClose={close} />
        ) : open === 'snooze' ? (
          <SnoozeDialog queue={queue.name} items={selection.items} onDone={selection.clear} onClose={close} />
        ) : null}
        {action === undefined ? null : (
          <BulkSheet
            key={action.type}
            action={action}
            place={bulkPlace(queue)}
            targets={recordsOf(selection.items, action.target_kind)}
            records={selection.items}
            onClose={() => onAct(undefined)}
          />
        )}
      </Suspense>
    </>
  )
}

/** Where the sheet of an action on selected rows is. */
export function bulkPlace(queue: Queue): string {
  return `queue:${queue.name}`
}

/** Each record once, whatever it has in the queue, in the version that the list shows; those of the action's kind only. */
function recordsOf(items: SelectedItem[], kind: string): BulkTarget[] {
  const records = new Map(
    items.map(({ subject, version }) => [
      `${subject.kind}:${subject.id}`,
      { kind: subject.kind, id: subject.id, ...(version === undefined ? {} : { version }) },
    ]),
  )
  return [...records.values()].filter((record) => record.kind === kind)
}
