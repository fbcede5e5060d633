import type { Queue, QueueSavedView } from '@countersign/sdk/wire.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Dialog, FIRST_FOCUS } from '@countersign/ui/dialog.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useClient } from '../client-context.tsx'
import { useKeys } from '../keymap.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { describeProblem } from '../problem-notice.tsx'
import { type QueueList, queueViewsQuery } from '../queries.ts'
import styles from './queue.module.css'

/** How often a view that was saved is looked for, until the list of views has it. */
const SETTLE_MS = 400

type Change = { type: string; id: string; input: Record<string, unknown>; reason: string }

/** Lists that were given a name: one's own and those that are shared; and what can be done with the one on the screen. */
export function ViewsMenu({
  queue,
  list,
  me,
  onList,
}: {
  queue: Queue
  list: QueueList
  me: string
  onList: (list: QueueList) => void
}) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const { permissions } = useMe()
  const [naming, setNaming] = useState(false)
  const views = useQuery(queueViewsQuery(client, queue.name)).data ?? []
  const change = useMutation({
    mutationFn: ({ type, id, input, reason }: Change) =>
      client.submitAction(
        { type, target: { kind: 'view', id }, input, reason: { code: reason } },
        crypto.randomUUID(),
      ),
    onSuccess: () => {
      setNaming(false)
      setTimeout(() => void queries.invalidateQueries({ queryKey: ['queue-views', queue.name] }), SETTLE_MS)
    },
  })
  const current = views.find((view) => sameList(addressOf(view), list))
  const may = (permission: string) =>
    permissions.includes(permission) ? undefined : t('queue.lacks', { permission })
  const item = (view: QueueSavedView) => ({
    key: view.id,
    label: view.name,
    ...(view.problem === null ? {} : { hint: t('queue.views.broken', { field: view.problem.field }) }),
    checked: view === current,
    onSelect: () => onList(addressOf(view)),
  })
  const own = views.filter(({ shared }) => !shared)
  const shared = views.filter((view) => view.shared)
  return (
    <>
      <Menu
        label={t('queue.views')}
        button={<span className={styles.quiet}>{current?.name ?? t('queue.views')} ▾</span>}
        groups={[
          ...(own.length > 0 ? [{ key: 'own', title: t('queue.views.own'), items: own.map(item) }] : []),
          ...(shared.length > 0
            ? [{ key: 'shared', title: t('queue.views.shared'), items: shared.map(item) }]
            : []),
          {
            key: 'do',
            title: t('queue.views.this'),
            items: [
              {
                key: 'save',
                label: t('queue.views.save'),
                disabledReason: may('kernel.save_view'),
                onSelect: () => setNaming(true),
              },
              ...(current === undefined
                ? []
                : [
                    {
                      key: 'share',
                      label: t(current.shared ? 'queue.views.unshare' : 'queue.views.share'),
                      disabledReason: may('kernel.share_view'),
                      onSelect: () =>
                        change.mutate({
                          type: 'kernel.share_view',
                          id: current.id,
                          input: { shared: !current.shared },
                          reason: 'team',
                        }),
                    },
                    {
                      key: 'delete',
                      label: t('queue.views.delete'),
                      disabledReason:
                        current.owner.id === me || current.shared
                          ? may('kernel.delete_view')
                          : t('queue.views.theirs'),
                      onSelect: () =>
                        change.mutate({
                          type: 'kernel.delete_view',
                          id: current.id,
                          input: {},
                          reason: 'unused',
                        }),
                    },
                  ]),
            ],
          },
        ]}
      />
      {change.isError && !naming ? (
        <Banner tone="danger">{describeProblem(change.error, t).detail}</Banner>
      ) : null}
      {naming ? (
        <NameView
          busy={change.isPending}
          problem={change.isError ? describeProblem(change.error, t).detail : undefined}
          onClose={() => setNaming(false)}
          onName={(name) =>
            change.mutate({
              type: 'kernel.save_view',
              id: `${queue.name}:${crypto.randomUUID()}`,
              input: {
                name,
                list: Object.fromEntries(Object.entries(list).map(([key, v]) => [key, v.split(',')])),
              },
              reason: 'keep',
            })
          }
        />
      ) : null}
    </>
  )
}

function NameView({
  busy,
  problem,
  onClose,
  onName,
}: {
  busy: boolean
  problem: string | undefined
  onClose: () => void
  onName: (name: string) => void
}) {
  const t = useText()
  const [name, setName] = useState('')
  useKeys(t('queue.keys'), [], { modal: true })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() !== '') onName(name)
  }
  return (
    <Dialog title={t('queue.views.save')} onClose={onClose}>
      <form onSubmit={submit} className={styles.typed}>
        <Field label={t('queue.views.name')} hint={t('queue.views.name.hint')} error={problem} required>
          {(control) => (
            <TextInput
              {...control}
              {...FIRST_FOCUS}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Button submits variant="primary" busy={busy}>
          {t('queue.views.keep')}
        </Button>
      </form>
    </Dialog>
  )
}

/** A view's list as the address has it. */
function addressOf(view: QueueSavedView): QueueList {
  return Object.fromEntries(Object.entries(view.list).map(([key, values]) => [key, values.join(',')]))
}

function sameList(one: QueueList, other: QueueList): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}
