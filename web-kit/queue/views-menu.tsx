import type { Queue, QueueSavedView } from '@countersign/sdk/wire/queues.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Menu } from '@countersign/ui/menu.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { useClient } from '../client-context.tsx'
import { commaList, formatList } from '../format-list.ts'
import { lazyDialog } from '../lazy-part.tsx'
import { useMe } from '../me-context.tsx'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { describeRefusal } from '../problem-notice.tsx'
import { type QueueList, queueViewsQuery } from '../queries.ts'
import { useUndecidedKeys } from '../undecided-keys.ts'
import styles from './queue.module.css'

const NameView = lazyDialog(() => import('./name-view.tsx'), 'queue.views.saving')
const DeleteView = lazyDialog(() => import('./delete-view.tsx'), 'queue.views.deleting')

type Change =
  | { type: 'kernel.save_view'; input: Pick<QueueSavedView, 'name' | 'list'>; reason: 'keep' }
  | { type: 'kernel.share_view'; id: string; input: { shared: boolean; role?: string }; reason: 'team' }
  | { type: 'kernel.delete_view'; id: string; input: Record<string, never>; reason: 'unused' }

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
  const language = useLanguage()
  const client = useClient()
  const queries = useQueryClient()
  const { permissions, person } = useMe()
  const [naming, setNaming] = useState(false)
  const [chosen, setChosen] = useState<string>()
  const [deleting, setDeleting] = useState<QueueSavedView>()
  const views = useQuery(queueViewsQuery(client, queue.name)).data ?? []
  const keys = useUndecidedKeys()
  const change = useMutation({
    mutationFn: (change: Change) =>
      keys.under('id' in change ? change.id : 'new', change, (key) => {
        // A new one is named after its key, so that asked for again it is not another.
        const id = 'id' in change ? change.id : `${queue.name}:${key}`
        const { type, input, reason } = change
        return client.submitAction(
          { type, target: { kind: 'view', id }, input, reason: { code: reason } },
          key,
        )
      }),
    // The list of views is a little behind; the live stream says when it has caught up.
    onSuccess: (request, change) => {
      setNaming(false)
      setDeleting(undefined)
      queries.setQueryData(queueViewsQuery(client, queue.name).queryKey, (now) =>
        viewsAfter(now ?? [], change, request.target.id, person),
      )
    },
  })
  const problem = change.isError ? describeRefusal(change.error, t) : undefined
  // Two may be of the same list: then it is the one that was chosen.
  const alike = views.filter((view) => sameList(addressOf(view), list))
  const current = alike.find(({ id }) => id === chosen) ?? alike[0]
  const may = (permission: string) => (permissions.includes(permission) ? undefined : t('queue.lacks'))
  const sharers = queue.sharers ?? []
  const mayShare =
    permissions.includes('kernel.share_view') || sharers.length === 0
      ? may('kernel.share_view')
      : t('queue.views.sharers', { roles: formatList(sharers, language, 'disjunction') })
  const item = (view: QueueSavedView) => ({
    key: view.id,
    label: view.name,
    ...(view.problems.length === 0
      ? {}
      : { hint: t('queue.views.broken', { fields: lostOf(view, queue, t) }) }),
    checked: view === current,
    onSelect: () => {
      setChosen(view.id)
      onList(addressOf(view))
    },
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
                    ...sharings(current, queue, t).map(({ key, label, input }) => ({
                      ...{ key, label, disabledReason: mayShare },
                      onSelect: () =>
                        change.mutate({ type: 'kernel.share_view', id: current.id, input, reason: 'team' }),
                    })),
                    {
                      key: 'delete',
                      label: t('queue.views.delete'),
                      disabledReason:
                        // Of others' views only those that are shared, and only by whoever may share.
                        current.owner.id === me ||
                        (current.shared && permissions.includes('kernel.share_view'))
                          ? may('kernel.delete_view')
                          : t('queue.views.theirs'),
                      onSelect: () => {
                        change.reset()
                        setDeleting(current)
                      },
                    },
                  ]),
            ],
          },
        ]}
      />
      {problem !== undefined && !naming && !deleting ? <Banner tone="danger">{problem}</Banner> : null}
      {deleting ? (
        <Suspense>
          <DeleteView
            view={deleting}
            busy={change.isPending}
            problem={problem}
            onClose={() => setDeleting(undefined)}
            onDelete={() =>
              change.mutate({ type: 'kernel.delete_view', id: deleting.id, input: {}, reason: 'unused' })
            }
          />
        </Suspense>
      ) : null}
      {naming ? (
        <Suspense>
          <NameView
            busy={change.isPending}
            problem={problem}
            onClose={() => setNaming(false)}
            onName={(name) =>
              change.mutate({
                type: 'kernel.save_view',
                input: {
                  name,
                  list: Object.fromEntries(Object.entries(list).map(([key, v]) => [key, v.split(',')])),
                },
                reason: 'keep',
              })
            }
          />
        </Suspense>
      ) : null}
    </>
  )
}

type Sharing = { key: string; label: string; input: { shared: boolean; role?: string } }

/** With whom a view may be shared that it is not shared with yet; or that it is shared no longer. */
function sharings({ shared, roles }: QueueSavedView, queue: Queue, t: Translate): Sharing[] {
  const everybody = shared && roles.length === 0
  return [
    ...(everybody ? [] : [{ key: 'share', label: t('queue.views.share'), input: { shared: true } }]),
    ...(queue.roles ?? [])
      .filter((role) => !(shared && roles.includes(role)))
      .map((role) => ({
        key: `share ${role}`,
        label: t('queue.views.shareWith', { role: roleName(role) }),
        input: { shared: true, role },
      })),
    ...(shared ? [{ key: 'unshare', label: t('queue.views.unshare'), input: { shared: false } }] : []),
  ]
}

/** The views as a change leaves them. */
function viewsAfter(
  views: QueueSavedView[],
  change: Change,
  id: string,
  owner: QueueSavedView['owner'],
): QueueSavedView[] {
  switch (change.type) {
    case 'kernel.delete_view':
      return views.filter((view) => view.id !== id)
    case 'kernel.share_view':
      return views.map((view) =>
        view.id === id
          ? { ...view, shared: change.input.shared, roles: change.input.role ? [change.input.role] : [] }
          : view,
      )
    case 'kernel.save_view':
      return [
        ...views,
        {
          ...{ ...change.input, id, owner, shared: false, roles: [] },
          ...{ fits: change.input.list, problem: null, problems: [] },
        },
      ]
  }
}

/** What the queue no longer has of a view, as the list calls it where it is still known. */
function lostOf({ problems }: QueueSavedView, { columns }: Queue, t: Translate): string {
  const names = problems.map(({ field }) => columns.find(({ key }) => key === field)?.title ?? field)
  return commaList(names, t)
}

/** `OPS` of `transfers/OPS`: which console it is stands on the page. */
function roleName(role: string): string {
  return role.slice(role.indexOf('/') + 1)
}

/** A view's list as the address has it, as far as the queue still has what it names. */
function addressOf(view: QueueSavedView): QueueList {
  return Object.fromEntries(Object.entries(view.fits).map(([key, values]) => [key, values.join(',')]))
}

function sameList(one: QueueList, other: QueueList): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}
